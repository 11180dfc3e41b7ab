// A small labelled data set in the layout of MVTec, and another model pack, for the tests of training and calibration.
// Runs in the tests (Node).
import { join } from 'node:path';
import { writeMask, writePhotograph } from './photographs.ts';

/** Writes `<root>/<category>/test/{good,scratch}` with masks; the photographs depend on `seed`. */
export async function writeCategory(
  root: string,
  category: string,
  { good = 4, bad = 3, seed = 0 } = {},
): Promise<void> {
  const folder = join(root, category);
  for (let i = 0; i < good; i++) await writePhotograph(join(folder, `test/good/${i}.png`), seed + i);
  for (let i = 0; i < bad; i++) {
    await writePhotograph(join(folder, `test/scratch/${i}.png`), seed + 50 + i);
    await writeMask(join(folder, `ground_truth/scratch/${i}_mask.png`), [4 + i, 3, 20 + i, 25]);
  }
}
