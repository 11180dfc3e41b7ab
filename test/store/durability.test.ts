// kill -9 at random moments: whatever was acknowledged is there afterwards, in order, and nothing else.
// Runs in the tests (Node). It does not test power loss: the operating system's cache survives a killed process.
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openStore } from '../../electron/node/store/open.ts';
import { dataFolder, fill, randomFrom, ServiceProcess } from './support.ts';

const ROUNDS = 25;
const PARTS = 40;
const IN_FLIGHT = 8;

/** Sends numbered verdicts as fast as they are acknowledged; the author carries the number. */
function flood(service: ServiceProcess, from: number) {
  const acknowledged: number[] = [];
  let announce = (): void => undefined;
  const first = new Promise<void>((resolve) => (announce = resolve));
  let next = from;
  const send = (): void => {
    const number = next++;
    const verdict = ([null, 'ok', 'ng'] as const)[number % 3] ?? null;
    const partId = 1 + (number % PARTS);
    void service.ask('verdict.record', { partId, verdict, author: `${number}` }).then(() => {
      acknowledged.push(number);
      announce();
      send();
    });
  };
  for (let i = 0; i < IN_FLIGHT; i++) send();
  return { acknowledged, first, sent: () => next };
}

it(`${ROUNDS} killed services lose no acknowledged verdict`, async () => {
  const folder = dataFolder(tmpdir());
  const first = openStore(folder);
  const run = fill(first, PARTS);
  first.close();

  const seed = Date.now();
  const random = randomFrom(seed);
  console.log(`durability: seed ${seed}`);
  const known: number[] = []; // every verdict that was in the database after an earlier round
  let total = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const service = new ServiceProcess();
    await service.ask('open', { folder });
    const { acknowledged, first: firstAnswer, sent } = flood(service, (known.at(-1) ?? -1) + 1);
    if (round % 2 === 0) await firstAnswer; // on a busy machine the others may die before any answer
    await sleep(random(120));
    await service.kill();
    await sleep(0); // answers that were still in the pipe

    const store = openStore(folder);
    const authors = store.db
      .prepare<string>('SELECT author FROM verdicts ORDER BY id')
      .pluck()
      .all()
      .map(Number);
    const fresh = authors.slice(known.length);
    const begin = (known.at(-1) ?? -1) + 1;
    expect(authors.slice(0, known.length), `seed ${seed}, round ${round}`).toEqual(known);
    expect(fresh, `seed ${seed}, round ${round}`).toEqual(fresh.map((_, i) => begin + i));
    expect(fresh.slice(0, acknowledged.length), `seed ${seed}, round ${round}`).toEqual(acknowledged);
    expect(begin + fresh.length).toBeLessThanOrEqual(sent());
    // What the program shows is the newest row of each part.
    for (const part of store.parts.load(run).parts) {
      const newest = authors.filter((number) => 1 + (number % PARTS) === part.id).at(-1);
      expect(part.verdict).toBe(newest === undefined ? null : ([null, 'ok', 'ng'] as const)[newest % 3]);
    }
    store.close();
    known.push(...fresh);
    total += acknowledged.length;
  }
  expect(total).toBeGreaterThanOrEqual(ROUNDS / 2);
  console.log(`durability: ${total} acknowledged verdicts, ${known.length} in the database`);
}, 240_000);
