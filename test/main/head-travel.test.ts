// A recipe with a trained head as one file: from one computer to another, and everything that is wrong on the way.
// Runs in the tests (Node, no Electron).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecipeSettings } from '../../electron/common/recipe.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { findHead } from '../../electron/node/training/heads.ts';
import { packHead, unpackHead } from '../../electron/node/training/head-travel.ts';
import { LoupeError, toErrorValue, type ErrorValue } from '../../models/errors.ts';
import { openPack } from '../../models/packs/open.ts';
import { writeSafetensors } from '../../models/clip/safetensors-write.ts';
import { RECIPE } from '../store/recipe-support.ts';
import { dataFolder } from '../store/support.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-head-travel');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const pack = writeTinyPack(join(folder, 'pack'));
const { modelSha256, manifest } = await openPack(pack);
/** The same id, other weights: what is installed on the other computer is not what the head was trained with. */
const otherPack = writeTinyPack(join(folder, 'other'), {}, (tensors) => {
  for (const { data } of tensors.values()) data[0] = (data[0] ?? 0) + 1;
});
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

function headBytes(
  metadata: Record<string, string> = {},
  width = manifest.architecture.vision.width,
): Uint8Array {
  const { embedDim } = manifest.architecture;
  const tensors = new Map(
    [0, 1, 2, 3].flatMap((s) => [
      [`fc.${s}.weight`, { shape: [embedDim, width], data: new Float32Array(embedDim * width).fill(s) }],
      [`fc.${s}.bias`, { shape: [embedDim], data: new Float32Array(embedDim) }],
    ]),
  ) as never;
  return writeSafetensors(tensors, { modelSha256, tap: 'official', ...metadata });
}
const calibrationText = (head: Uint8Array, change: object = {}): string =>
  JSON.stringify({
    ...{ schema: 1, product: RECIPE.product, pack: { modelSha256 }, method: 'sdp+', tap: 'official' },
    headSha256: sha256(head),
    calibration: manifest.calibration.sdp,
    ...change,
  });

/** A computer where a recipe with this head was adopted: its data folder and the text of the exported file. */
function trainedHere(
  head = headBytes(),
  calibration = calibrationText(head),
  change: Partial<RecipeSettings> = {},
): { data: string; text: string } {
  const data = dataFolder();
  mkdirSync(join(data, 'heads'), { recursive: true });
  writeFileSync(join(data, `heads/${sha256(head)}.safetensors`), head);
  writeFileSync(join(data, `heads/${sha256(calibration)}.calibration.json`), calibration);
  const store = openStore(dataFolder());
  const settings = { ...RECIPE, packId: 'tiny', method: 'sdp+' as const, ...change };
  const hashes = { sha256: sha256(head), calibrationSha256: sha256(calibration) };
  store.recipes.save({ settings: { ...settings, head: hashes }, author: 'eva', reason: 'trained' });
  const { text } = store.recipes.export({ recipeId: 1, author: 'eva' });
  store.close();
  return { data, text };
}

let data: string;
beforeEach(() => (data = dataFolder()));
const unpack = (text: string, where = pack): Promise<string> =>
  unpackHead({ dataFolder: data, findPack: () => Promise.resolve(where) }, text);
const refusal = async (work: Promise<unknown>): Promise<ErrorValue> =>
  work.then(
    () => Promise.reject(new Error('nothing was refused')),
    (thrown: unknown) => toErrorValue(thrown),
  );
const nothingKept = (): void => expect(existsSync(join(data, 'heads'))).toBe(false);

describe('the file of a recipe', () => {
  it('brings the head along, byte for byte, and stays a recipe that the history reads', async () => {
    const there = trainedHere();
    const text = await packHead(there.data, there.text);
    expect(JSON.parse(text)).toMatchObject(JSON.parse(there.text) as object);
    const rest = await unpack(text);
    expect(rest.length).toBeLessThan(2000);
    const store = openStore(data);
    const { head } = store.recipes.import({ text: rest, author: 'tom' });
    store.close();
    const files = await findHead(data, head!);
    expect(new Uint8Array(readFileSync(files.head))).toEqual(headBytes());
    expect(readFileSync(files.calibration, 'utf8')).toBe(calibrationText(headBytes()));
    expect(await unpack(text)).toBe(rest); // once more changes nothing
  });

  it('without a head is left as it is', async () => {
    const store = openStore(dataFolder());
    store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'new' });
    const { text } = store.recipes.export({ recipeId: 1, author: 'eva' });
    store.close();
    expect(await packHead(data, text)).toBe(text);
    expect(await unpack(text)).toBe(text);
    nothingKept();
  });

  it('of a computer where the head is gone or changed is not written', async () => {
    const { text } = trainedHere();
    expect(await refusal(packHead(data, text))).toMatchObject({ code: 'head.invalid' });
  });

  it('from before heads travelled is taken where the head is, and refused where it is not', async () => {
    const there = trainedHere();
    expect(await refusal(unpack(there.text))).toMatchObject({
      code: 'head.invalid',
      params: { reason: expect.stringContaining('not on this computer') as string },
    });
    data = there.data;
    expect(await unpack(there.text)).toBe(there.text);
  });
});

