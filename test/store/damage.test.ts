// Flipped bits and cut files: opening and reading give a typed error or the truth, never something else.
// Runs in the tests (Node).
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../electron/node/store/open.ts';
import { openTables } from '../../electron/node/store/tables.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { LoupeError } from '../../models/errors.ts';
import { dataFolder, fill, judged, randomFrom } from './support.ts';

const FILES = ['loupe.db', 'loupe.db-wal', 'loupe.db-shm', 'loupe.db-witness'] as const;
const ROUNDS = 120;

/** Everything that was acknowledged, as the program reads it. */
function everything(store: Store, run: number): string {
  const { verdicts } = openTables(store.db);
  const audit = verdicts.select('ORDER BY id').all();
  audit.forEach((row) => verdicts.verify(row));
  return JSON.stringify([store.runs.list(), store.parts.load(run), audit, store.settings.get('view')]);
}

/** A history whose newest changes are in the log only, copied as a crash would leave it; and what it says. */
function crashed(): { folder: string; truth: string; run: number } {
  const live = dataFolder();
  const earlier = openStore(live);
  const run = fill(earlier, 150);
  earlier.settings.set('view', 'grid');
  for (let id = 1; id <= 60; id++) earlier.verdicts.record(judged(id, id % 2 ? 'ok' : 'ng', 'anna'));
  earlier.close(); // folds the log into the database
  const store = openStore(live);
  for (let id = 40; id <= 90; id++) store.verdicts.record(judged(id, id % 3 ? 'ok' : 'ng', 'bob'));
  store.runs.setThresholds(run, { review: 0.3, reject: 0.5 }, 'bob');
  const folder = dataFolder();
  mkdirSync(join(folder, 'history'));
  for (const name of FILES) copyFileSync(join(live, 'history', name), join(folder, 'history', name));
  store.runs.setState(run, 'interrupted'); // what opening will make of it
  const truth = everything(store, run);
  store.close();
  return { folder, truth, run };
}

type Damage = (bytes: Buffer, random: (below: number) => number) => Buffer;

const flip: Damage = (bytes, random) => {
  for (let flips = 1 + random(4); flips > 0; flips--) {
    const at = random(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
  }
  return bytes;
};
const cut: Damage = (bytes, random) => bytes.subarray(0, random(bytes.length));
const blank: Damage = (bytes, random) => {
  const at = random(bytes.length);
  return bytes.fill(0, at, Math.min(bytes.length, at + 1 + random(5000)));
};

const HURT = [
  { file: 'loupe.db', rounds: ROUNDS },
  { file: 'loupe.db-wal', rounds: ROUNDS },
  { file: 'loupe.db-shm', rounds: 10 },
  { file: 'loupe.db-witness', rounds: 10 },
] as const;

describe('damage', () => {
  const cases = HURT.flatMap((hurt) =>
    Object.entries({ flip, cut, blank }).map(([name, damage]) => ({ ...hurt, name, damage })),
  );

  it.each(cases)(
    '$name in $file, $rounds times',
    ({ file, rounds, name, damage }) => {
      const { folder, truth, run } = crashed();
      const pristine = FILES.map((each) => [each, readFileSync(join(folder, 'history', each))] as const);
      const seed = Date.now();
      const random = randomFrom(seed);
      let refused = 0;
      for (let round = 0; round < rounds; round++) {
        const copy = join(folder, 'copy', 'history');
        mkdirSync(copy, { recursive: true });
        const given = new Map(
          pristine.map(([each, bytes]) => [each, each === file ? damage(Buffer.from(bytes), random) : bytes]),
        );
        for (const [each, bytes] of given) writeFileSync(join(copy, each), bytes);
        const where = `seed ${seed}, round ${round}`;
        let store: Store | null = null;
        try {
          store = openStore(join(folder, 'copy'));
          expect(everything(store, run) === truth, `${where}: not the truth`).toBe(true);
        } catch (thrown) {
          if (!(thrown instanceof LoupeError)) throw thrown;
          expect(thrown.code, `${where}: ${thrown.message}`).toMatch(/^history\.(damaged|newer)$/);
          refused++;
          if (!store) {
            // Refused at the door: the file and its log are kept as they are, for whoever wants to save what is left.
            for (const each of ['loupe.db', 'loupe.db-wal'] as const) {
              expect(
                readFileSync(join(copy, each)).equals(given.get(each) ?? Buffer.of()),
                `${where}: ${each}`,
              ).toBe(true);
            }
          }
        } finally {
          store?.close();
        }
        rmSync(copy, { recursive: true });
      }
      console.log(`damage: ${name} in ${file}: ${refused} of ${rounds} refused, the others told the truth`);
    },
    240_000,
  );
});
