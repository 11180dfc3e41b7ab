// No file of the reference data lies there unused: each is named by some test, or read by its pattern of names.
// Runs in the tests (Node).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenJson, hasGolden } from '../support/golden.ts';

const TEST = join(import.meta.dirname, '..');
/** Read by people, or by the comparison itself. */
const NOT_DATA = ['README.md', 'manifest.json'];
/** Tested with the training, in programs that have it. */
const trains = existsSync(join(TEST, '../models/train'));

/** All texts between quotes in the tests, `${…}` standing for any part of a name. */
function namesInTests(): RegExp[] {
  const sources = readdirSync(TEST, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('golden-coverage'))
    .map((path) => readFileSync(join(TEST, path), 'utf8'));
  const texts = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/(['`])([\w./${}-]+)\1/g)].map(([, , text = '']) => text),
    ),
  );
  return [...texts]
    .filter((text) => /^[\w-]+\//.test(text)) // a literal folder: a pattern for everything would prove nothing
    .map((text) => {
      const parts = text.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.]/g, '\\.'));
      return new RegExp(`^${parts.join('[\\w.-]+')}$`);
    });
}

describe.skipIf(!hasGolden)('the reference data', () => {
  it('is all under test', () => {
    const { files } = goldenJson('manifest.json') as { files: { path: string }[] };
    const names = namesInTests();
    const unused = files
      .map(({ path }) => path)
      .filter((path) => !NOT_DATA.includes(path) && (trains || !path.startsWith('train/')))
      .filter((path) => !names.some((name) => name.test(path)));
    expect(unused).toEqual([]);
  });
});
