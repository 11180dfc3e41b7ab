// What loupe-mini recommends, SDP+ with the head that the pack brings, finds the damaged sample parts.
// Runs in the tests (Node), by the real command on the bundled samples.
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loupe } from '../support/cli.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

/** The packs and caches of whoever runs the tests are not asked. */
const own = temporaryFolder('loupe-shipped');
afterAll(() => rmSync(own, { recursive: true, force: true }));

it('parts the good from the damaged sample leathers', { timeout: 300_000 }, async () => {
  const samples = resolve(import.meta.dirname, '../../resources/samples/leather/test');
  const env = {
    LOUPE_PACKS: resolve(import.meta.dirname, '../../resources/packs'),
    LOUPE_CACHE: join(own, 'cache'),
    LOUPE_SETTINGS: join(own, 'settings.json'),
  };
  const result = await loupe(['inspect', samples, '--product', 'leather', '--json'], { env });
  expect(result.code).toBe(0);
  expect(result.lines().at(-1)).toMatchObject({ summary: { model: 'loupe-mini', method: 'sdp+' } });
  const parts = result.lines() as { path?: string; score?: number }[];
  const scores = (good: boolean): number[] =>
    parts.flatMap(({ path, score }) =>
      path !== undefined && score !== undefined && path.includes('/good/') === good ? [score] : [],
    );
  expect(scores(true).length).toBeGreaterThan(3);
  expect(scores(false).length).toBeGreaterThan(3);
  expect(Math.min(...scores(false))).toBeGreaterThan(Math.max(...scores(true)));
});
