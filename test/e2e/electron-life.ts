// The life of the workstation in a real Electron: restart, crash of the page, second start, stop and kill within a run, first start.
// Runs in Node: `node test/e2e/electron-life.ts`.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoupeBridge } from '../../electron/common/contract.ts';
import type { Run } from '../../electron/common/domain.ts';
import type { WindowState } from '../../electron/main/window-state.ts';
import { equal, suite as newSuite } from '../support/suite.ts';
import { Workstation } from '../support/workstation.ts';

declare const window: { readonly loupe: LoupeBridge };

const suite = newSuite('electron-life');
const prepared = await Workstation.prepare();
const loupe = typeof prepared === 'string' ? suite.skip(prepared) : prepared;

const stored = (runId: number): Promise<Run> =>
  loupe.page.evaluate(async (runId) => {
    const opened = await window.loupe.invoke('run.open', { runId });
    if (!opened.ok) throw new Error(opened.error.code);
    return opened.value.run;
  }, runId);
/** The run once nobody works on it any more. */
async function ended(runId: number): Promise<Run> {
  for (let tries = 0; tries < 600; tries++) {
    const run = await stored(runId);
    if (run.state !== 'preparing' && run.state !== 'running') return run;
    await loupe.page.waitForTimeout(100);
  }
  throw new Error(`run ${runId} does not end`);
}

await suite.check('on a first start with samples, inspects the first product and shows it', async () => {
  await loupe.start('--samples');
  const { session, info, run } = await loupe.page.evaluate(async () => {
    const session = await window.loupe.invoke('session.load', undefined);
    const info = await window.loupe.invoke('app.info', undefined);
    const run = await window.loupe.invoke('run.open', { runId: 1 });
    return { session, info, run };
  });
  equal(session.ok && session.value?.runId, 1);
  equal(info.ok && info.value.samples.map(({ title, product }) => [title, product]), [
    ['Blue plate', 'blue plate'],
  ]);
  equal(info.ok && info.value.pack?.id, 'tiny');
  equal(run.ok && run.value.run.product, 'blue plate');
  await ended(1);
  await loupe.look('samples');
});

await suite.check('takes a verdict and finds everything again after a restart', async () => {
  const judged = await loupe.page.evaluate(() =>
    window.loupe.invoke('part.verdict', { partId: 2, verdict: 'ng' }),
  );
  equal(judged.ok && judged.value.verdict, 'ng');
  await loupe.app.close();
  await loupe.start();
  const again = await loupe.page.evaluate(() => window.loupe.invoke('run.open', { runId: 1 }));
  if (!again.ok) throw new Error(again.error.code);
  equal(
    [again.value.run.state, again.value.parts.map((part) => part.verdict)],
    ['done', [null, 'ng', null, null, null, null, null]],
  );
});

await suite.check('loads the page again when its process dies', async () => {
  const loaded = loupe.page.waitForEvent('load', { timeout: 10_000 }).catch(() => null);
  await loupe.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
  await loaded;
  let alive = '';
  for (let i = 0; i < 50 && alive !== 'loupe://app/index.html Loupe'; i++) {
    await new Promise((done) => setTimeout(done, 100));
    alive = await loupe.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      return `${contents?.getURL()} ${contents?.isCrashed() ? 'crashed' : contents?.getTitle()}`;
    });
  }
  equal(alive, 'loupe://app/index.html Loupe');
});

/** The service processes of the program, as far as this system tells; Chromium's own end when they like. */
function servicesOf(pid = 0): number[] {
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.filter((child) => read(`/proc/${child}/cmdline`).includes('out/main/'));
}

await suite.check('ends at once, takes its services with it and leaves one tidy folder', async () => {
  // A TIFF is shown by way of the inference service, so that both services are there to be ended.
  await loupe.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
      "fetch('/media/parts/7/image').then(String)",
    ),
  );
  const services = servicesOf(loupe.app.process().pid);
  if (process.platform === 'linux') equal(services.length, 2);
  const before = performance.now();
  await loupe.app.close();
  const ms = performance.now() - before;
  if (ms > 5000) throw new Error(`it took ${Math.round(ms)} ms`);
  equal(
    services.filter((pid) => existsSync(`/proc/${pid}`)),
    [],
  );
  const entries = readdirSync(join(loupe.folder, 'data'));
  for (const expected of ['chromium', 'media', 'window.json'])
    if (!entries.includes(expected)) throw new Error(expected);
  const { maximized } = JSON.parse(
    readFileSync(join(loupe.folder, 'data/window.json'), 'utf8'),
  ) as WindowState;
  equal(maximized, false);
});

await suite.check('is one program: a second start only brings the first to the front', async () => {
  await loupe.start();
  const second = spawn(loupe.executable, loupe.arguments(), {
    env: loupe.environment(),
    stdio: 'ignore',
  });
  const code = await new Promise((done) => second.once('exit', done));
  equal(code, 0);
  equal(loupe.app.windows().length, 1);
});

const MANY = 150;
/** Starts or resumes a run in the page; resolves once some of its parts are recorded and others are not. */
const underWay = (inputs: string[] | null): Promise<void> =>
  loupe.page.evaluate(async (inputs) => {
    const some = new Promise<void>((resolve) => window.loupe.on('run.parts', () => resolve()));
    const started = inputs
      ? await window.loupe.invoke('run.start', { inputs, product: 'photo' })
      : await window.loupe.invoke('run.resume', { runId: 2 });
    if (!started.ok) throw new Error(started.error.code);
    await some;
  }, inputs);
await suite.check(
  'can be closed in the middle of a run, and be killed, and goes on where it was',
  async () => {
    const many = join(loupe.folder, 'many');
    mkdirSync(many);
    for (let i = 0; i < MANY; i++) cpSync(join(loupe.photos, `${i % 6}.png`), join(many, `${i}.png`));

    await underWay([many]);
    await loupe.app.close();
    await loupe.start();
    const closed = await stored(2);
    equal([closed.state, closed.error?.code, closed.total], ['interrupted', 'run.cancelled', MANY]);

    await underWay(null);
    loupe.app.process().kill('SIGKILL');
    await new Promise((done) => setTimeout(done, 500));
    await loupe.start();
    const killed = await stored(2);
    equal([killed.state, killed.scored > closed.scored, killed.scored < MANY], ['interrupted', true, true]);

    await underWay(null);
    const run = await ended(2);
    equal([run.state, run.scored, run.failed], ['done', MANY, 0]);
    await loupe.app.close();
  },
);

loupe.dispose(suite.failed > 0);
suite.finish();
