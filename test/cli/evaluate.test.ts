// `loupe evaluate` on a small made-up data set: the metrics are counted again here, pair by pair, from what `inspect` says.
// Runs in the tests (Node); every call is the real command in a process of its own.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findCategories } from '../../electron/cli/dataset.ts';
import { readMask } from '../../electron/node/measure/masks.ts';
import { parseNpy } from '../../models/npy.ts';
import { loupe, type CliResult } from '../support/cli.ts';
import { GOLDEN, goldenNpy, hasGolden } from '../support/golden.ts';
import { writeMask, writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

// Every call starts two processes; a machine that is busy with other things may take its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = temporaryFolder();
const env = { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') };
const root = join(folder, 'data');
const GOOD = ['0', '1', '2', '3'];
const BAD = ['4', '5', '6'];

const run = (...args: string[]): Promise<CliResult> => loupe(args, { env });
const evaluate = (...args: string[]): Promise<CliResult> => run('evaluate', '--model', 'tiny', ...args);

beforeAll(async () => {
  writeTinyPack(join(folder, 'packs/tiny'));
  const photograph = (category: string, path: string, seed: number) =>
    writePhotograph(join(root, category, 'test', path), seed);
  const mask = (category: string, path: string) =>
    writeMask(join(root, category, 'ground_truth', path), [4, 3, 20, 15]);
  for (const [i, name] of [...GOOD, ...BAD].entries()) {
    const kind = GOOD.includes(name) ? 'good' : 'scratch';
    await photograph('metal_nut', `${kind}/${name}.png`, i);
    if (kind === 'scratch') await mask('metal_nut', `scratch/${name}_mask.png`);
  }
  await photograph('no_normals', 'cut/0.png', 1);
  await photograph('no_normals', 'cut/1.png', 2);
  await mask('no_normals', 'cut/0_mask.png');
  await mask('no_normals', 'cut/1.png'); // also the name of the photograph alone is a mask's name
  await photograph('no_masks', 'good/0.png', 1);
  await photograph('no_masks', 'good/1.png', 2);
  await photograph('no_masks', 'cut/0.png', 3);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** P(defect > good) + ½ P(equal), by counting all pairs. */
function auroc(scores: readonly number[], labels: readonly number[]): number {
  let [sum, pairs] = [0, 0];
  for (const [i, a] of scores.entries()) {
    for (const [j, b] of scores.entries()) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      sum += a > b ? 1 : a === b ? 0.5 : 0;
      pairs++;
    }
  }
  return sum / pairs;
}
const minMax = (values: readonly number[]): number[] => {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (value - min) / (max - min));
};

describe('a category', () => {
  it('is measured as the papers do', async () => {
    const category = join(root, 'metal_nut');
    const maps = join(folder, 'maps');
    const inspected = (
      await run(
        'inspect',
        join(category, 'test'),
        '--product',
        'metal_nut',
        '--model',
        'tiny',
        '--json',
        '--maps',
        maps,
      )
    ).lines();
    const parts = inspected.slice(0, -1) as { path: string; score: number; score0: number; score1: number }[];
    const labels = parts.map(({ path }) => (path.includes('scratch') ? 1 : 0));
    const s1 = minMax(parts.map(({ score1 }) => score1));
    const official = minMax(parts.map(({ score0 }) => score0)).map((s0, i) => s0 + s1[i]!);
    const pixels: number[] = [];
    const pixelLabels: number[] = [];
    for (const { path } of parts) {
      const below = path.slice(join(category, 'test').length + 1).replace('.png', '');
      pixels.push(
        ...(parseNpy(new Uint8Array(readFileSync(join(maps, `${below}.npy`)))).data as Float32Array),
      );
      const mask = join(category, 'ground_truth', `${below}_mask.png`);
      pixelLabels.push(...(path.includes('scratch') ? await readMask(mask, 32) : new Uint8Array(32 * 32)));
    }

    const result = await evaluate(category, '--json');
    expect([result.code, result.stderr]).toEqual([0, '']);
    const [measured, mean, summary] = result.lines();
    expect(measured).toMatchObject({
      category: 'metal_nut',
      product: 'metal_nut',
      normal: 4,
      defective: 3,
      failed: 0,
    });
    expect(measured!.image_auroc).toBeCloseTo(auroc(official, labels), 12);
    expect(measured!.pixel_auroc).toBeCloseTo(auroc(pixels, pixelLabels), 12);
    expect((mean as { mean: { image_auroc: number } }).mean.image_auroc).toBe(measured!.image_auroc);
    expect(summary).toMatchObject({ summary: { images: 7, failed: 0, model: 'tiny', score: 'official' } });

    const [online] = (await evaluate(category, '--json', '--score', 'online')).lines();
    expect(online!.image_auroc).toBeCloseTo(
      auroc(
        parts.map(({ score }) => score),
        labels,
      ),
      12,
    );
    expect(online!.pixel_auroc).toBe(measured!.pixel_auroc);
  });

  it('without good parts or without masks leaves undefined metrics open', async () => {
    const report = join(folder, 'report.csv');
    const { code, stdout, stderr } = await evaluate(root, '--report', report);
    expect(code).toBe(0);
    const row = (name: string): string[] =>
      stdout
        .split('\n')
        .find((line) => line.startsWith(name))!
        .split(/ +/);
    const open = (cells: string[]): boolean[] => cells.slice(3).map((cell) => cell === 'n/a');
    expect(open(row('metal_nut'))).toEqual([false, false, false, false, false, false, false, false]);
    expect(open(row('no_normals'))).toEqual([true, true, true, false, false, false, false, false]);
    expect(open(row('no_masks'))).toEqual([false, false, false, true, true, true, true, true]);
    expect(stderr).toMatch(/^loupe: no_masks: 1 of 1 defective photographs have no mask[^\n]+\n$/);
    const csv = readFileSync(report, 'utf8').split('\r\n');
    expect(csv[0]).toMatch(/^category,product,normal,defective,failed,image_auroc,/);
    expect(csv.slice(1, 5).map((line) => line.split(',')[0])).toEqual([
      'metal_nut',
      'no_masks',
      'no_normals',
      'mean',
    ]);
    expect(csv[3]).toContain('n/a,n/a,n/a,0.');
  });

  it('can be chosen, and the words for it too', async () => {
    const report = join(folder, 'report.html');
    const result = await evaluate(
      root,
      '--category',
      'no_masks',
      '--product',
      'metal nut',
      '--json',
      '--report',
      report,
    );
    expect(result.lines()).toHaveLength(3);
    expect(result.lines()[0]).toMatchObject({
      category: 'no_masks',
      product: 'metal nut',
      pixel_auroc: null,
    });
    expect(readFileSync(report, 'utf8')).toContain('<td>no_masks</td>');
  });
});

describe('trouble', () => {
  it('leaves a broken photograph out, names it, and ends with 3', async () => {
    await writePhotograph(join(folder, 'broken/test/good/0.png'), 1);
    await writePhotograph(join(folder, 'broken/test/good/1.png'), 2);
    writeFileSync(join(folder, 'broken/test/good/2.png'), 'text');
    const result = await evaluate(join(folder, 'broken'), '--json');
    expect(result.code).toBe(3);
    expect(result.lines()[0]).toMatchObject({ error: { code: 'image.not_an_image' } });
    expect(result.lines()[1]).toMatchObject({ normal: 2, defective: 0, failed: 1, image_auroc: null });
  });

  it('refuses a folder that is not laid out for it, and ends with 5', async () => {
    const result = await evaluate(join(folder, 'packs'));
    expect([result.code, result.stdout]).toEqual([5, '']);
    expect(result.stderr).toMatch(/^loupe: data\.layout: [^\n]+\n$/);
    await expect(findCategories(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'data.folder_missing',
    });
    await expect(findCategories(root, ['none'])).rejects.toMatchObject({ code: 'data.layout' });
    await writePhotograph(join(folder, 'loose/test/0.png'), 1);
    await expect(findCategories(join(folder, 'loose'))).rejects.toMatchObject({ code: 'data.layout' });
  });
});

describe.skipIf(!hasGolden)('masks', () => {
  it('are those of the official pipeline', async () => {
    for (const size of [72, 240]) {
      const mask = await readMask(join(GOLDEN, 'resize/mask.png'), size);
      expect(mask).toEqual(goldenNpy(`resize/mask_to${size}.npy`).data);
    }
  });
});
