// The built workstation in a real Electron: it opens, its page is locked in, and a run goes through both services.
// Runs in Node: `node test/e2e/electron-smoke.ts`.
import type { LoupeBridge } from '../../electron/common/contract.ts';
import type { Run } from '../../electron/common/domain.ts';
import { equal, suite as newSuite } from '../support/suite.ts';
import { Workstation } from '../support/workstation.ts';

/** As much of the page's world as the checks look at: the tests are compiled for Node, which has no DOM. */
interface Frame {
  readonly contentWindow: object;
  remove(): void;
}
declare const window: {
  readonly loupe: LoupeBridge;
  readonly location: { href: string };
  readonly fetch: typeof fetch;
  readonly document: { createElement(tag: 'iframe'): Frame; readonly body: { append(frame: Frame): void } };
  readonly navigator: { readonly permissions: { query(what: { name: string }): Promise<{ state: string }> } };
  open(url: string): unknown;
};

const suite = newSuite('electron-smoke');
const prepared = await Workstation.prepare();
const loupe = typeof prepared === 'string' ? suite.skip(prepared) : prepared;

const before = performance.now();
await loupe.start();
console.log(`  window after ${Math.round(performance.now() - before)} ms`);

await suite.check('shows the page of the bundle, with nothing the policy had to stop', async () => {
  const broken: string[] = [];
  // Chromium reports every violation of the policy as an error of the console.
  loupe.page.on('console', (message) => {
    if (message.type() === 'error') broken.push(message.text());
  });
  loupe.page.on('pageerror', (error) => broken.push(error.message));
  await loupe.page.reload();
  await loupe.page.waitForTimeout(1500);
  equal(broken, []);
  equal(loupe.page.url(), 'loupe://app/index.html');
  equal(await loupe.page.title(), 'Loupe');
});

await suite.check('gives the page one bridge and neither Node nor Electron', async () => {
  const seen = await loupe.page.evaluate(() => {
    const types = [
      'require',
      'process',
      'module',
      'exports',
      'Buffer',
      'global',
      'ipcRenderer',
      'electron',
    ].map((name) => typeof (globalThis as Record<string, unknown>)[name]);
    return { types: [...new Set(types)], bridge: Object.keys(window.loupe).sort() };
  });
  equal(seen, { types: ['undefined'], bridge: ['invoke', 'on', 'pathOf'] });
  const added = await loupe.page.evaluate(() => {
    const frame = window.document.createElement('iframe');
    window.document.body.append(frame);
    const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow));
    frame.remove();
    return Object.getOwnPropertyNames(globalThis).filter((name) => !plain.has(name));
  });
  // With two underscores: the page's own libraries and Playwright.
  equal(
    added.filter((name) => !name.startsWith('__')),
    ['loupe'],
  );
});

await suite.check('keeps the page where it is and opens no window', async () => {
  await loupe.page.evaluate(() => void (window.location.href = 'https://example.org/'));
  await loupe.page.evaluate(() => void window.open('https://example.org/'));
  await loupe.page.evaluate(() => void window.open('loupe://app/index.html'));
  await loupe.page.waitForTimeout(500);
  equal(loupe.page.url(), 'loupe://app/index.html');
  equal(loupe.app.windows().length, 1);
});

await suite.check('lets nothing out and nothing foreign in', async () => {
  const refused = await loupe.page.evaluate(() =>
    Promise.all(
      ['https://example.org/', 'http://127.0.0.1:9/', 'file:///etc/passwd', 'loupe://other/'].map((url) =>
        window.fetch(url).then(
          (response) => `${url} ${response.status}`,
          () => 'refused',
        ),
      ),
    ),
  );
  equal([...new Set(refused)], ['refused']);
  const inside = await loupe.app.evaluate(async ({ net }) =>
    net.fetch('https://example.org/').then(() => 'reached', String),
  );
  equal(inside, 'Error: net::ERR_BLOCKED_BY_CLIENT');
  const granted = await loupe.page.evaluate(
    async () => (await window.navigator.permissions.query({ name: 'geolocation' })).state,
  );
  equal(granted, 'denied');
});

await suite.check('refuses channels and arguments outside the contract', async () => {
  const codes = await loupe.page.evaluate(async () => {
    type Anything = (channel: string, args?: unknown) => Promise<{ error?: { code: string } }>;
    const bridge = window.loupe as unknown as { invoke: Anything };
    const replies = [
      await bridge.invoke('app.quit'),
      await bridge.invoke('run.open', { runId: 'x' }),
      await bridge.invoke('toString'),
    ];
    return replies.map((reply) => reply.error?.code);
  });
  equal(codes, ['ipc.refused', 'ipc.refused', 'ipc.refused']);
});

await loupe.look('empty');
let run: Run | undefined;
await suite.check('inspects a folder and keeps the results', async () => {
  run = await loupe.page.evaluate(async () => {
    const chosen = await window.loupe.invoke('files.choose', { what: 'folder' });
    if (!chosen.ok) throw new Error(chosen.error.code);
    const ended = new Promise<Run>((resolve) =>
      window.loupe.on('run.changed', (changed) => {
        if (changed.state !== 'preparing' && changed.state !== 'running') resolve(changed);
      }),
    );
    const started = await window.loupe.invoke('run.start', { inputs: chosen.value, product: 'photo' });
    if (!started.ok) throw new Error(started.error.code);
    return ended;
  });
  equal([run.state, run.total, run.scored, run.failed], ['done', 7, 7, 0]);
});

await loupe.look('inspected');
await suite.check('serves photograph, thumbnail and map of a part to the page, a TIFF as well', async () => {
  const { mapSize = 0 } = run ?? {};
  const answers = await loupe.page.evaluate(async () => {
    const found: unknown[] = [];
    for (const path of ['1/thumbnail', '1/image', '7/image', '1/map', '99/map']) {
      const response = await window.fetch(`/media/parts/${path}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      found.push([
        response.status,
        response.headers.get('content-type')?.split(';')[0],
        bytes.length > 0 && bytes.length,
      ]);
    }
    return found as [number, string, number][];
  });
  equal(
    answers.map(([status, type]) => `${status} ${type}`),
    [
      '200 image/jpeg',
      '200 image/png',
      answers[2]?.[1] === 'image/png' ? '200 image/png' : '200 image/jpeg',
      '200 application/octet-stream',
      '404 text/plain',
    ],
  );
  equal(answers[3]?.[2], mapSize ** 2);
});

await suite.check('asked nobody outside for anything', () => equal([...loupe.outgoing], []));

await loupe.app.close();
loupe.dispose(suite.failed > 0);
suite.finish();
