// Tiles through the engine: the map grows, small things are seen, the whole photograph keeps its score0.
// Runs in the tests (Node).
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionOptions } from '../../electron/common/services.ts';
import { Engine } from '../../electron/node/engine/engine.ts';
import { toErrorValue } from '../../models/errors.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const SIDE = 240;

describe('tiles', () => {
  const folder = temporaryFolder();
  const photograph = join(folder, 'part.png');
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    process.env.LOUPE_CACHE = join(folder, 'cache');
    writeTinyPack(join(folder, 'pack'));
    // A grey plate with one dark square in the upper left quarter.
    const pixels = Buffer.alloc(SIDE * SIDE * 3, 150);
    for (let y = 40; y < 52; y++) pixels.fill(10, (y * SIDE + 50) * 3, (y * SIDE + 62) * 3);
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).toFile(photograph);
  });

  const inspect = async (scales?: readonly number[]) => {
    const engine = new Engine(() => undefined);
    const options: SessionOptions = {
      packFolder: join(folder, 'pack'),
      product: 'plate',
      device: 'cpu',
      threads: 1,
      ...(scales && { scales }),
    };
    const info = await engine.open(options);
    const result = await engine.inspect({ session: info.session, path: photograph, wantMap: true });
    await engine.close(info.session);
    return { info, ...result };
  };

  it('scale 1 alone is the photograph as it always was', async () => {
    const [plain, one] = [await inspect(), await inspect([1])];
    expect(one.map).toEqual(plain.map);
    expect(one.info.mapSize).toBe(plain.info.mapSize);
  });

  it('the map has the size of the finest scale, score1 is its maximum, score0 is that of the whole', async () => {
    const [plain, tiled] = [await inspect(), await inspect([2, 4])];
    expect(tiled.info.mapSize).toBe(plain.info.mapSize * 4);
    expect(tiled.map).toHaveLength(tiled.info.mapSize ** 2);
    expect(tiled.score1).toBe(tiled.map!.reduce((most, value) => Math.max(most, value)));
    expect(tiled.score0).toBe(plain.score0);
    expect(tiled.map!.every(Number.isFinite)).toBe(true);
  });

  it('a tile far from the defect answers as for a plate without it', async () => {
    const { map, info } = await inspect([4]);
    const at = (x: number, y: number): number =>
      map![Math.round(y * info.mapSize) * info.mapSize + Math.round(x * info.mapSize)]!;
    // The whole photograph is one third of the mean here; the rest comes from tiles that never saw the square.
    const spread = Math.abs(at(0.9, 0.9) - at(0.7, 0.9));
    const jump = Math.abs(at(0.23, 0.19) - at(0.9, 0.9));
    expect(jump).toBeGreaterThan(spread);
  });

  it.each([[[0]], [[9]], [[1.5]]])('refuses %j', async (scales) => {
    const code = await inspect(scales).then(
      () => 'none',
      (error: unknown) => toErrorValue(error).code,
    );
    expect(code).toBe('usage');
  });
});
