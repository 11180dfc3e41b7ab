// What loupe-mini recommends, SDP+ with the head that the pack brings, finds the damaged sample parts.
// Runs in the tests (Node), by the real command on the bundled samples.
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { loupe } from '../support/cli.ts';

it('parts the good from the damaged sample leathers', { timeout: 300_000 }, async () => {
  const samples = resolve(import.meta.dirname, '../../resources/samples/leather/test');
  const result = await loupe(['inspect', samples, '--product', 'leather', '--json']);
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
