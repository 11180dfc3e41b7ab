// `loupe model fetch`: a checkpoint over the network becomes a pack, and what is not the right file never does.
// Runs in the tests (Node), against a server on this computer.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fetchModel, fetchOptions } from '../../electron/cli/fetch.ts';
import { Output } from '../../electron/cli/output.ts';
import { Stop } from '../../electron/cli/stop.ts';
import { KNOWN_MODELS, type KnownModel } from '../../electron/node/download/known-models.ts';
import { openPack } from '../../models/packs/open.ts';
import { loupe, type CliResult } from '../support/cli.ts';
import { breakOff, oddServer, serveWell, type OddServer } from '../support/odd-server.ts';
import { TINY_CHECKPOINT, TINY_MERGES, writeTinyCheckpoint } from '../support/tiny-checkpoint.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

vi.setConfig({ testTimeout: 120_000 });

const folder = temporaryFolder();
const env = { LOUPE_PACKS: join(folder, 'packs'), LOUPE_SETTINGS: join(folder, 'settings.json') };
const run = (...args: string[]): Promise<CliResult> => loupe(['model', 'fetch', ...args], { env });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let checkpoint = new Uint8Array();
const merges = new TextEncoder().encode(TINY_MERGES);
let server: OddServer | null = null;

beforeAll(() => {
  checkpoint = new Uint8Array(readFileSync(writeTinyCheckpoint(join(folder, 'tiny.safetensors'))));
  const { embedDim, vision, text } = TINY_CHECKPOINT;
  const tower = ({ width, layers, mlpWidth }: typeof vision | NonNullable<typeof text>) => ({
    ...{ width, layers, mlp_ratio: mlpWidth / width },
  });
  const config = {
    embed_dim: embedDim,
    vision_cfg: { ...tower(vision), image_size: vision.imageSize, patch_size: vision.patch, head_width: 64 },
    text_cfg: { ...tower(text!), context_length: 96, vocab_size: text!.vocabSize, heads: 1 },
  };
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(config));
});
afterEach(async () => {
  await server?.close();
  server = null;
});
afterAll(() => rmSync(folder, { recursive: true }));

const tinyModel = (): KnownModel => ({
  name: 'tiny',
  title: 'Tiny',
  licence: 'CC0-1.0',
  source: 'https://example.org',
  config: join(folder, 'tiny.json'),
  activation: 'gelu',
  checkpoint: { url: 'http://127.0.0.1:1/x', name: 'tiny.safetensors', sha256: sha256(checkpoint) },
  tokenizer: { url: 'http://127.0.0.1:1/y', name: 'merges.txt', sha256: sha256(merges) },
});

describe('loupe model fetch', () => {
  it('makes a pack that knows its licence and source, from a server that breaks off', async () => {
    server = await oddServer((request, response, number) => {
      if (request.url === '/merges.txt') serveWell(request, response, merges);
      else if (number < 3) breakOff(request, response, checkpoint, 50_000);
      else serveWell(request, response, checkpoint);
    });
    const out = join(folder, 'fetched');
    const command = fetchOptions(['tiny', '--mirror', server.url, '--out', out], [tinyModel()]);
    const written: string[] = [];
    const output = new Output(false);
    output.text = (text) => Promise.resolve(void written.push(text));
    expect(await fetchModel(command, output, new Stop())).toBe(0);
    expect(server.ranges.filter((range) => range !== '').length).toBeGreaterThan(0);
    expect(written.join('\n')).toContain('tiny 1.0.0 is ready');
    const { manifest } = await openPack(out);
    expect(manifest).toMatchObject({
      id: 'tiny',
      licence: 'CC0-1.0',
      source: 'https://example.org (http://127.0.0.1:1/x)',
      tokenizer: { file: 'merges.txt' },
      selfTest: { file: 'selftest.json' },
    });
    expect(existsSync(`${out}.download`)).toBe(false);
    await expect(fetchModel(command, output, new Stop())).rejects.toMatchObject({ code: 'usage' });
  });

  it('lists what there is, without asking anybody', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, '']);
    for (const { name, licence } of KNOWN_MODELS)
      expect(stdout).toMatch(new RegExp(`^${name} .* ${licence} `, 'm'));
    expect((await run('--json')).lines()).toHaveLength(KNOWN_MODELS.length);
  });

  it('makes no pack of wrong bytes, whatever mirror they come from', async () => {
    server = await oddServer((_, response) => void response.end('<html>Please log in</html>'));
    writeFileSync(env.LOUPE_SETTINGS, JSON.stringify({ mirror: server.url }));
    const result = await run('vit-b-16-openai');
    expect([result.code, result.stdout]).toEqual([5, '']);
    expect(result.stderr).toMatch(/^loupe: download\.(wrong|failed): [^\n]+\n$/);
    expect(server.ranges).toHaveLength(1);
    expect(readdirSync(join(folder, 'packs/vit-b-16-openai.download'))).toEqual([]);
    expect(existsSync(join(folder, 'packs/vit-b-16-openai'))).toBe(false);
  });

  it('Ctrl-C keeps the part and ends with 130', async () => {
    let child: { kill(signal: 'SIGINT'): boolean } | null = null;
    server = await oddServer((_, response) => {
      response.writeHead(200, { 'content-length': '1356917' });
      response.write(new Uint8Array(1000), () => setTimeout(() => child?.kill('SIGINT'), 300));
    });
    const { spawn } = await import('node:child_process');
    const started = spawn(
      process.execPath,
      [
        join(import.meta.dirname, '../../electron/cli/bin.js'),
        'model',
        'fetch',
        'vit-l-14-openai',
        '--mirror',
        server.url,
      ],
      { env: { ...process.env, ...env }, stdio: 'ignore' },
    );
    child = started;
    const code = await new Promise((resolve) => started.on('close', resolve));
    expect(code).toBe(130);
    const parts = join(folder, 'packs/vit-l-14-openai.download');
    expect(readdirSync(parts)).toEqual(['bpe_simple_vocab_16e6.txt.gz.part']);
  });

  it.each([
    [['resnet'], 'There is no model "resnet"'],
    [['tiny', 'more'], 'one model'],
    [['tiny', '--out', ''], '--out'],
    [['tiny', '--mirror', ''], '--mirror'],
    [['tiny', '--force'], '--force'],
  ])('refuses %j', (args, reason) => {
    expect(() => fetchOptions(args, [tinyModel()])).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(reason) as string }),
    );
  });
});
