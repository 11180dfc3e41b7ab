// The engine with an area that follows its part: maps of moved photographs, parts that are not found, references that cannot be.
// Runs in the tests (Node).
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toReference } from '../../electron/common/align/aligner.ts';
import { MovedPixels } from '../../electron/common/align/moved-area.ts';
import { smallGrey, smallSize } from '../../electron/common/align/picture.ts';
import { areaOf, ignoredPixels, type InspectionArea } from '../../electron/common/area.ts';
import { Engine } from '../../electron/node/engine/engine.ts';
import { InlinePreparer, type PrepareRequest } from '../../electron/node/engine/prepare.ts';
import { ThreadPreparer } from '../../electron/node/engine/prepare-thread.ts';
import { encodePng } from '../../electron/node/image/encode.ts';
import { writeFileSafely } from '../../electron/node/engine/write-file.ts';
import { bracket, movedBy, type Photograph } from '../support/moved-photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder();
const packFolder = join(folder, 'pack');
const MOVE = { turn: 12, x: 25, y: -14 };
const size = bracket();
const at = (name: string): string => join(folder, `${name}.png`);

/** The right third is ignored; the bracket lies left of it. */
const STAYS: InspectionArea = areaOf(
  48,
  36,
  Uint8Array.from({ length: 48 * 36 }, (_, i) => (i % 48 >= 36 ? 1 : 0)),
)!;
const FOLLOWS: InspectionArea = {
  ...STAYS,
  align: toReference(smallGrey(size.data, 1, size, smallSize(size.width, size.height)), 30),
};

beforeAll(async () => {
  process.env.LOUPE_CACHE = join(folder, 'cache');
  writeTinyPack(packFolder);
  const write = async (name: string, photograph: Photograph): Promise<void> =>
    writeFileSafely(at(name), await encodePng({ ...photograph, channels: 1 }));
  await write('still', bracket());
  await write('moved', movedBy(bracket(), MOVE, { noise: 4 }));
  await write('empty', { ...bracket(), data: new Uint8Array(size.data.length).fill(205) });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function inspect(name: string, area?: InspectionArea, scales = [1]) {
  const engine = new Engine(() => undefined);
  const options = { packFolder, product: 'bracket', device: 'cpu', threads: 1, scales } as const;
  const info = await engine.open({ ...options, ...(area && { area }) });
  const save = { thumbnail: join(folder, `${name}-thumbnail.jpg`), map: join(folder, `${name}.map`) };
  try {
    const result = await engine.inspect({ session: info.session, path: at(name), wantMap: true, save });
    return { info, ...result, map: result.map! };
  } finally {
    await engine.close(info.session);
  }
}

describe('an area that follows its part', () => {
  it.each([[[1]], [[1, 2]]])('lies on the map where the part is, with scales %j', async (scales) => {
    const plain = await inspect('moved', undefined, scales);
    const followed = await inspect('moved', FOLLOWS, scales);
    const { placement, info } = followed;
    expect(Math.abs(placement!.turn - MOVE.turn)).toBeLessThan(0.5);
    expect(Math.abs(placement!.x * size.width - MOVE.x)).toBeLessThan(1.5);
    expect(Math.abs(placement!.y * size.height - MOVE.y)).toBeLessThan(1.5);
    const ignored = new MovedPixels(FOLLOWS).at(placement!, size, info.mapSize);
    expect(ignored).not.toEqual(ignoredPixels(STAYS, info.mapSize));
    const cold = Math.fround(info.heat.lo);
    expect(followed.map.every((value, i) => value === (ignored[i] === 1 ? cold : plain.map[i]))).toBe(true);
    const inside = plain.map.filter((_, i) => ignored[i] === 0);
    expect(followed.score1).toBe(inside.reduce((a, b) => Math.max(a, b)));
    expect(followed.score0).toBe(plain.score0);
  });

  it('on the photograph on which it was drawn is as one that stays', async () => {
    const stays = await inspect('still', STAYS);
    const follows = await inspect('still', FOLLOWS);
    expect(stays.placement).toBeUndefined();
    expect(follows.placement).toEqual({ turn: 0, x: 0, y: 0, likeness: 1 });
    expect(follows.map).toEqual(stays.map);
    expect(follows.score).toBe(stays.score);
  });

  it('without the part in the photograph there is no score, but a picture of it to judge', async () => {
    await expect(inspect('empty', FOLLOWS)).rejects.toMatchObject({
      code: 'area.part_not_found',
      params: { path: at('empty') },
    });
    expect(existsSync(join(folder, 'empty-thumbnail.jpg'))).toBe(true);
    expect(existsSync(join(folder, 'empty.map'))).toBe(false);
    expect((await inspect('empty', STAYS)).score).toBeGreaterThanOrEqual(0);
  });

  it('by a reference that shows nothing is refused before the first photograph', async () => {
    const flat = toReference({ width: 128, height: 96, data: new Uint8Array(128 * 96).fill(90) }, 30);
    await expect(inspect('still', { ...STAYS, align: flat })).rejects.toMatchObject({
      code: 'recipe.invalid',
      params: { reason: expect.stringContaining('no clear edges') as string },
    });
  });
});

describe('the search for the part', () => {
  const request = (key: string, area: InspectionArea): PrepareRequest => ({
    ...{ path: at('moved'), side: 240, scales: [], keepImage: false },
    follow: { key, area },
  });

  it('finds the same in the thread as in place, and sees the same at the size of a model', async () => {
    const inline = new InlinePreparer();
    const here = await inline.prepare(request('a', FOLLOWS));
    const thread = new ThreadPreparer(
      new URL('../../electron/services/inference-worker.ts', import.meta.url),
    );
    const there = await thread.prepare(request('a', FOLLOWS));
    await thread.start().terminate();
    expect(there.place).toEqual(here.place);
    const small = await inline.prepare({ ...request('a', FOLLOWS), side: 16 });
    if (!here.place || 'reason' in here.place || !small.place || 'reason' in small.place)
      throw new Error('not found');
    expect(small.place.turn).toBeCloseTo(here.place.turn, 0);
    expect(small.place.x).toBeCloseTo(here.place.x, 2);
  });

  it('keeps the references of different recipes apart', async () => {
    const inline = new InlinePreparer();
    const turned = movedBy(bracket(), MOVE);
    const other = {
      ...STAYS,
      align: toReference(
        smallGrey(turned.data, 1, turned, smallSize(turned.width, turned.height)),
        30 as const,
      ),
    };
    const turns: number[] = [];
    for (const [key, area] of [
      ['a', FOLLOWS],
      ['b', other],
      ['a', FOLLOWS],
    ] as const) {
      const { place } = await inline.prepare(request(key, area));
      if (!place || 'reason' in place) throw new Error('not found');
      turns.push(place.turn);
    }
    expect(turns[0]).toBeCloseTo(MOVE.turn, 0);
    expect(turns[1]).toBeCloseTo(0, 0);
    expect(turns[2]).toBe(turns[0]);
  });
});
