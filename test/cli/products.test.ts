// Several products in one run: each photograph is inspected with the words of its own folder.
// Runs in the tests (Node); every call is the real command in a process of its own.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { folderWords } from '../../electron/cli/products.ts';
import { loupe, type CliResult } from '../support/cli.ts';
import { writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

vi.setConfig({ testTimeout: 120_000 });

const folder = temporaryFolder();
const root = join(folder, 'parts');
const env = { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') };
const inspect = (...args: string[]): Promise<CliResult> =>
  loupe(['inspect', '--model', 'tiny', '--json', ...args], { env });

beforeAll(async () => {
  writeTinyPack(join(folder, 'packs/tiny'));
  for (const product of ['leather', 'metal_nut'])
    await writePhotograph(join(root, product, 'test/good/0.png'), 1);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('--product-from-folder', () => {
  it('gives each photograph what its product alone would get', async () => {
    const mixed = (await inspect(root, '--product-from-folder')).lines();
    expect(mixed.map(({ product }) => product)).toEqual(['leather', 'metal nut', undefined]);
    expect(mixed.at(-1)).toMatchObject({ summary: { images: 2, failed: 0, product: 'leather, metal nut' } });
    const alone = await Promise.all(
      ['leather', 'metal_nut'].map(async (name) => {
        const words = name.replace('_', ' ');
        return (await inspect(join(root, name), '--product', words)).lines()[0]!;
      }),
    );
    expect(mixed.slice(0, 2).map(({ score0 }) => score0)).toEqual(alone.map(({ score0 }) => score0));
    expect(alone[0]!.score0).not.toBe(alone[1]!.score0);
  });

  it.each([
    ['/data/metal_nut/test/0.png', 'metal_nut/test/0.png', 'metal nut'],
    ['/data/metal_nut/0.png', '0.png', 'metal nut'],
  ])('%s below the input is %s: words "%s"', (path, relative, words) => {
    expect(folderWords({ path, relative, bytes: 1, modified: 0 })).toBe(words);
  });
});
