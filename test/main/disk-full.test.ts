// A disk that fills up in the middle of a run, with the real services: the run pauses, what was acknowledged stays, it goes on.
// Runs in the tests (Node 24, root on Linux: a small file system is mounted; otherwise skipped, loudly).
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventPayload } from '../../electron/common/contract.ts';
import type { Run } from '../../electron/common/domain.ts';
import { startProgram } from '../support/program.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-full');
const photos = join(folder, 'photos');
const data = join(folder, 'data');
const COUNT = 60;

const mounted = (() => {
  mkdirSync(data);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', data], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(
      'SKIPPED: a tmpfs cannot be mounted here (needs root on Linux), so no run meets a full disk.',
    );
    return false;
  }
})();

beforeAll(async () => {
  writeTinyPack(join(folder, 'pack'));
  mkdirSync(photos);
  for (let i = 0; i < COUNT; i++) {
    const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: 80 };
    const picture = sharp({ create: { width: 64, height: 48, channels: 3, background } });
    await picture.jpeg().toFile(join(photos, `${i}.jpg`));
  }
});
afterAll(() => {
  if (mounted) execFileSync('umount', ['-l', data]);
  rmSync(folder, { recursive: true, force: true });
});

/** Takes all the space that is left. */
function fillUp(path: string): void {
  for (let bytes = 8_000_000; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // That much was too much; what fitted stays.
    }
  }
}

it.skipIf(!mounted)(
  'pauses, keeps what it has, and goes on when there is room',
  async () => {
    const changes: Run[] = [];
    let acknowledged = 0;
    const ballast = join(data, 'ballast');
    const { history, runs, idle, end } = startProgram(data, join(folder, 'pack'), (event, payload) => {
      if (event === 'run.changed') changes.push(payload as Run);
      if (event !== 'run.parts') return;
      if (acknowledged === 0) fillUp(ballast);
      acknowledged += (payload as EventPayload<'run.parts'>).parts.length;
    });
    try {
      const { id } = await runs.start({ inputs: [photos], product: 'photo' });
      await idle();
      expect(changes.at(-1)).toMatchObject({
        id,
        state: 'interrupted',
        error: { code: 'history.disk_full' },
      });
      const kept = await history.request('run.load', { runId: id });
      expect(kept.run.scored).toBe(acknowledged);
      expect(acknowledged).toBeGreaterThan(0);
      expect(acknowledged).toBeLessThan(COUNT);

      // As long as there is no room, nothing begins, and the operator hears why.
      await runs.resume({ runId: id });
      await idle();
      expect(changes.at(-1)).toMatchObject({ state: 'interrupted', error: { code: 'history.disk_full' } });
      await expect(runs.start({ inputs: [photos], product: 'photo' })).rejects.toMatchObject({
        code: 'history.disk_full',
      });

      rmSync(ballast);
      await runs.resume({ runId: id });
      await idle();
      const { run, parts } = await history.request('run.load', { runId: id });
      expect(run).toMatchObject({ state: 'done', scored: COUNT, failed: 0, error: null });
      expect(parts.filter(({ state }) => state !== 'scored')).toEqual([]);
      // Whoever was acknowledged before the disk was full has the same score after it.
      for (const before of kept.parts.filter(({ state }) => state === 'scored'))
        expect(parts[before.seq]?.score).toBe(before.score);
      expect(await history.request('history.verify', {})).toMatchObject({ fault: null });
    } finally {
      await end();
    }
  },
  60_000,
);
