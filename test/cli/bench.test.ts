// `loupe bench` as a command: what it says of a tiny model adds up, and it leaves nothing behind.
// Runs in the tests (Node); the command is the real one, in a process of its own.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it, vi } from 'vitest';
import { drawPhotographs, sizeOf } from '../../electron/node/measure/drawn-photographs.ts';
import { loupe } from '../support/cli.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

vi.setConfig({ testTimeout: 300_000 });

const folder = temporaryFolder();
const temporary = join(folder, 'tmp');
mkdirSync(temporary);
const env = {
  ...{ LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache'), TMPDIR: temporary },
  LOUPE_DATA: join(folder, 'data'),
};
writeTinyPack(join(folder, 'packs/tiny'));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = ['bench', '--model', 'tiny', '--megapixels', '0.1'];
const left = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('loupe-bench'));

it('tells what the parts of a photograph take, and how many come in a second', async () => {
  const result = await loupe([...SMALL, '--photographs', '5', '--json'], { env });
  expect([result.code, result.stderr]).toEqual([0, '']);
  const [{ bench }] = result.lines() as [
    { bench: Record<string, number> & { aloneMs: Record<string, number> } },
  ];
  expect(bench).toMatchObject({ model: 'tiny', method: 'sdp', device: 'cpu', photographs: 5 });
  expect(bench.width! * bench.height!).toBeCloseTo(100_000, -3.5);
  expect(bench.firstScoreMs).toBeGreaterThanOrEqual(bench.openedMs!);
  const { decode, resize, infer, post, all } = bench.aloneMs;
  for (const part of [decode, resize, infer, post]) expect(part).toBeGreaterThanOrEqual(0);
  expect(all).toBeGreaterThanOrEqual(infer!);
  expect(bench.perSecond).toBeGreaterThan(0);
  expect(bench.ofTheNetwork).toBeCloseTo((bench.perSecond! * infer!) / 1000, 2);
  expect(left()).toEqual([]);
});

it('says it in words as well', async () => {
  const { code, stdout } = await loupe([...SMALL, '--photographs', '3'], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^tiny 1\.0\.0, sdp on cpu, fp32/);
  expect(stdout).toMatch(/one after the other +[\d.]+ photographs\/s/);
});

it.skipIf(process.platform === 'win32')(
  'ends with 130 when it is stopped, without half a result and without its photographs',
  async () => {
    const bin = join(import.meta.dirname, '../../electron/cli/bin.js');
    const args = [bin, ...SMALL, '--photographs', '10000', '--json'];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await expect.poll(() => left().length, { timeout: 60_000 }).toBe(1);
    child.kill('SIGINT');
    expect([await ended, stdout]).toEqual([130, '']);
    expect(left()).toEqual([]);
  },
);

it('refuses what it does not know', async () => {
  for (const more of [['photographs/'], ['--photographs', '2'], ['--megapixels', '0'], ['--method', 'x']])
    expect((await loupe(['bench', ...more], { env })).code).toBe(2);
  expect((await loupe(['bench', '--model', 'none'], { env })).code).toBe(4);
});

it('draws photographs of the size that was asked for, the same each time', async () => {
  expect(sizeOf(12)).toEqual({ width: 4000, height: 3000 });
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  for (const to of [one, other]) mkdirSync(to);
  const paths = [await drawPhotographs(one, 2, sizeOf(0.03)), await drawPhotographs(other, 2, sizeOf(0.03))];
  const pixels = await Promise.all(paths.flat().map((path) => sharp(path).raw().toBuffer()));
  expect(pixels[0]).toEqual(pixels[2]);
  expect(pixels[0]).not.toEqual(pixels[1]);
  expect((await sharp(paths[0]![0]).metadata()).height).toBe(150);
});
