// Challenges, the story of a part and the search for one, in Debian's Chromium with a made-up main process:
// node test/renderer/audit.e2e.ts
// Runs in Node. By mouse and by keyboard; any console error fails it.
import assert from 'node:assert/strict';
import type {
  ChallengeReport,
  ChallengeResult,
  ChallengeSet,
  Told,
} from '../../electron/common/challenge.ts';
import type { Run } from '../../electron/common/domain.ts';
import type { FoundPart, PartStory } from '../../electron/common/history-service.ts';
import type { Page } from 'playwright-core';
import type { FakeSettings } from './fake-bridge.ts';
import { finishedPart, ID_SPACE } from './fake-data.ts';
import { beginSuite, calls, leave, press } from './operate.ts';

/** AUDIT_LOOK=<folder> takes pictures of each page, at two sizes. */
const { AUDIT_LOOK: look } = process.env;
const { step, shoot, sizes, end } = await beginSuite('audit page', { look });

const total = 60;
const earlier: FakeSettings['earlier'] = [
  { product: 'metal nut', source: 'lot 7', total, state: 'done', done: total },
  { product: 'metal nut', source: 'Known nuts', total: 4, state: 'done', done: 4, challenge: 2 },
];
/** The page's clock stands here: what is due today does not depend on when the suite is run. */
const NOW = '2026-11-23T09:30:00.000Z';

const result: ChallengeResult = {
  ...{ id: 5, setId: 2, runId: 2, recipe: { id: 1, version: 1, name: 'Nut M6' }, at: NOW, author: 'ana' },
  ...{ thresholds: { review: 0.42, reject: 0.62 }, size: 4, right: 2, passed: false, program: '0.1.0' },
};
const set: ChallengeSet = {
  ...{ id: 2, name: 'Known nuts', recipeId: 1, recipe: 'Nut M6', version: 1, reviewCounts: false },
  ...{ ok: 2, ng: 2, author: 'eva', createdAt: '2026-11-20T07:31:00.000Z', daily: true, active: true },
  last: { ...result, id: 4, at: '2026-11-20T07:40:00.000Z', right: 4, passed: true },
};
const old: ChallengeSet = { ...set, id: 1, name: 'First try', daily: false, active: false, last: null };
const outcome = (place: number, expected: 'ok' | 'ng', band: 'good' | 'reject' | 'failed', told: Told) => ({
  ...{ place, partId: 2 * ID_SPACE + place + 1, name: `${expected}/00${place}.png`, expected, band, told },
  ...{ path: `/known/${expected}/00${place}.png`, score: band === 'failed' ? null : 0.1 + 0.2 * place },
  ...{ sha256: 'a'.repeat(64), found: told === 'changed' ? 'b'.repeat(64) : 'a'.repeat(64) },
});
const report: ChallengeReport = {
  ...{ set: { ...set, last: result }, result },
  outcomes: [
    outcome(0, 'ok', 'good', 'right'),
    outcome(1, 'ok', 'good', 'changed'),
    outcome(2, 'ng', 'reject', 'right'),
    outcome(3, 'ng', 'failed', 'missing'),
  ],
};

