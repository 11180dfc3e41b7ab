// `loupe inspect --recipe`: words, model, thresholds and inspection area come from an exported recipe, and from nowhere else.
// Runs in the tests (Node); every call is the real command in a process of its own.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseNpy } from '../../models/npy.ts';
import { toReference } from '../../electron/common/align/aligner.ts';
import { smallGrey, smallSize } from '../../electron/common/align/picture.ts';
import { ignoredPixels, type InspectionArea } from '../../electron/common/area.ts';
import type { RecipeSettings } from '../../electron/common/recipe.ts';
import { encodePng } from '../../electron/node/image/encode.ts';
import { settingsText, writeRecipeFile } from '../../electron/node/store/recipe-file.ts';
import { loupe, type CliResult } from '../support/cli.ts';
import { bracket, movedBy } from '../support/moved-photographs.ts';
import { writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = temporaryFolder();
const photograph = join(folder, 'photographs/1.png');
const env = { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') };
const inspect = (...args: string[]): Promise<CliResult> =>
  loupe(['inspect', photograph, '--device', 'cpu', '--threads', '1', ...args], { env });
const errorOf = (result: CliResult): string => `${result.stderr}${JSON.stringify(result.lines())}`;

const SETTINGS: RecipeSettings = {
  ...{ name: 'Nuts', product: 'metal nut', packId: 'tiny', method: null, tap: null, rvs: null, sigma: 1 },
  ...{ heat: { lo: -0.4, hi: 0.6 }, thresholds: { review: 0, reject: 0.001 }, regions: null },
};
/** The left half is ignored. */
const AREA: InspectionArea = { columns: 2, rows: 1, runs: [0, 1, 1] };

function exported(name: string, settings: RecipeSettings): string {
  const file = join(folder, `${name}.loupe-recipe.json`);
  const sha256 = createHash('sha256').update(settingsText(settings)).digest('hex');
  const origin = { author: 'ana', reason: 'first', createdAt: '2026-11-23T08:00:00.000Z' };
  writeFileSync(file, writeRecipeFile({ ...settings, id: 1, version: 1, versions: 1, ...origin, sha256 }));
  return file;
}

beforeAll(async () => {
  writeTinyPack(join(folder, 'packs/tiny'));
  await writePhotograph(photograph, 1);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('--recipe', () => {
  it('inspects as the recipe says, the same as with all of it by hand', async () => {
    const recipe = await inspect('--recipe', exported('plain', SETTINGS), '--json');
    const byHand = await inspect('--model', 'tiny', '--product', 'metal nut', '--sigma', '1', '--json');
    expect([recipe.code, byHand.code]).toEqual([0, 0]);
    const [first, same] = [recipe.lines()[0]!, byHand.lines()[0]!];
    expect([first.score0, first.score1]).toEqual([same.score0, same.score1]);
    expect(first.verdict).toBe('reject'); // the thresholds of the recipe
    expect(recipe.lines().at(-1)).toMatchObject({ summary: { product: 'metal nut', model: 'tiny' } });
  });

  it('heeds the inspection area, also with tiles', async () => {
    const file = exported('masked', { ...SETTINGS, area: AREA });
    for (const tiles of [[], ['--tiles', '2']]) {
      const maps = join(folder, `maps${tiles.length}`);
      const plain = await inspect(
        '--recipe',
        exported('plain', SETTINGS),
        '--json',
        '--maps',
        `${maps}/a`,
        ...tiles,
      );
      const masked = await inspect('--recipe', file, '--json', '--maps', `${maps}/b`, ...tiles);
      const read = (name: string) => parseNpy(new Uint8Array(readFileSync(join(maps, name, '1.npy'))));
      const [before, after] = [read('a'), read('b')].map(({ data }) => data as Float32Array);
      const ignored = ignoredPixels(AREA, read('a').shape[0]!);
      const inside = before!.filter((_, i) => ignored[i] === 0);
      expect(masked.lines()[0]).toMatchObject({
        score0: plain.lines()[0]!.score0,
        score1: inside.reduce((a, b) => Math.max(a, b)),
      });
      expect(after!.every((v, i) => v === (ignored[i] === 1 ? Math.fround(-0.4) : before![i]))).toBe(true);
    }
  });

  it('lets the area follow its part, and fails a photograph in which the part is not found', async () => {
    const part = bracket();
    const align = toReference(smallGrey(part.data, 1, part, smallSize(part.width, part.height)), 30);
    const photographs = join(folder, 'moved');
    const write = async (name: string, picture: ReturnType<typeof bracket>): Promise<void> => {
      mkdirSync(photographs, { recursive: true });
      writeFileSync(join(photographs, name), await encodePng({ ...picture, channels: 1 }));
    };
    await write('1.png', movedBy(part, { turn: 10, x: 20, y: 5 }));
    await write('2.png', { ...part, data: new Uint8Array(part.data.length).fill(128) });
    const file = exported('follows', { ...SETTINGS, area: { columns: 4, rows: 1, runs: [3, 1], align } });
    const args = ['inspect', photographs, '--recipe', file, '--json', '--device', 'cpu', '--threads', '1'];
    const result = await loupe(args, { env });
    const [first, second, last] = result.lines();
    expect(result.code).toBe(3);
    const { turn, x } = first!.placement as { turn: number; x: number };
    expect(Math.abs(turn - 10)).toBeLessThan(0.5);
    expect(Math.abs(x * part.width - 20)).toBeLessThan(1.5);
    expect(second).toMatchObject({ error: { code: 'area.part_not_found' } });
    expect(second).not.toHaveProperty('verdict');
    expect(last).toMatchObject({ summary: { images: 2, failed: 1 } });
  });

  it.each([
    ['--product', 'nut'],
    ['--model', 'tiny'],
    ['--method', 'base'],
    ['--sigma', '2'],
    ['--product-from-folder'],
    ['--text-features', 'x.npy'],
  ])('is not mixed with %s', async (...more) => {
    const result = await inspect('--recipe', exported('plain', SETTINGS), ...more);
    expect(result.code).toBe(2);
    expect(errorOf(result)).toContain(more[0]);
  });

  it('refuses what is no recipe, what was changed, an area that cannot be, and a head that is not named', async () => {
    const changed = exported('changed', { ...SETTINGS, area: AREA });
    writeFileSync(changed, readFileSync(changed, 'utf8').replace('"columns": 2', '"columns": 3'));
    const impossible = { ...SETTINGS, area: { columns: 2, rows: 1, runs: [0, 2] } };
    const bad = join(folder, 'bad.json');
    const text = JSON.stringify({
      ...{ format: 'loupe-recipe', formatVersion: 1, recipe: impossible },
      sha256: createHash('sha256').update(canonical(impossible)).digest('hex'),
      origin: { version: 1, author: 'a', reason: 'r', createdAt: 'c' },
    });
    writeFileSync(bad, text);
    const headed = exported('headed', {
      ...SETTINGS,
      ...{ method: 'sdp+', head: { sha256: 'a'.repeat(64), calibrationSha256: 'b'.repeat(64) } },
    });
    const codes = [];
    for (const args of [
      [changed],
      [bad],
      [join(folder, 'none.json')],
      [headed],
      [headed, '--head', photograph],
    ]) {
      const result = await inspect('--recipe', ...args);
      codes.push(result.code);
    }
    expect(codes).toEqual([5, 5, 5, 4, 4]);
    expect(errorOf(await inspect('--recipe', bad))).toContain('something must be inspected');
    expect((await inspect('--recipe', exported('plain', SETTINGS), '--head', 'h')).code).toBe(2);
  });
});

/** Sorted keys, no blanks: what the hash of a file is over. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
