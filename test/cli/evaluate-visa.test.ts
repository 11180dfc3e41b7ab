// `loupe evaluate` on the layout of VisA, with comparisons and the report as a page.
// Runs in the tests (Node); every call is the real command in a process of its own.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findCategories, layoutOf } from '../../electron/cli/dataset.ts';
import { chooseExamples } from '../../electron/cli/examples.ts';
import { PUBLISHED } from '../../electron/cli/published.ts';
import { publishedRows } from '../../electron/cli/published-rows.ts';
import { toErrorValue } from '../../models/errors.ts';
import { loupe, type CliResult } from '../support/cli.ts';
import { writeMask, writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = temporaryFolder();
const root = join(folder, 'visa');
const env = { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') };
const HEAD = 'object,split,label,image,mask';

const writeTable = (where: string, lines: readonly string[]): void => {
  mkdirSync(join(where, 'split_csv'), { recursive: true });
  writeFileSync(join(where, 'split_csv/1cls.csv'), lines.join('\r\n'));
};

beforeAll(async () => {
  writeTinyPack(join(folder, 'packs/tiny'));
  const lines = [HEAD];
  for (const [object, normals] of [
    ['pcb1', 3],
    ['candle', 2],
  ] as const) {
    lines.push(`${object},train,normal,${object}/Data/Images/Normal/none.png,`);
    for (let i = 0; i < 5; i++) {
      const defective = i >= normals;
      const image = `${object}/Data/Images/${defective ? 'Anomaly' : 'Normal'}/${i}.png`;
      const mask = defective ? `${object}/Data/Masks/Anomaly/${i}.png` : '';
      await writePhotograph(join(root, image), i + normals);
      if (defective) await writeMask(join(root, mask), [4, 3, 20, 15 + i]);
      lines.push(`${object},test,${defective ? 'anomaly' : 'normal'},${image},${mask}`);
    }
  }
  writeTable(root, [...lines, '']);
});
afterAll(() => rmSync(folder, { recursive: true }));

const evaluate = (...args: string[]): Promise<CliResult> =>
  loupe(['evaluate', '--model', 'tiny', ...args], { env });

describe('the layout of VisA', () => {
  it('is read from its table: the test split, with masks', async () => {
    expect(layoutOf(root)).toBe('visa');
    const categories = await findCategories(root);
    expect(categories.map(({ name, images }) => [name, images.length])).toEqual([
      ['candle', 5],
      ['pcb1', 5],
    ]);
    const [candle] = categories;
    expect(candle!.images.map(({ defective, mask }) => [defective, mask !== null])).toEqual([
      [false, false],
      [false, false],
      [true, true],
      [true, true],
      [true, true],
    ]);
    expect((await findCategories(root, ['pcb1'])).map(({ name }) => name)).toEqual(['pcb1']);
    await expect(findCategories(root, ['none'])).rejects.toMatchObject({ code: 'data.layout' });
  });

  it('is measured with the profile of VisA, beside other methods, and shown on one page', async () => {
    const report = join(folder, 'report.html');
    const { code, stdout, stderr } = await evaluate(root, '--compare', '--report', report);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^candle +2 +3 /m);
    expect(stdout).toMatch(/^ {2}plain CLIP /m);
    expect(stdout).toMatch(/^mean of windows \(WinCLIP\) /m);
    expect(stdout).toContain('rvs dbscan (VisA profile)');
    expect(stdout).toMatch(/^ {2}WinCLIP, published +· +· +73\.6 +– +71\.0 +61\.2 +– +2\.4 +– +–$/m);
    expect(stdout).toMatch(/^mean of WinCLIP, published +84\.5 /m); // (95.4 + 73.6) / 2
    expect(stdout).toContain('as its targets (confidence medium)');
    const page = readFileSync(report, 'utf8');
    expect(page).not.toMatch(/<script|https?:\/\//);
    expect(page.match(/<svg /g)).toHaveLength(2 * 3);
    expect(page.match(/src="data:image\/jpeg;base64,\/9j\//g)!.length).toBeGreaterThanOrEqual(2 * 4);
    expect(page).toContain('2 of the 12 categories of VisA');
    expect(page.match(/<tr class="other"><td> {2}(plain CLIP|windows)/g)).toHaveLength(2 * 2);
    expect(page).toMatch(/<tr class="published"><td> {2}WinCLIP, published<\/td>.*<td>95\.4<\/td>/);
    expect(page).toMatch(/<tr class="own"><td>this evaluation<\/td>/);
    expect(page).toMatch(/<td>CLIP-AD SDP\+<\/td>.*<td>85\.1<\/td>.*high/);
    expect(page).not.toMatch(/NaN|undefined/);
  });

  it('gives one JSON line for every method and category', async () => {
    const lines = (await evaluate(root, '--compare', '--json', '--category', 'pcb1')).lines();
    expect(lines.map(({ comparison, category }) => [comparison, category])).toEqual([
      [undefined, 'pcb1'],
      ['clip', 'pcb1'],
      ['winclip', 'pcb1'],
      [undefined, undefined],
      ['clip', undefined],
      ['winclip', undefined],
      [undefined, 'pcb1'],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(lines[6]).toMatchObject({ published: 'WinCLIP, published', image_auroc: 0.736, pixel_ap: null });
    expect(lines[7]).toMatchObject({ published: 'WinCLIP, published', confidence: 'medium' });
    const own = lines[0]!;
    expect(lines[2]).not.toMatchObject({ pixel_auroc: own.pixel_auroc });
    expect((lines[4] as { mean: unknown }).mean).toMatchObject({ image_auroc: lines[1]!.image_auroc });
  });

  it('is written as a table with the same rows, or without published ones where nobody asked for others', async () => {
    const file = join(folder, 'report.csv');
    await evaluate(root, '--compare', '--category', 'candle', '--report', file);
    const methods = (): string[] =>
      readFileSync(file, 'utf8')
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',').at(-1)!);
    expect(methods()).toEqual([
      ...['sdp', 'clip', 'winclip', 'winclip_published'],
      ...['sdp', 'clip', 'winclip', 'winclip_published'],
    ]);
    expect(readFileSync(file, 'utf8')).toContain(
      '\r\ncandle,candle,,,,0.954000,,0.894000,0.889000,,0.225000,,,winclip_published',
    );
    await evaluate(root, '--category', 'candle', '--report', file);
    expect(methods()).toEqual(['sdp', 'sdp']);
  });

  it('with a mask that is missing has no pixel metrics there', async () => {
    const partial = join(folder, 'partial');
    await writePhotograph(join(partial, 'a.png'), 1);
    await writePhotograph(join(partial, 'b.png'), 2);
    writeTable(partial, [HEAD, 'x,test,normal,a.png,', 'x,test,anomaly,b.png,masks/none.png']);
    const [line] = (await evaluate(partial, '--json')).lines();
    expect(line).toMatchObject({ normal: 1, defective: 1, pixel_auroc: null, pro_cflow200: null });
    expect(line!.image_auroc).not.toBeNull();
  });

  it.each([
    ['no columns', ['a,b', '1,2'], 'no column "object"'],
    ['a short line', [HEAD, 'x,test,normal'], 'Line 2 has 3 cells'],
    ['another label', [HEAD, 'x,test,broken,a.png,'], 'neither "normal" nor "anomaly"'],
    ['nothing for testing', [HEAD, 'x,train,normal,a.png,'], 'No line'],
    ['a way out', [HEAD, 'x,test,normal,../a.png,'], 'outside'],
    ['nothing', [''], 'no column'],
  ])('with %s is refused', async (_what, lines, reason) => {
    const bad = join(folder, 'bad');
    writeTable(bad, lines);
    await expect(findCategories(bad)).rejects.toMatchObject({
      code: 'data.layout',
      params: { reason: expect.stringContaining(reason) as string },
    });
  });

  it('is read or refused, whatever the table holds', async () => {
    const bad = join(folder, 'fuzzed');
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom('test', 'train', 'normal', 'anomaly', '"', '""', 'a.png', '/x'),
    );
    const line = fc.array(cell, { maxLength: 6 }).map((cells) => cells.join(','));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 5 }), fc.boolean(), async (lines, head) => {
        writeTable(bad, head ? [HEAD, ...lines] : lines);
        try {
          const categories = await findCategories(bad);
          for (const { images } of categories)
            for (const { path } of images) expect(path.startsWith(join(bad, '/'))).toBe(true);
        } catch (error) {
          expect(toErrorValue(error).code).toBe('data.layout');
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

it('published rows are those of a data set that has all the categories, and of no other', () => {
  expect(publishedRows(['leather', 'cookie'])).toBeNull();
  expect(publishedRows(['leather', 'pcb1'])).toBeNull(); // one of each data set
  const rows = publishedRows(['leather', 'metal_nut'])!;
  expect(rows.of.get('leather')).toMatchObject({ image_auroc: 1, pixel_f1max: 0.397, image_ap: null });
  expect(rows.mean).toMatchObject({ pixel_auroc: (0.967 + 0.61) / 2, aupro: null });
  for (const { categories, winclip } of PUBLISHED) {
    expect([...winclip.keys()].sort()).toEqual([...categories].sort());
    for (const { values } of winclip.values())
      expect(Object.values(values).map((value) => value > 0 && value <= 100)).toEqual([
        true,
        true,
        true,
        true,
      ]);
  }
  // The means that WinCLIP's own table states are those of its categories.
  const means = PUBLISHED.map(({ categories }) => publishedRows(categories)!.mean);
  for (const [i, [image, pixel]] of [[91.8, 31.7] as const, [78.1, 14.8] as const].entries()) {
    expect(Math.abs(100 * means[i]!.image_auroc! - image)).toBeLessThan(0.1);
    expect(Math.abs(100 * means[i]!.pixel_f1max! - pixel)).toBeLessThan(0.1);
  }
});

it('examples are the most and the least misjudged of both classes, none twice', () => {
  const scored = [0.1, 0.9, 0.5, 0.4, 0.3].flatMap((score, i) =>
    [true, false].map((defective) => ({ score, image: { path: `${defective}${i}`, defective, mask: null } })),
  );
  const chosen = chooseExamples(scored);
  expect(chosen.map(({ kind, image, score }) => [kind, image.defective, score])).toEqual([
    ['worst', true, 0.1],
    ['worst', true, 0.3],
    ['worst', false, 0.9],
    ['worst', false, 0.5],
    ['best', true, 0.9],
    ['best', true, 0.5],
    ['best', false, 0.1],
    ['best', false, 0.3],
  ]);
  const few = chooseExamples(scored.slice(0, 2));
  expect(new Set(few.map(({ image }) => image.path)).size).toBe(few.length);
});
