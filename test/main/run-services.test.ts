// The run controller with the two real services as child processes, as the workstation uses them: pictures in, database out.
// Runs in the tests (Node 24).
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventPayload } from '../../electron/common/contract.ts';
import type { Part, Run } from '../../electron/common/domain.ts';
import { partFiles } from '../../electron/node/run/part-files.ts';
import { startProgram } from '../support/program.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-run');
const photos = join(folder, 'photos');
const COUNT = 24;
/** So many that a run over them cannot end before what interrupts it has taken effect, however fast the disk is. */
const many = join(folder, 'many');
const MANY = 400;

beforeAll(async () => {
  writeTinyPack(join(folder, 'pack'));
  mkdirSync(join(photos, 'a'), { recursive: true });
  for (let i = 0; i < COUNT; i++) {
    const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: 80 };
    const picture = sharp({ create: { width: 64, height: 48, channels: 3, background } });
    await picture.jpeg().toFile(join(photos, i % 2 ? `a/${i}.jpg` : `${i}.jpg`));
  }
  writeFileSync(join(photos, 'broken.png'), 'no picture at all');
  mkdirSync(many);
  const one = readFileSync(join(photos, '0.jpg'));
  for (let i = 0; i < MANY; i++) writeFileSync(join(many, `${i}.jpg`), one);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Tells its parts and changes, too. */
function start(dataFolder: string) {
  const parts: Part[] = [];
  const changes: Run[] = [];
  let onParts: (() => void) | null = null;
  const program = startProgram(dataFolder, join(folder, 'pack'), (event, payload) => {
    if (event === 'run.changed') changes.push(payload as Run);
    if (event === 'run.parts') parts.push(...(payload as EventPayload<'run.parts'>).parts);
    if (event === 'run.parts') onParts?.();
  });
  return {
    ...{ ...program, parts, changes },
    afterParts: (act: () => void) => {
      onParts = () => {
        onParts = null;
        act();
      };
    },
  };
}

describe('a run over real photographs', () => {
  let program: ReturnType<typeof start>;
  let data: string;
  let n = 0;
  beforeEach(() => {
    data = join(folder, `data-${n++}`);
    mkdirSync(data);
    program = start(data);
  });
  afterEach(() => program.end());
  const everything = { inputs: [photos], product: 'photo' };

  it('scores them all, writes map and thumbnail beside the database, and records the broken one as failed', async () => {
    const { id } = await program.runs.start(everything);
    await program.idle();
    const { run, parts } = await program.history.request('run.load', { runId: id });
    expect(run).toMatchObject({
      state: 'done',
      total: COUNT + 1,
      scored: COUNT,
      failed: 1,
      source: 'photos',
    });
    expect(program.parts).toHaveLength(COUNT + 1);
    for (const part of parts) {
      const files = partFiles(data, id, part.seq);
      if (part.name === 'broken.png') {
        expect(part).toMatchObject({ state: 'failed', error: { code: 'image.not_an_image' } });
        expect(existsSync(files.map)).toBe(false);
        continue;
      }
      expect(part).toMatchObject({ state: 'scored', width: 64, height: 48 });
      expect(readFileSync(files.map)).toHaveLength(run.mapSize ** 2);
      expect((await sharp(files.thumbnail).metadata()).width).toBe(64);
    }
  });

  it('goes on where it was after the program was killed', async () => {
    const { id } = await program.runs.start({ inputs: [many], product: 'photo' });
    await new Promise<void>((cut) => program.afterParts(cut));
    // As after kill -9 of the main process: the services are gone, and nothing can be stored about the end of the run.
    await Promise.all([program.inference.stop(), program.historyClient.stop()]);
    const before = program.parts.length;
    await program.idle();
    expect(program.changes.at(-1)).toMatchObject({ state: 'interrupted' });

    const next = start(data);
    try {
      const cut = await next.history.request('run.get', { runId: id });
      expect(cut).toMatchObject({ state: 'interrupted', error: null }); // the history found out by itself
      expect(cut.scored + cut.failed).toBeGreaterThanOrEqual(before); // what was acknowledged is there
      await next.runs.resume({ runId: id });
      await next.idle();
      expect(await next.history.request('run.get', { runId: id })).toMatchObject({ scored: MANY, failed: 0 });
    } finally {
      await next.end();
    }
  });

  it('survives the death of either service without losing or repeating a result', async () => {
    const { id } = await program.runs.start({ inputs: [many], product: 'photo' });
    program.afterParts(() => {
      void program.ports.history?.stop();
      void program.ports.inference?.stop();
    });
    await program.idle();
    expect(program.inference.deaths + program.historyClient.deaths).toBeGreaterThan(0);
    const run = await program.history.request('run.get', { runId: id });
    expect(run).toMatchObject({ state: 'done', scored: MANY, failed: 0, error: null });
    expect(new Set(program.parts.map((part) => part.id)).size).toBe(program.parts.length);
  });

  it('refuses a folder without photographs and leaves no run', async () => {
    mkdirSync(join(data, 'empty'));
    const empty = program.runs.start({ inputs: [join(data, 'empty')], product: 'photo' });
    await expect(empty).rejects.toMatchObject({ code: 'data.no_images' });
    const missing = program.runs.start({ inputs: [join(data, 'nowhere')], product: 'photo' });
    await expect(missing).rejects.toMatchObject({ code: 'data.folder_missing' });
    expect(await program.history.request('run.list', null)).toEqual([]);
  });
});