describe('a head is refused and nothing kept', () => {
  const travelling = async (...made: Parameters<typeof trainedHere>): Promise<string> => {
    const there = trainedHere(...made);
    return packHead(there.data, there.text);
  };

  it('for other weights than those of the pack here, with both named', async () => {
    const { code, params } = await refusal(unpack(await travelling(), otherPack));
    expect([code, params.file]).toEqual(['head.invalid', RECIPE.name]);
    expect(params.reason).toContain(modelSha256.slice(0, 12));
    expect(params.reason).toContain((await openPack(otherPack)).modelSha256.slice(0, 12));
    nothingKept();
  });

  it('where the pack is not installed', async () => {
    const missing = new LoupeError('pack.missing', { pack: 'tiny' });
    const places = { dataFolder: data, findPack: () => Promise.reject(missing) };
    expect(await refusal(unpackHead(places, await travelling()))).toMatchObject({ code: 'pack.missing' });
    nothingKept();
  });

  it.each([
    ['another tap', headBytes({ tap: 'clean' }), 'tap'],
    ['another width', headBytes({}, 8), 'the model asks for'],
    ['no model named', headBytes({ modelSha256: '' }), 'other weights'],
    ['no tensors', new TextEncoder().encode('text'), ''],
  ])('with %s', async (_what, head, reason) => {
    const error = await refusal(unpack(await travelling(head)));
    expect(error).toMatchObject({ code: 'head.invalid' });
    expect(error.params.reason).toContain(reason);
    nothingKept();
  });

  it('with a calibration of another head, or of other parts', async () => {
    const head = headBytes();
    for (const change of [{ headSha256: sha256('another') }, { product: 'bolt' }, { schema: 2 }]) {
      const text = await travelling(head, calibrationText(head, change));
      expect(await refusal(unpack(text))).toMatchObject({ code: 'calibration.invalid' });
    }
    nothingKept();
  });

  it('when one byte of it was changed on the way', async () => {
    const file = JSON.parse(await travelling()) as { trainedHead: { head: string } };
    const bytes = Buffer.from(file.trainedHead.head, 'base64');
    bytes[bytes.length - 1] = 1;
    file.trainedHead.head = bytes.toString('base64');
    expect(await refusal(unpack(JSON.stringify(file)))).toMatchObject({
      code: 'head.invalid',
      params: { reason: 'it is not what the recipe was made with' },
    });
    nothingKept();
  });

  it('when it is too large, or the recipe is', async () => {
    const file = JSON.parse(await travelling()) as { trainedHead: object; recipe: object };
    const large = { ...file, trainedHead: { ...file.trainedHead, calibration: 'A'.repeat(2_000_000) } };
    expect(await refusal(unpack(JSON.stringify(large)))).toMatchObject({ code: 'head.invalid' });
    const long = { ...file, origin: 'A'.repeat(1_000_001) };
    expect(await refusal(unpack(JSON.stringify(long)))).toMatchObject({ code: 'recipe.invalid' });
    nothingKept();
  });

  it('when the recipe does not use it', async () => {
    const store = openStore(dataFolder());
    store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'new' });
    const { text } = store.recipes.export({ recipeId: 1, author: 'eva' });
    store.close();
    const { trainedHead } = JSON.parse(await travelling()) as { trainedHead: object };
    const both = JSON.stringify({ ...(JSON.parse(text) as object), trainedHead });
    expect(await refusal(unpack(both))).toMatchObject({ code: 'head.invalid' });
    nothingKept();
  });

  it('whatever stands in its place, and whatever the file is', async () => {
    const file = JSON.parse(await travelling()) as Record<string, unknown>;
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((trainedHead) => JSON.stringify({ ...file, trainedHead })),
      fc
        .record({ head: fc.base64String(), calibration: fc.jsonValue() })
        .map((trainedHead) => JSON.stringify({ ...file, trainedHead })),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        expect(['head.invalid', 'recipe.invalid']).toContain((await refusal(unpack(text))).code);
      }),
      { seed: 1, numRuns: 150 },
    );
    nothingKept();
  });
});
