// The contract of `loupe model import`: a checkpoint becomes a pack that the other commands use; one line for what cannot.
// Runs in the tests (Node); every call is the real command in a process of its own.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importOptions } from '../../electron/cli/import.ts';
import { loupe, type CliResult } from '../support/cli.ts';
import { writePhotograph } from '../support/photographs.ts';
import { TINY_CHECKPOINT, TINY_MERGES, writeTinyCheckpoint } from '../support/tiny-checkpoint.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';
import { pickle, torchFile } from '../support/torch-file.ts';

const folder = temporaryFolder();
const checkpoint = join(folder, 'checkpoint');
const run = (...args: string[]): Promise<CliResult> =>
  loupe(args, { env: { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') } });
const importInto = (name: string, ...args: string[]): Promise<CliResult> =>
  run('model', 'import', '--out', join(folder, 'packs', name), ...args);

beforeAll(async () => {
  mkdirSync(checkpoint);
  writeTinyCheckpoint(join(checkpoint, 'model.safetensors'));
  writeFileSync(join(checkpoint, 'merges.txt'), TINY_MERGES);
  await writePhotograph(join(folder, 'photograph.png'), 1);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('loupe model import', () => {
  it('makes a pack that verifies and inspects', async () => {
    const labels = [
      '--id',
      'mine',
      '--title',
      'My model',
      '--licence',
      'MIT',
      '--source-url',
      'https://example.org',
    ];
    const imported = await importInto('mine', checkpoint, ...labels, '--json');
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    const [line, ...more] = imported.lines();
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      pack: {
        id: 'mine',
        version: '1.0.0',
        folder: join(folder, 'packs/mine'),
        format: 'safetensors',
        config: null,
        architecture: TINY_CHECKPOINT,
        activation: { value: 'gelu', reason: expect.stringContaining('no config found') as string },
        tokenizer: { found: true, reason: 'merges.txt' },
        input: [32, 32, 3],
        heat: [32, 32],
        patches: [4, 4],
        notes: [expect.stringContaining('not calibrated') as string],
      },
    });
    const { modelSha256 } = (line as { pack: { modelSha256: string } }).pack;
    const verified = await run('model', 'verify', 'mine', '--json');
    expect(verified.lines()).toMatchObject([{ pack: { id: 'mine', modelSha256 } }]);
    const inspected = await run(
      'inspect',
      join(folder, 'photograph.png'),
      '--model',
      'mine',
      '--product',
      'nut',
      '--json',
    );
    expect(inspected.lines().at(-1)).toMatchObject({
      summary: { images: 1, failed: 0, model: 'mine', method: 'sdp' },
    });
  });

  it('tells people what it made and why', async () => {
    const { code, stdout, stderr } = await importInto('told', checkpoint, '--activation', 'quick_gelu');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('checkpoint 1.0.0 is ready');
    expect(stdout).toContain('vision 64 wide, 4 blocks, 1 heads, patches of 8 in 32 pixels');
    expect(stdout).toContain('quick_gelu (as asked for)');
    expect(stdout).toContain('merges.txt');
  });

  it.each<[string, string[], number, string]>([
    ['code in a pickle', ['evil.pt'], 4, 'weights.invalid: .*evil.pt .*"os.system"'],
    [
      'a config of another model',
      ['checkpoint', '--config', 'ViT-L-14'],
      4,
      'weights.mismatch: .*ViT-L-14 says',
    ],
    ['a checkpoint that is not there', ['nowhere'], 5, 'data.folder_missing: .*nowhere'],
    ['a pack that is there', ['checkpoint', '--out', 'packs/mine'], 2, 'usage: .*exists already'],
  ])('refuses %s in one line and leaves nothing behind', async (_what, args, code, line) => {
    const call = pickle.reduce(
      pickle.global('os', 'system'),
      pickle.tuple(pickle.text(`touch ${folder}/ran`)),
    );
    writeFileSync(join(folder, 'evil.pt'), torchFile(call));
    const paths = args.map((arg) => (/^(--|ViT)/.test(arg) ? arg : join(folder, arg)));
    const result = await importInto('refused', ...paths);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toMatch(new RegExp(`^loupe: ${line}.*\\n$`));
    expect(readdirSync(join(folder, 'packs')).sort()).toEqual(['mine', 'told']);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });
});

describe('the options', () => {
  it.each([
    [['x'], '--out'],
    [['--out', 'y'], 'Name one checkpoint'],
    [['x', 'z', '--out', 'y'], 'Name one checkpoint'],
    [['x', '--out', 'y', '--activation', 'relu'], '--activation must be one of gelu, quick_gelu'],
    [['x', '--out', 'y', '--what'], '--what'],
  ])('%j are wrong', (args, text) => {
    expect(() => importOptions(args)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(text) as string }),
    );
  });

  it('are all passed on', () => {
    const args = [
      'x',
      '--out',
      'y',
      '--config',
      'c',
      '--tokenizer',
      't',
      '--activation',
      'gelu',
      '--id',
      'i',
    ];
    expect(importOptions([...args, '--title', 'T', '--licence', 'L', '--source-url', 'U', '--json'])).toEqual(
      {
        ...{ source: 'x', out: 'y', config: 'c', tokenizer: 't', activation: 'gelu' },
        ...{ id: 'i', title: 'T', licence: 'L', sourceUrl: 'U' },
      },
    );
  });
});
