// A full disk: a typed error, nothing half-written, nothing lost, and work goes on when there is space again.
// Runs in the tests (Node).
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openStore } from '../../electron/node/store/open.ts';
import { roomIn } from '../../electron/node/store/room.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { dataFolder, fill, judged, newParts, refusal, scored } from './support.ts';

/** Records verdicts until one is refused; returns how many were accepted. */
function judgeUntilFull(store: Store): number {
  for (let accepted = 0; accepted < 100_000; accepted++) {
    try {
      store.verdicts.record(judged(1 + (accepted % 10), 'ng', 'anna'));
    } catch {
      return accepted;
    }
  }
  throw new Error('the disk never got full');
}

const verdictsIn = (store: Store): number =>
  store.db.prepare<number>('SELECT count(*) FROM verdicts').pluck().get() ?? -1;

it('a database that may not grow', () => {
  const folder = dataFolder();
  const store = openStore(folder);
  const run = fill(store, 50);
  const pages = Number(store.db.pragma('page_count', { simple: true }));
  store.db.pragma(`max_page_count = ${pages + 1}`);
  const accepted = judgeUntilFull(store);
  const before = store.parts.load(run);
  expect(verdictsIn(store)).toBe(accepted);
  expect(refusal(() => store.verdicts.record(judged(1, 'ok', 'anna'))).code).toBe('history.disk_full');
  expect(store.parts.load(run)).toEqual(before);
  store.db.pragma('max_page_count = 4294967294');
  expect(store.verdicts.record(judged(1, 'ok', 'anna')).verdict).toBe('ok');
  expect(verdictsIn(store)).toBe(accepted + 1);
  store.close();
  openStore(folder).close();
});

/** A file system of its own, or null where the test may not mount one. */
function smallDisk(size = '2m'): { folder: string; unmount: () => void } | null {
  const folder = dataFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    console.warn(
      'SKIPPED: a tmpfs cannot be mounted here (needs root on Linux), so the full disk is only simulated.',
    );
    return null;
  }
  return { folder, unmount: () => execFileSync('umount', ['-l', folder]) }; // lazily: a test that failed has left its files open
}

const disk = smallDisk();
disk?.unmount();

it.skipIf(!disk)('a disk that is full', () => {
  const { folder, unmount } = smallDisk() ?? { folder: '', unmount: () => undefined };
  try {
    const data = `${folder}/data`;
    mkdirSync(data);
    const ballast = `${folder}/ballast`;
    writeFileSync(ballast, Buffer.alloc(800_000));
    const store = openStore(data);
    const run = fill(store, 50);
    const accepted = judgeUntilFull(store);
    expect(accepted).toBeGreaterThan(0);
    expect(refusal(() => store.verdicts.record(judged(1, 'ok', 'anna'))).code).toBe('history.disk_full');
    expect(verdictsIn(store)).toBe(accepted);
    expect(store.parts.load(run).parts).toHaveLength(50);
    rmSync(ballast);
    expect(store.verdicts.record(judged(1, 'ok', 'anna')).verdict).toBe('ok');
    store.close();
    const again = openStore(data);
    expect(verdictsIn(again)).toBe(accepted + 1);
    again.close();
    // Too full to be opened at all: refused in the same words, and whole when there is space again.
    writeFullBallast(ballast);
    expect(refusal(() => openStore(data)).code).toBe('history.disk_full');
    rmSync(ballast);
    const whole = openStore(data);
    expect(verdictsIn(whole)).toBe(accepted + 1);
    whole.close();
  } finally {
    unmount();
  }
});

/** Takes all the space that is left. */
function writeFullBallast(path: string): void {
  for (let bytes = 2_000_000; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // That much was too much; what fitted stays.
    }
  }
}

it.skipIf(!disk)('a disk that is nearly full takes verdicts, and no more results', () => {
  const { folder, unmount } = smallDisk('8m') ?? { folder: '', unmount: () => undefined };
  try {
    const data = `${folder}/data`;
    mkdirSync(data);
    const store = openStore(data);
    const run = fill(store, 50);
    const { reserve } = roomIn(data);
    const ballast = `${folder}/ballast`;
    writeFileSync(ballast, Buffer.alloc(Math.floor(roomIn(data).free - reserve / 2)));
    const pending = store.parts.pending(run, 5, -1);
    const batch = pending.map(({ id }) => scored(id));
    const before = store.runs.get(run);
    expect(refusal(() => store.parts.record(run, batch)).code).toBe('history.disk_full');
    expect(refusal(() => store.parts.add(run, newParts(1))).code).toBe('history.disk_full');
    expect(refusal(() => store.runs.create({ product: 'nut', source: 'x', inputs: [] })).code).toBe(
      'history.disk_full',
    );
    expect(store.runs.get(run)).toEqual(before);
    expect(store.verdicts.record(judged(1, 'ng', 'anna')).verdict).toBe('ng');
    // The end of the run has its place as well: the page and the next start learn why it stands still.
    const error = { code: 'history.disk_full', params: { reason: 'x' } } as const;
    expect(store.runs.setState(run, 'interrupted', error).error).toEqual(error);
    rmSync(ballast);
    expect(store.parts.record(run, batch)).toHaveLength(5);
    store.close();
  } finally {
    unmount();
  }
});

it.skipIf(!disk)('a data folder that may only be read is refused with its name', () => {
  const { folder, unmount } = smallDisk() ?? { folder: '', unmount: () => undefined };
  try {
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const { code, message } = refusal(() => openStore(folder));
    expect(code).toBe('history.read_only');
    expect(message).toContain(folder);
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    const store = openStore(folder);
    fill(store, 20);
    store.close();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    expect(refusal(() => openStore(folder)).code).toBe('history.read_only');
  } finally {
    unmount();
  }
});
