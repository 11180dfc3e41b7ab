// Long work beside the history: the service goes on answering meanwhile, and a thread that dies is no silence.
// Runs in the tests (Node).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { Aside } from '../../electron/node/store/aside.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { dataFolder, fill, judged, ServiceProcess } from './support.ts';

const WORKER = new URL('../../electron/services/history-worker.ts', import.meta.url);

it('verifies while the service takes verdicts', async () => {
  const folder = dataFolder();
  const store = openStore(folder);
  fill(store, 3000);
  for (let id = 1; id <= 2500; id++) store.verdicts.record(judged(id, 'ok', 'anna'));
  store.close();
  const service = new ServiceProcess();
  await service.ask('open', { folder });
  let done = false as boolean;
  const checking = service.ask('history.verify', {}).then((check) => {
    done = true;
    return check;
  });
  let answered = 0;
  while (!done) {
    await service.ask('verdict.record', judged(2501 + (answered % 400), 'ng', 'bob'));
    answered++;
  }
  // Of one moment: whatever was said while it walked is not half in it.
  const check = await checking;
  expect(check.fault).toBeNull();
  expect(check.verdicts).toBeGreaterThanOrEqual(2500);
  expect(answered).toBeGreaterThan(1);
  const again = await service.ask('history.verify', { code: check.code });
  expect(again).toMatchObject({ fault: null, passed: true, verdicts: 2500 + answered });
  await service.end();
}, 60_000);

it('answers each request with its own answer or error', async () => {
  const folder = dataFolder();
  const store = openStore(folder);
  fill(store, 30);
  const aside = new Aside(WORKER, folder);
  const [stats, wrong, check] = await Promise.allSettled([
    aside.ask('stats', { by: 'run' }),
    aside.ask('compare', { first: 1, second: 99 }),
    aside.ask('verify', {}),
  ]);
  expect(stats).toMatchObject({ status: 'fulfilled', value: { total: { tally: { parts: 30 } } } });
  expect(wrong).toMatchObject({ status: 'rejected', reason: { code: 'history.not_found' } });
  expect(check).toMatchObject({ status: 'fulfilled', value: { fault: null } });
  await aside.close();
  store.close();
});

it('a thread that dies refuses what it was asked, and is started again', async () => {
  const folder = dataFolder();
  const entry = join(folder, 'dies.mjs');
  writeFileSync(
    entry,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ id, name }) => {
       if (name === 'verify') throw new Error('broken driver');
       parentPort.postMessage({ id, ok: true, value: 'alive' });
     });`,
  );
  const aside = new Aside(pathToFileURL(entry), folder);
  await expect(aside.ask('verify', {})).rejects.toMatchObject({
    code: 'service.died',
    message: expect.stringContaining('broken driver') as string,
  });
  expect(await aside.ask('stats', { by: 'run' })).toBe('alive');
  await aside.close();
});
