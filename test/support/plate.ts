// A grey plate with one dark square, and what the engine with the tiny model says about it.
// Runs in the tests (Node).
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Region } from 'sharp';
import { afterAll, beforeAll } from 'vitest';
import type { SessionOptions } from '../../electron/common/inference-service.ts';
import { Engine } from '../../electron/node/engine/engine.ts';
import { temporaryFolder, writeTinyPack } from './tiny-pack.ts';

/** For one `describe`: makes the photograph and the pack before its tests. Answers with the inspection, of a crop if one is named. */
export function platePhotograph(side: number, left: number, top: number) {
  const folder = temporaryFolder();
  const path = join(folder, 'part.png');
  const packFolder = join(folder, 'pack');
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    process.env.LOUPE_CACHE = join(folder, 'cache');
    writeTinyPack(packFolder);
    const pixels = Buffer.alloc(side * side * 3, 150);
    for (let y = top; y < top + 12; y++) pixels.fill(10, (y * side + left) * 3, (y * side + left + 12) * 3);
    await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).toFile(path);
  });

  return async (more: Partial<SessionOptions>, crop?: Region) => {
    const photograph = crop === undefined ? path : join(folder, 'crop.png');
    if (crop !== undefined) await sharp(readFileSync(path)).extract(crop).toFile(photograph);
    const engine = new Engine(() => undefined);
    const info = await engine.open({ packFolder, product: 'plate', device: 'cpu', threads: 1, ...more });
    const result = await engine.inspect({
      ...{ session: info.session, path: photograph, wantMap: true, wantFeature: true },
    });
    await engine.close(info.session);
    return { info, ...result, map: result.map! };
  };
}