const part = { ...finishedPart(1, 3, null), verdict: 'ng' as const };
const run = {
  ...{ id: 1, createdAt: '2026-11-21T07:31:00.000Z', product: 'metal nut', source: 'lot 7' },
  ...{ thresholds: { review: 0.42, reject: 0.62 }, lot: 'A-17', repeats: null },
} as unknown as Run;
const story: PartStory = {
  ...{ part, run, path: '/photographs/line 3/tray 12/SN-20417.png', inspectedAt: '2026-11-21T07:32:10.000Z' },
  image: {
    ...{ sha256: 'c'.repeat(64), bytes: 1_482_113 },
    ...{ capturedAt: '2026-11-21T08:30:59.25+01:00', capturedFrom: 'exif' },
  },
  session: {
    ...{ packId: 'loupe-mini', packTitle: 'Loupe mini', packVersion: '0.1.0', modelSha256: 'd'.repeat(64) },
    ...{ method: 'sdp', tap: 'clean', rvs: 'dbscan', sigma: 4, device: 'CPU', precision: 'fp32' },
    ...{ imageSize: 240, scales: [1, 2], headSha256: null, product: 'metal nut', mapSize: 240 },
    ...{ score0: { lo: 0, hi: 1 }, score1: { lo: 0, hi: 1 }, heat: { lo: 0, hi: 1 } },
    ...{ versions: { node: '24.21.0', onnxruntime: '1.30.0' }, begunAt: '2026-11-21T07:32:00.000Z' },
  },
  recipe: {
    ...{
      id: 1,
      name: 'Nut M6',
      product: 'metal nut',
      packId: 'loupe-mini',
      method: null,
      tap: null,
      rvs: null,
    },
    ...{ sigma: null, heat: null, thresholds: run.thresholds, regions: null, version: 3, versions: 4 },
    ...{ author: 'eva', reason: 'fewer false alarms at the rim', createdAt: '2026-11-19T10:00:00.000Z' },
    sha256: 'e'.repeat(64),
  },
  verdicts: [
    {
      ...{ verdict: 'ng', defectKind: 'scratch', comment: 'at the rim', author: 'bob', machine: 'review' },
      ...{ at: '2026-11-21T09:00:00.000Z', score: 0.55, thresholds: run.thresholds, regions: null },
      ...{ link: 18, hash: 'f'.repeat(64) },
    },
    {
      ...{ verdict: 'ok', defectKind: null, comment: null, author: 'ana', machine: 'review' },
      ...{ at: '2026-11-21T08:00:00.000Z', score: 0.55, thresholds: run.thresholds, regions: null },
      ...{ link: 11, hash: '9'.repeat(64) },
    },
  ],
  thresholds: [{ ...run.thresholds, author: 'recipe', at: '2026-11-21T07:32:00.000Z', reason: null }],
  ...{ startedBy: 'ana', challenge: set.last, second: null },
  reports: [
    { at: '2026-11-22T12:00:00.000Z', author: 'mia', format: 'pdf', path: '/reports/A-17.pdf', link: 31 },
  ],
};
const found: FoundPart[] = [
  {
    ...{ partId: part.id, runId: 1, name: 'line 3/tray 12/SN-20417.png', lot: 'A-17', product: 'Nut M6' },
    ...{ inspectedAt: story.inspectedAt, machine: 'review', score: 0.55, verdict: 'ng' },
  },
  {
    ...{ partId: 9, runId: 2, name: 'line 3/tray 11/SN-20410.png', lot: null, product: 'metal nut' },
    ...{ inspectedAt: null, machine: 'pending', score: null, verdict: null },
  },
];
const recipes = [{ name: 'Nut M6', product: 'metal nut' }];
const answers: FakeSettings['answers'] = {
  'challenge.list': [set, old],
  'challenge.create': { ...set, id: 3, name: 'New set' },
  'challenge.change': { ...set, daily: false },
  'challenge.results': [result, set.last],
  'challenge.result': report,
  'challenge.certificate': { path: '/out/Loupe certificate 5.pdf' },
  'part.explain': story,
  'part.find': found,
};

const sheetOf = (page: Page) => page.getByRole('dialog');
/**
 * The page knows one set with this last result; its recipe gets a version with each one that is kept. A run over it is made up here:
 * the fake knows none over known parts.
 */
const knows = (page: Page, last: ChallengeResult): Promise<void> =>
  page.evaluate(
    ([known, last]) => {
      const bridge = window.loupe!;
      const invoke = bridge.invoke.bind(bridge);
      window.loupe = {
        ...bridge,
        invoke: (async (channel: string, args: never) => {
          if (channel === 'challenge.list') {
            const kept = window.fake.calls.filter((asked) => asked.channel === 'recipe.save').length;
            return { ok: true, value: [{ ...known, version: known.version + kept, last }] };
          }
          const reply = await invoke(channel as never, args);
          if (channel !== 'challenge.run' || !(reply as { ok: boolean }).ok) return reply;
          const runs = await invoke('run.list', undefined);
          if (!runs.ok) throw new Error('no runs');
          return { ok: true, value: { ...runs.value[1]!, state: 'preparing' } };
        }) as typeof bridge.invoke,
      };
    },
    [set, last] as const,
  );
/** The run over the known parts is over. */
const over = (page: Page, change: Partial<Run>): Promise<void> =>
  page.evaluate(async (change) => {
    const runs = await window.loupe?.invoke('run.list', undefined);
    if (runs?.ok) window.fake.emit('run.changed', { ...runs.value[1], ...change });
  }, change);
const refusal = 'The challenge was not finished, so it has no result.';

