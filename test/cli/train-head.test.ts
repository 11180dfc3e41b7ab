// `loupe train-head` as a command: the head that comes out, its record, killed and stopped trainings, and bad input.
// Runs in the tests (Node); every call is the real command in a process of its own.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { trainOptions } from '../../electron/cli/train-options.ts';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import { loupe, type CliOptions, type CliResult } from '../support/cli.ts';
import { writeMask, writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';
import { writeCategory } from '../support/training-data.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = temporaryFolder();
const env = { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') };
const root = join(folder, 'data');
const head = (name: string): string => join(folder, `${name}.safetensors`);
const train = (out: string, args: readonly string[] = [], options: CliOptions = {}): Promise<CliResult> =>
  loupe(['train-head', root, '--model', 'tiny', '--out', head(out), '--json', ...args], { env, ...options });
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const summary = (result: CliResult): Record<string, unknown> =>
  (result.lines().at(-1) as { summary: Record<string, unknown> }).summary;
const record = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, `${name}.training.json`), 'utf8')) as Record<string, unknown>;

beforeAll(async () => {
  writeTinyPack(join(folder, 'packs/tiny'));
  writeTinyPack(join(folder, 'packs/other'), { id: 'other' }, (tensors) => {
    const [first] = tensors.values();
    first!.data[0]! += 0.5;
  });
  await writeCategory(root, 'metal_nut');
  await writeCategory(root, 'screw', { seed: 100 });
  const first = await train('first');
  expect(first.stderr).toBe('');
  expect(first.code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a trained head', () => {
  it('is a head of this pack, with its data', () => {
    const source = parseSafetensors(new Uint8Array(readFileSync(head('first'))), 'first');
    const { data, head: described, pack } = record('first') as Record<string, Record<string, unknown>>;
    expect(source.shape('fc.3.weight')).toEqual([16, 64]);
    expect(source.metadata).toMatchObject({
      tap: 'official',
      packId: 'tiny',
      modelSha256: pack!.modelSha256,
      dataSha256: data!.sha256,
    });
    expect(described!.sha256).toBe(sha256(head('first')));
  });

  it('has a record of what it was trained on', () => {
    const { categories, settings, steps, curve, data } = record('first') as {
      categories: unknown;
      settings: unknown;
      steps: number;
      curve: { epoch: number; train: { focal: number; dice: number } }[];
      data: { images: { path: string; sha256: string; defective: boolean; maskSha256: string | null }[] };
    };
    const counts = {
      train: { normal: 4, defective: 3 },
      validation: { normal: 0, defective: 0 },
      vanished: 0,
    };
    expect(categories).toEqual([
      { name: 'metal_nut', words: 'metal_nut', rvsProfile: 'default', ...counts },
      { name: 'screw', words: 'screw', rvsProfile: 'default', ...counts },
    ]);
    expect(settings).toMatchObject({ epochs: 5, rate: 1e-4, batch: 8, seed: 42, shuffle: true });
    expect(steps).toBe(5 * 2); // 14 photographs in batches of 8
    expect(curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    const losses = curve.map(({ train: { focal, dice } }) => focal + dice);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(data.images).toHaveLength(14);
    for (const { path, sha256: hash, defective, maskSha256 } of data.images) {
      expect(hash).toBe(sha256(path));
      expect(maskSha256 !== null).toBe(defective);
    }
  });

  it('inspects and is evaluated', async () => {
    const model = ['--model', 'tiny', '--method', 'sdp+', '--head', head('first'), '--json'];
    const photographs = join(root, 'screw/test');
    const inspected = await loupe(['inspect', photographs, '--product', 'screw', ...model], { env });
    expect(inspected.code).toBe(0);
    expect(summary(inspected)).toMatchObject({ method: 'sdp+', images: 7, failed: 0 });
    const evaluated = await loupe(['evaluate', root, ...model], { env });
    expect(evaluated.code).toBe(0);
    expect(evaluated.lines()[0]).toMatchObject({
      category: 'metal_nut',
      image_auroc: expect.any(Number) as number,
    });
  });

  it('of another pack is refused', async () => {
    const { code, stderr } = await loupe(
      ['inspect', root, '--product', 'screw', '--model', 'other', '--head', head('first')],
      { env },
    );
    expect(code).toBe(4);
    expect(stderr).toMatch(/head\.invalid.*another model/);
  });

  it('leaves nothing unfinished beside it', () => {
    expect(readdirSync(folder).filter((name) => /checkpoint|tmp/.test(name))).toEqual([]);
  });
});

describe('the same training', () => {
  it('ends with the same bytes, from the cache too', async () => {
    const again = await train('again');
    expect(summary(again)).toMatchObject({ encoded: 0 });
    expect(sha256(head('again'))).toBe(sha256(head('first')));
  });

  it('with another seed or order does not', async () => {
    const seeded = summary(await train('seeded', ['--seed', '43'])).sha256;
    const ordered = summary(await train('ordered', ['--no-shuffle'])).sha256;
    expect(new Set([seeded, ordered, sha256(head('first'))]).size).toBe(3);
  });

  it('of several roots is that of one', async () => {
    const out = head('roots');
    const roots = [join(root, 'metal_nut'), join(root, 'screw')];
    const { code } = await loupe(['train-head', ...roots, '--model', 'tiny', '--out', out], { env });
    expect(code).toBe(0);
    expect(sha256(out)).toBe(sha256(head('first')));
  });

  it('begins with an existing head on demand', async () => {
    const { code } = await train('onwards', ['--from', head('first'), '--epochs', '1']);
    expect(code).toBe(0);
    const [before, after] = [record('first'), record('onwards')] as {
      curve: { train: { focal: number } }[];
    }[];
    expect(record('onwards')).toMatchObject({ head: { from: sha256(head('first')) } });
    expect(after!.curve[0]!.train.focal).toBeLessThan(before!.curve[0]!.train.focal);
  });

  it('does not begin with the head of another pack', async () => {
    const { code, stderr } = await loupe(
      ['train-head', root, '--model', 'other', '--out', head('wrong'), '--from', head('first')],
      { env },
    );
    expect(code).toBe(4);
    expect(stderr).toContain('head.invalid');
  });
});

const LONG = ['--epochs', '80', '--flip', '--validation', '0.25'];

describe.skipIf(process.platform === 'win32')('an unfinished training', () => {
  beforeAll(async () => {
    expect((await train('whole', LONG)).code).toBe(0);
  });

  it.each<[NodeJS.Signals, number | null]>([
    ['SIGKILL', null],
    ['SIGINT', 130],
  ])('goes on after %s and ends with the same bytes', async (signal, exit) => {
    const out = `cut-${signal}`;
    let sent = false;
    const onOutput: CliOptions['onOutput'] = (text, child) => {
      if (sent || !text.includes('"epoch":3,')) return;
      sent = true;
      child.kill(signal);
    };
    const cut = await train(out, LONG, { onOutput });
    expect(cut.code).toBe(exit);
    expect(existsSync(head(out))).toBe(false);
    expect(existsSync(join(folder, `${out}.checkpoint`))).toBe(true);
    if (signal === 'SIGINT') expect(cut.stderr).toContain('train.cancelled');

    const rest = await train(out, LONG);
    expect(rest.code).toBe(0);
    const { epochs } = rest.lines()[0]!.resumed as { epochs: number };
    expect(epochs).toBeGreaterThanOrEqual(3);
    expect(sha256(head(out))).toBe(sha256(head('whole')));
    expect(record(out).curve).toEqual(record('whole').curve);
    expect(record(out).resumed).toBe(1);
    expect(existsSync(join(folder, `${out}.checkpoint`))).toBe(false);
  });

  it('is not mixed with another one', async () => {
    const onOutput: CliOptions['onOutput'] = (text, child) => {
      if (text.includes('"epoch":2,')) child.kill('SIGKILL');
    };
    await train('mixed', LONG, { onOutput });
    const other = await train('mixed', [...LONG, '--seed', '1']);
    expect(other.code).toBe(5);
    expect(other.stderr).toMatch(/train\.checkpoint.*different: settings, beginning/);
    const anew = await train('mixed', ['--restart']);
    expect(anew.code).toBe(0);
    expect(sha256(head('mixed'))).toBe(sha256(head('first')));
  });

  it('whose checkpoint is damaged says so', async () => {
    writeFileSync(join(folder, 'damaged.checkpoint'), 'half of a ch');
    const { code, stderr } = await train('damaged');
    expect(code).toBe(5);
    expect(stderr).toMatch(/train\.checkpoint.*damaged/);
  });
});

describe('bad input', () => {
  const bad = join(folder, 'bad');
  const trainBad = (category: string, ...args: string[]): Promise<CliResult> =>
    loupe(['train-head', join(bad, category), '--model', 'tiny', '--out', head('bad'), ...args], { env });

  beforeAll(async () => {
    await writeCategory(bad, 'no_normals', { good: 0 });
    await writeCategory(bad, 'no_defects', { bad: 0 });
    await writeCategory(bad, 'no_mask');
    rmSync(join(bad, 'no_mask/ground_truth/scratch/1_mask.png'));
    await writeCategory(bad, 'empty_mask');
    await writeMask(join(bad, 'empty_mask/ground_truth/scratch/1_mask.png'), [0, 0, 0, 0]);
    await writeCategory(bad, 'wrong_size');
    await writeMask(join(bad, 'wrong_size/ground_truth/scratch/1_mask.png'), [0, 0, 9, 9], 41, 30);
    await writeCategory(bad, 'corrupt');
    writeFileSync(join(bad, 'corrupt/test/good/1.png'), 'no picture');
  });

  it.each([
    ['no_normals', /train\.category: The category "no_normals".*no flawless photographs/],
    ['no_defects', /train\.category.*no photographs of defects/],
    ['no_mask', /train\.category.*1 of 3 photographs of defects have no mask, first .*1\.png/],
    ['empty_mask', /train\.mask.*1_mask\.png.*all black/],
    ['wrong_size', /train\.mask.*1_mask\.png.*41 x 30 pixels, the photograph 40 x 30/],
    ['corrupt', /image\.not_an_image.*good.1\.png/],
  ])('%s is named, and nothing is written', async (category, message) => {
    const { code, stderr } = await trainBad(category);
    expect(code).toBe(5);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(head('bad'))).toBe(false);
  });

  it('more features than the cache may hold are refused before any is computed', async () => {
    const cache = join(folder, 'small-cache');
    const { code, stderr } = await train('small', ['--cache', cache, '--cache-limit', '0.0001']);
    expect(code).toBe(5);
    expect(stderr).toMatch(/train\.cache.*limit/);
    expect(existsSync(join(cache, 'features'))).toBe(false);
  });

  it('a folder that cannot be written is known at once', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, stderr } = await train('file/head');
    expect(code).toBe(5);
    expect(stderr).toContain('output.failed');
  });

  it('a photograph that is named twice is refused', async () => {
    const { code, stderr } = await loupe(
      ['train-head', root, root, '--model', 'tiny', '--out', head('bad')],
      { env },
    );
    expect(code).toBe(2);
    expect(stderr).toContain('named twice');
  });

  it('an earlier head stays when the training after it fails', async () => {
    const before = sha256(head('first'));
    await writePhotograph(join(root, 'lonely/test/good/0.png'), 3);
    const { code } = await train('first');
    rmSync(join(root, 'lonely'), { recursive: true });
    expect(code).toBe(5);
    expect(sha256(head('first'))).toBe(before);
  });
});

describe('the options', () => {
  const args = ['data', '--out', 'x.safetensors'];
  it('are the protocol of the paper, shuffled', () => {
    expect(trainOptions(args)).toMatchObject({
      roots: ['data'],
      settings: {
        epochs: 5,
        rate: 1e-4,
        batch: 8,
        seed: 42,
        shuffle: true,
        flip: false,
        validation: 0,
        patience: 0,
      },
      cache: { limit: 20e9 },
    });
    expect(trainOptions([...args, '--no-shuffle']).settings.shuffle).toBe(false);
  });

  it.each([
    [[]],
    [['data']],
    [['data', '--out', 'head.pt']],
    [[...args, '--epochs', '0']],
    [[...args, '--lr', 'fast']],
    [[...args, '--batch', '2.5']],
    [[...args, '--validation', '1']],
    [[...args, '--patience', '2']],
    [[...args, '--method', 'sdp']],
    [[...args, '--head', 'other.safetensors']],
    [[...args, '--sigma', '4']],
    [[...args, '--shufle']],
  ])('refuse %j', (wrong) => {
    expect(() => trainOptions(wrong)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
