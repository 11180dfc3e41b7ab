// Installing the CUDA provider from a folder: what is copied, and everything that is refused before anything is written.
// Runs in the tests (Node). The libraries are made up: the head of a real one and the name of its entry point.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { deviceOptions } from '../../electron/cli/device.ts';
import { CUDA_LIBRARIES, installCuda, runtimeFolder } from '../../electron/node/engine/cuda-libraries.ts';
import { loupe } from '../support/cli.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const root = temporaryFolder();
afterAll(() => rmSync(root, { recursive: true }));
let turn = 0;
let [source, target] = ['', ''];
beforeEach(() => {
  [source, target] = [join(root, `${++turn}`, 'source'), join(root, `${turn}`, 'target')];
  mkdirSync(source, { recursive: true });
  mkdirSync(target);
  write(CUDA_LIBRARIES[0], library('Provider_SetHost'));
  write(CUDA_LIBRARIES[1], library('GetProvider'));
});

const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(source, name), bytes);

/** An ELF header (64 bit, little-endian, type, machine) and a table with one name. */
function library(symbol: string, { type = 3, machine = 62, padding = 0 } = {}): Buffer {
  const head = Buffer.alloc(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head.writeUInt16LE(type, 16);
  head.writeUInt16LE(machine, 18);
  return Buffer.concat([head, Buffer.alloc(padding), Buffer.from(`\0main\0${symbol}\0`)]);
}

const install = (platform = 'linux x64') => installCuda(source, readdirSync(source), { target, platform });

describe('loupe device install cuda', () => {
  it("copies the provider and NVIDIA's libraries beside it, and nothing else", async () => {
    write('libcudart.so.12', library('cudaMalloc'));
    write('libcudnn_ops.so.9', library('cudnnCreate'));
    write('libevil.so.1', library('main'));
    write('README.txt', Buffer.from('hello'));
    const installed = await install();
    const names = [...CUDA_LIBRARIES, 'libcudart.so.12', 'libcudnn_ops.so.9'];
    expect(installed.map(({ file }) => file)).toEqual(names);
    expect(readdirSync(target).sort()).toEqual([...names].sort());
    for (const name of names)
      expect(readFileSync(join(target, name))).toEqual(readFileSync(join(source, name)));
  });

  it('replaces an older one, and what a cut-off installation left', async () => {
    writeFileSync(join(target, CUDA_LIBRARIES[1]), 'old');
    writeFileSync(join(target, `${CUDA_LIBRARIES[1]}.new`), 'half');
    await install();
    expect(readdirSync(target).sort()).toEqual([...CUDA_LIBRARIES].sort());
    expect(readFileSync(join(target, CUDA_LIBRARIES[1]))).toEqual(library('GetProvider'));
  });

  it('finds the name of the entry point across the pieces that a file is read in', async () => {
    for (const shift of [3, 6, 20]) {
      write(CUDA_LIBRARIES[1], library('GetProvider', { padding: (1 << 22) - 64 - shift }));
      await expect(install()).resolves.toHaveLength(2);
    }
  });

  it.each([
    ['a missing library', () => rmSync(join(source, CUDA_LIBRARIES[0])), 'it is missing'],
    ['a text', () => write(CUDA_LIBRARIES[1], Buffer.from('<html>not found</html>')), 'no 64-bit library'],
    ['an empty file', () => write(CUDA_LIBRARIES[1], Buffer.alloc(0)), 'no 64-bit library'],
    [
      'a library for Arm',
      () => write(CUDA_LIBRARIES[1], library('GetProvider', { machine: 183 })),
      'not a library for x64',
    ],
    [
      'a program',
      () => write(CUDA_LIBRARIES[1], library('GetProvider', { type: 2 })),
      'not a library for x64',
    ],
    [
      'another library',
      () => write(CUDA_LIBRARIES[1], library('GetProviderX')),
      'does not export GetProvider',
    ],
    [
      'a folder',
      () => {
        rmSync(join(source, CUDA_LIBRARIES[1]));
        mkdirSync(join(source, CUDA_LIBRARIES[1]));
      },
      'it is not a file',
    ],
    ['a broken companion', () => write('libcublas.so.12', Buffer.from('x')), 'no 64-bit library'],
  ])('refuses %s and writes nothing', async (_, spoil, reason) => {
    spoil();
    await expect(install()).rejects.toMatchObject({
      code: 'device.install_failed',
      params: { reason: expect.stringContaining(reason) as string },
    });
    expect(readdirSync(target)).toEqual([]);
  });

  it('says where it cannot write', async () => {
    rmSync(target, { recursive: true });
    writeFileSync(target, 'a file, not a folder');
    await expect(install()).rejects.toMatchObject({
      code: 'device.install_failed',
      params: { path: join(target, CUDA_LIBRARIES[0]) },
    });
    chmodSync(target, 0o600);
  });

  it('refuses other systems', async () => {
    await expect(install('win32 x64')).rejects.toMatchObject({ code: 'device.unavailable' });
    await expect(install('linux arm64')).rejects.toMatchObject({ code: 'device.unavailable' });
  });

  it('goes beside the library of ONNX Runtime', () => {
    if (process.platform === 'linux') expect(readdirSync(runtimeFolder())).toContain('libonnxruntime.so.1');
  });
});

describe('the command line', () => {
  const env = { LOUPE_DATA: join(root, 'data') };

  it('reads its options', () => {
    expect(deviceOptions(['test'])).toEqual({ action: 'test', packs: ['loupe-mini'], json: false });
    expect(deviceOptions(['test', 'a', 'b', '--threads', '2'])).toMatchObject({
      packs: ['a', 'b'],
      threads: 2,
    });
    for (const wrong of [
      [],
      ['try'],
      ['list', 'x'],
      ['install', 'dml', '/x'],
      ['install', 'cuda'],
      ['list', '--threads', '2'],
      ['test', '--threads', '0'],
    ])
      expect(() => deviceOptions(wrong)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('tests, lists and resets', async () => {
    const tested = await loupe(['device', 'test', '--threads', '1', '--json'], { env });
    expect([tested.code, tested.lines()]).toMatchObject([
      0,
      [{ choice: { pack: 'loupe-mini', trials: [{ device: 'cpu', outcome: 'chosen' }] } }],
    ]);
    const listed = await loupe(['device', 'list'], { env });
    expect(listed.stdout).toMatch(/cpu +always there/);
    expect(listed.stdout).toMatch(/loupe-mini .*\n +cpu +[\d.]+ ms +taken/);
    expect((await loupe(['device', 'reset'], { env })).code).toBe(0);
    expect((await loupe(['device', 'list', '--json'], { env })).lines()).toHaveLength(1);
  });

  it('names what is wrong with a folder', async () => {
    const { code, stderr } = await loupe(['device', 'install', 'cuda', join(root, 'nowhere')], { env });
    expect(code).toBe(5);
    expect(stderr).toContain('data.folder_missing');
  });
});