for (const { at, open: openAt } of sizes) {
  const open = (settings: Partial<FakeSettings>): Promise<Page> => openAt(settings, { now: NOW });
  const page = await open({ earlier, recipes, answers, judged: { 0: 'ok', 1: 'ok', 4: 'ng' } });
  const tab = (name: string) =>
    page.getByRole('navigation', { name: 'History' }).getByRole('button', { name, exact: true });
  const sheet = page.getByRole('dialog');

  await step(at('a challenge that is due is told across the page, which leads to it'), async () => {
    const banner = page.getByRole('alert').filter({ hasText: 'Challenge “Known nuts” of “Nut M6”.' });
    await banner.getByText('It is due today.').waitFor();
    await shoot(page, '0-due');
    await banner.getByRole('button', { name: 'Go to the challenge' }).click();
    await page.getByRole('heading', { name: 'Known parts, as a challenge' }).waitFor();
    assert.equal(await banner.count(), 0); // the page says it itself
    await page.getByText('4 of 4 correct').waitFor();
    await page.getByText('Nut M6, now version 1 · 2 OK, 2 NG').waitFor();
    assert.equal(await page.getByText('First try').count(), 0);
    await page.getByRole('switch', { name: 'Show retired ones (1)' }).click();
    await page.getByText('Retired. Its results stay.').waitFor();
  });

  await step(at('it is run with progress, and its result says each part in words'), async () => {
    await knows(page, result);
    await page.getByRole('button', { name: 'Run: Known nuts' }).click();
    await page.waitForFunction(() => window.fake.calls.some(({ channel }) => channel === 'challenge.run'));
    assert.deepEqual((await calls(page, 'challenge.run')).at(-1), { setId: 2 });
    await page.locator('progress').waitFor();
    const progress = { runId: 2, state: 'running', stage: '', total: 4, rate: 1, remaining: 1, failed: 0 };
    await page.evaluate((told) => window.fake.emit('run.progress', { ...told, scored: 3 }), progress);
    await page.getByText('3 of 4 parts').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Run: Known nuts' }).isDisabled());
    await shoot(page, '1-running');
    await over(page, { state: 'done' });
    await page.getByRole('heading', { name: 'Known nuts: Failed, 2 of 4 correct' }).waitFor();
    const rows = page.locator('table tbody tr');
    assert.deepEqual(
      (await rows.allInnerTexts()).map((text) => text.split(/\s*\t\s*/).at(-1)),
      ['correct', 'the photograph was changed', 'correct', 'the photograph is missing'],
    );
    await page.getByText('Today it failed: do not trust the inspection before somebody knows why.').waitFor();
    await shoot(page, '2-result');
  });

  await step(at('its certificate is saved as PDF; earlier results are chosen'), async () => {
    await page.getByRole('button', { name: 'Certificate PDF' }).click();
    await page.getByText('Written to /out/Loupe certificate 5.pdf').first().waitFor();
    assert.deepEqual((await calls(page, 'challenge.certificate')).at(-1), { resultId: 5, format: 'pdf' });
    await page.getByRole('combobox', { name: 'Results' }).selectOption('4');
    await page.waitForFunction(() =>
      window.fake.calls.some(
        ({ channel, args }) =>
          channel === 'challenge.result' && (args as { resultId: number }).resultId === 4,
      ),
    );
  });

  await step(at('a new one is made of a folder, by keyboard alone'), async () => {
    await page.getByLabel('Name').fill('New set');
    await page.getByRole('button', { name: 'Choose the folder' }).press('Enter');
    await page.getByText('/photographs/nuts').waitFor();
    await page.getByRole('switch', { name: 'Due every day', exact: true }).press('Space');
    await page.getByRole('button', { name: 'Create challenge' }).press('Enter');
    await page.getByText('“New set” is kept: 2 OK, 2 NG.').first().waitFor();
    assert.deepEqual((await calls(page, 'challenge.create')).at(-1), {
      ...{ recipeId: 1, name: 'New set', reviewCounts: false, daily: true },
      from: { folder: '/photographs/nuts' },
    });
    await page.getByRole('switch', { name: 'Due every day: Known nuts' }).click();
    assert.deepEqual((await calls(page, 'challenge.change')).at(-1), {
      ...{ setId: 2, daily: false, active: true },
    });
  });

  await step(at('a part is found by a piece of its name and tells its story'), async () => {
    await tab('Find a part').click();
    await page.getByLabel('Name, serial or number').fill(' SN-204 ');
    await page.keyboard.press('Enter');
    await page.getByText('2 parts with “SN-204”, the newest first.').waitFor();
    assert.deepEqual((await calls(page, 'part.find')).at(-1), { text: 'SN-204', limit: 100 });
    await shoot(page, '3-find');
    await page.getByRole('button', { name: 'line 3/tray 12/SN-20417.png' }).press('Enter');
    await sheet.getByRole('heading', { name: `Story of ${part.name}` }).waitFor();
    // From the report to the row, the photograph, the recipe and the people.
    for (const said of [
      `SHA-256 ${'c'.repeat(64)}`,
      `SHA-256 ${'d'.repeat(64)}`,
      `SHA-256 ${'e'.repeat(64)}`,
      '/photographs/line 3/tray 12/SN-20417.png',
      'Recipe “Nut M6”, version 3',
      'fewer false alarms at the rim',
      'started by ana',
      'onnxruntime 1.30.0',
      'Passed, 4 of 4 correct',
      'Link 18',
      '/reports/A-17.pdf',
    ])
      await sheet.getByText(said).first().waitFor();
    assert.deepEqual((await sheet.locator('ol').first().locator('strong').allInnerTexts()).join(), 'NG,OK');
    await shoot(page, '4-story');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Find a part' }).waitFor();
  });

  await step(at('the story opens from the part by key and by button, and leads to the part'), async () => {
    await page.getByRole('button', { name: 'Runs' }).click();
    await page.getByText('Challenge: Known nuts').first().waitFor();
    assert.equal(await page.getByText('Challenge: Known nuts').count(), 1);
    await page.getByRole('button', { name: /lot 7/ }).first().click();
    await page.getByRole('grid').or(page.getByRole('listbox')).first().waitFor();
    await press(page, 'ArrowRight', 'Enter');
    await page.getByRole('button', { name: 'All parts' }).waitFor();
    await press(page, 'i');
    await sheet.getByRole('heading', { name: `Story of ${part.name}` }).waitFor();
    // A key of the page is none while the sheet is open.
    await press(page, 'j');
    assert.equal((await calls(page, 'part.verdict')).length, 0);
    await press(page, 'Escape');
    await sheet.waitFor({ state: 'detached' });
    await shoot(page, '5-part');
    await page.getByRole('button', { name: 'Story' }).click();
    await sheet.getByRole('button', { name: 'Open the part' }).waitFor();
    await press(page, 'Enter'); // it has the focus
    await sheet.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'All parts' }).waitFor();
    // Only this one was asked for.
    assert.equal(new Set((await calls(page, 'part.explain')).map(({ partId }) => partId)).size, 2);
  });

  await step(at('a new challenge takes the judged parts of the open run, or the chosen ones'), async () => {
    await press(page, 'Escape');
    await page.getByRole('button', { name: 'Runs' }).click();
    await page.getByRole('button', { name: 'History', exact: true }).click();
    await tab('Challenge').click();
    await page
      .getByRole('combobox', { name: 'Known parts' })
      .locator('option', { hasText: 'those judged in the open run: 2 OK, 1 NG' })
      .waitFor({ state: 'attached' });
    await page.getByLabel('Name').fill('From the run');
    await shoot(page, '6-form');
    await page.getByRole('button', { name: 'Create challenge' }).click();
    await page.waitForFunction(
      () => window.fake.calls.filter(({ channel }) => channel === 'challenge.create').length === 2,
    );
    assert.deepEqual((await calls(page, 'challenge.create')).at(-1)?.from, { runId: 1 });
  });
  await leave(page);

  await step(at('a recipe that is changed makes its challenge due again, at once'), async () => {
    const passed = { ...result, right: 4, passed: true };
    const list = { ...answers, 'challenge.list': [{ ...set, last: passed }] };
    const other = await open({ earlier, recipes, answers: list });
    await knows(other, passed);
    await other.getByRole('button', { name: 'Recipes' }).click();
    await other.getByRole('button', { name: 'Change' }).click();
    await sheetOf(other).getByLabel('Smoothing').fill('12');
    await sheetOf(other).getByLabel('Why').fill('small scratches');
    assert.equal(await other.getByText('Challenge “Known nuts”').count(), 0);
    await sheetOf(other).getByRole('button', { name: 'Keep as version 2' }).click();
    await sheetOf(other).waitFor({ state: 'detached' });
    const banner = other.getByRole('alert').filter({ hasText: 'Challenge “Known nuts” of “Nut M6”.' });
    await banner.getByText('The recipe has changed since: it is due again.').waitFor();
    await leave(other);
  });

  await step(
    at('one run at a time: neither a challenge nor a full one begins beside the open run'),
    async () => {
      const other = await open({ earlier, recipes, answers, totals: { nuts: 5000 }, batch: 1, every: 200 });
      await knows(other, result);
      await other.getByRole('button', { name: 'Open folder' }).click();
      await other.getByRole('textbox', { name: 'What is the part?' }).fill('metal nut');
      await press(other, 'Enter');
      await other
        .getByText(/of 5,000 parts/)
        .first()
        .waitFor();
      await press(other, 'Escape');
      await other.getByRole('button', { name: 'Runs' }).click();
      await other.getByRole('button', { name: 'History', exact: true }).click();
      await other
        .getByRole('navigation', { name: 'History' })
        .getByRole('button', { name: 'Challenge', exact: true })
        .click();
      const go = other.getByRole('button', { name: 'Run: Known nuts' });
      await go.waitFor();
      await over(other, {
        state: 'interrupted',
        error: { code: 'history.disk_full', params: { reason: '0' } },
      });
      const resume = other.getByRole('alert').getByRole('button', { name: 'Resume' });
      await resume.waitFor();
      assert.deepEqual([await go.isDisabled(), await resume.isDisabled()], [true, true]);
      await other.evaluate(() => window.loupe?.invoke('run.cancel', { runId: 3 }));
      await other.waitForFunction(() => document.querySelector('.banner button:not(:disabled)') !== null);
      assert.deepEqual([await go.isEnabled(), await resume.isEnabled()], [true, true]);
      await leave(other);
    },
  );

  await step(at('what is refused leaves the last result; a challenge without a result says so'), async () => {
    const other = await open({ earlier, recipes, answers });
    await knows(other, { ...result, id: 4, runId: 77 });
    await other.getByRole('button', { name: 'Go to the challenge' }).click();
    await other.getByRole('button', { name: 'Last result: Known nuts' }).click();
    const shown = other.getByRole('heading', { name: /^Known nuts: / });
    await shown.waitFor();
    await other.evaluate(() => window.fake.failNext('challenge.run', { code: 'run.busy', params: {} }));
    const go = other.getByRole('button', { name: 'Run: Known nuts' });
    await go.click();
    await other.getByText('Another run is still being inspected').first().waitFor();
    assert.equal(await shown.count(), 1);
    await other.getByRole('button', { name: 'Dismiss' }).click();
    // Done, but the history has none of this run; stopped by somebody; ended by an error.
    const full = { code: 'history.disk_full', params: { reason: '0' } } as const;
    for (const change of [
      { state: 'done' },
      { state: 'interrupted' },
      { state: 'interrupted', error: full },
    ] as const) {
      await go.click();
      // Its answer has come: it is under way.
      await other.locator('progress').waitFor();
      assert.equal(await shown.count(), 0);
      await over(other, change);
      await other.getByText(refusal).first().waitFor();
      assert.ok(await go.isEnabled());
      if ('error' in change)
        await other.getByText('everything that was kept until now is safe').first().waitFor();
      else await other.getByText(refusal).first().waitFor({ state: 'detached' });
    }
    await leave(other);
  });

  await step(at('operators may run a challenge and make none'), async () => {
    const people = [
      { name: 'Mia', role: 'manager' as const, pin: '7392' },
      { name: 'Ana', role: 'operator' as const, pin: '4812' },
    ];
    const other = await open({ earlier, recipes, answers, people });
    await other.getByRole('radio', { name: /Ana/ }).focus();
    await press(other, ' ', 'Enter');
    await other.getByLabel('PIN of Ana').waitFor();
    await other.keyboard.type('4812');
    await press(other, 'Enter');
    await other.getByRole('button', { name: 'Go to the challenge' }).click();
    await other.getByRole('button', { name: 'Run: Known nuts' }).waitFor();
    await other.getByText('An engineer or a manager may do this.').waitFor();
    assert.equal(await other.getByRole('heading', { name: 'New challenge' }).count(), 0);
    assert.equal(await other.getByRole('button', { name: 'Retire: Known nuts' }).count(), 0);
    await leave(other);
  });
}

await end();
