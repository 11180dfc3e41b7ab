// What leaves the workstation on paper: the report of a run and the certificate of a challenge, printed by a real Electron.
// Runs in Node: `node test/e2e/paper.ts`. The PDFs are read back: their text, their page numbers and the code of the chain.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChannelArgs, ChannelResult, LoupeBridge } from '../../electron/common/contract.ts';
import { pdfPages } from '../support/pdf-text.ts';
import { equal, suite as newSuite } from '../support/suite.ts';
import { Workstation } from '../support/workstation.ts';

declare const window: { readonly loupe: LoupeBridge };
type Asked =
  | 'recipe.save'
  | 'run.start'
  | 'run.open'
  | 'part.verdict'
  | 'history.export'
  | 'history.verify'
  | 'history.audit'
  | 'challenge.create'
  | 'challenge.run'
  | 'challenge.results'
  | 'challenge.certificate';

const suite = newSuite('paper');
const prepared = await Workstation.prepare();
const loupe = typeof prepared === 'string' ? suite.skip(prepared) : prepared;

/** In several scripts, all of which the fonts of a bare Debian have. */
const [PRODUCT, LOT] = ['Плата Öse № 7', 'L-2026/11 Größe ≥ 3'];
const paper = join(loupe.folder, 'paper');
mkdirSync(paper);

/** Asks the real main process; what it refuses is thrown as its code. */
async function ask<K extends Asked>(channel: K, args: ChannelArgs<K>): Promise<ChannelResult<K>> {
  const reply = await loupe.page.evaluate(
    ([channel, args]) => window.loupe.invoke(channel as 'run.open', args as { runId: number }),
    [channel, args] as const,
  );
  if (!reply.ok) throw new Error(reply.error.code);
  return reply.value as unknown as ChannelResult<K>;
}

/** The run, once it has ended. */
async function ended(runId: number): Promise<ChannelResult<'run.open'>> {
  for (;;) {
    const opened = await ask('run.open', { runId });
    if (!['preparing', 'running'].includes(opened.run.state)) return opened;
    await loupe.page.waitForTimeout(200);
  }
}

/** What the next dialog that asks where to write would answer. */
const nextFile = (path: string): Promise<void> =>
  loupe.app.evaluate((_electron, path) => void (process.env.LOUPE_TEST_SAVE = path), path);

/** As read: blanks stand where the pen was moved, not only between words. */
const joined = (text: string): string => text.replace(/\s/g, '');
const has = (text: string, ...wanted: string[]): void => {
  const all = joined(text);
  equal(
    wanted.filter((one) => !all.includes(joined(one))),
    [],
  );
};

await loupe.start();
let parts: ChannelResult<'run.open'>['parts'] = [];

await suite.check('a run from a recipe is inspected and judged', async () => {
  const settings = {
    ...{ name: PRODUCT, product: 'plate', packId: 'tiny', method: null, tap: null, rvs: null, sigma: null },
    ...{ heat: null, thresholds: { review: 0.98, reject: 0.99 }, regions: null },
  };
  const recipe = await ask('recipe.save', { settings, reason: 'new product' });
  const asked = { inputs: [loupe.photos], recipe: { recipeId: recipe.id }, lot: LOT };
  ({ parts } = await ended((await ask('run.start', asked)).id));
  equal(parts.length, 7);
  for (const [i, { id }] of parts.entries())
    await ask('part.verdict', { partId: id, verdict: i === 3 ? 'ng' : 'ok' });
});

await suite.check('its report is printed: every part, numbered pages, the code of the chain', async () => {
  const file = join(paper, 'report.pdf');
  await nextFile(file);
  const { code } = await ask('history.verify', {});
  const written = await ask('history.export', { runIds: [1], by: 'lot', format: 'pdf' });
  equal(written, { path: file, parts: parts.length, runs: 1 });
  const pages = pdfPages(readFileSync(file));
  const text = pages.join(' ');
  has(text, PRODUCT, LOT, code, ...parts.map(({ name }) => name));
  for (const [i, page] of pages.entries()) has(page, `${i + 1} / ${pages.length}`, code);
});

await suite.check('a challenge of its parts is run, and its certificate is printed', async () => {
  const known = { recipeId: 1, name: PRODUCT, reviewCounts: false, daily: false };
  const set = await ask('challenge.create', { ...known, from: { runId: 1 } });
  equal([set.ok, set.ng], [6, 1]);
  await ended((await ask('challenge.run', { setId: set.id })).id);
  const [result] = await ask('challenge.results', { setId: set.id });
  if (!result) throw new Error('no result');
  const file = join(paper, 'certificate.pdf');
  await nextFile(file);
  const { code } = await ask('history.verify', {});
  equal(await ask('challenge.certificate', { resultId: result.id, format: 'pdf' }), { path: file });
  const text = pdfPages(readFileSync(file)).join(' ');
  has(text, PRODUCT, code, `${result.right} of ${result.size}`, result.passed ? 'PASSED' : 'FAILED');
  has(text, ...parts.map(({ name }) => name));
});

await suite.check('paper that cannot be written is refused, a closed dialog changes nothing', async () => {
  await nextFile(join(paper, 'report.pdf', 'second.pdf'));
  const refused = await ask('history.export', { runIds: [1], by: 'lot', format: 'pdf' }).catch(String);
  equal(refused, 'Error: output.failed');
  await nextFile('');
  equal(await ask('history.export', { runIds: [1], by: 'lot', format: 'pdf' }), null);
  equal(readdirSync(paper).sort(), ['certificate.pdf', 'report.pdf']);
});

await suite.check('both are noted in the history; no window, page or half file is left', async () => {
  const events = await ask('history.audit', { limit: 50 });
  const exported = events.filter(({ action }) => action === 'history.exported');
  equal(
    exported.map(({ detail }) => (detail as { out: string }).out),
    [join(paper, 'certificate.pdf'), join(paper, 'report.pdf')],
  );
  equal((await ask('history.verify', {})).fault, null);
  equal(await loupe.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length), 1);
  equal(
    readdirSync(join(loupe.folder, 'data')).filter((name) => name.startsWith('print-')),
    [],
  );
  equal([...loupe.outgoing], []);
});

await loupe.app.close();
loupe.dispose(suite.failed > 0);
suite.finish();
