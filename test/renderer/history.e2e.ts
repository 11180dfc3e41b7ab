// The history in the page, in Debian's Chromium with a made-up main process: node test/renderer/history.e2e.ts
// Runs in Node. Statistics, side by side, storage, checks, the full disk; by keyboard too; any console error fails it.
import assert from 'node:assert/strict';
import { KEEP_ALL, type RetentionPlan } from '../../electron/common/retention.ts';
import { SideBySideCount, type SideBySide } from '../../electron/common/side-by-side.ts';
import { summarise, type Cell } from '../../electron/common/statistics.ts';
import { machineVerdict } from '../../electron/common/domain.ts';
import { finishedPart } from './fake-data.ts';
import type { FakeSettings } from './fake-bridge.ts';
import { beginSuite, calls, leave } from './operate.ts';

/** HISTORY_LOOK=<folder> takes pictures of each page, at two sizes. */
const { HISTORY_LOOK: look } = process.env;
const { step, shoot, sizes, end } = await beginSuite('history page', { look });

const total = 60;
const earlier = [
  { product: 'metal nut', source: 'lot 7', total, state: 'done' as const, done: total },
  { product: 'metal nut', source: 'lot 8', total, state: 'done' as const, done: total },
];

const DAYS = Array.from({ length: 16 }, (_, i) => `2026-11-${String(i + 5).padStart(2, '0')}`);
const cells: Cell[] = DAYS.flatMap((day, i) => {
  const cell = { run: i + 1, lot: `L${i}`, recipe: null, day, seen: null, verdict: null, defectKind: null };
  const rejected = i === 11 ? 61 : 18 + ((i * 7) % 9);
  return [
    { ...cell, machine: 'good' as const, count: 900 + 13 * i },
    { ...cell, machine: 'review' as const, count: 40 + i },
    { ...cell, machine: 'reject' as const, count: rejected },
    {
      ...cell,
      machine: 'reject' as const,
      seen: 'reject' as const,
      verdict: 'ng' as const,
      defectKind: i % 3 ? 'scratch' : 'dent',
      count: 9,
    },
    {
      ...cell,
      machine: 'good' as const,
      seen: 'good' as const,
      verdict: 'ng' as const,
      defectKind: null,
      count: i % 2,
    },
    { ...cell, machine: 'reject' as const, seen: 'reject' as const, verdict: 'ok' as const, count: 2 },
    { ...cell, machine: 'failed' as const, count: 1 },
  ];
});
const counted = summarise(cells, { pairs: [], blind: [], judges: [] }, 'day');

const before = { review: 0.42, reject: 0.62 };
const after = { review: 0.3, reject: 0.7 };
const count = new SideBySideCount();
for (let seq = 0; seq < total; seq++) {
  const part = finishedPart(2, seq, null);
  count.add({
    ...{ partId: part.id, otherId: part.id, name: part.name, verdict: seq % 9 === 0 ? 'ng' : null },
    ...{ before: machineVerdict(part, before), after: machineVerdict(part, after) },
    ...{ scoreBefore: part.score, scoreAfter: part.score },
  });
}
const sides: SideBySide = {
  before: { runId: 2, recipe: '', thresholds: before },
  after: { runId: 2, recipe: 'Nut M6, version 2', thresholds: after },
  ...{ onlyBefore: 0, onlyAfter: 0, replaced: 0 },
  ...count.end(),
  regions: { before: null, after: 17, maps: 58, missing: 2 },
};

const rule = { ...KEEP_ALL, days: 90 };
const plan: RetentionPlan = {
  rule,
  items: [
    {
      runId: 1,
      product: 'metal nut',
      lot: 'A-17',
      newest: '2026-08-01T10:00:00.000Z',
      maps: 5000,
      thumbnails: 0,
      bytes: 288_000_000,
      why: 'age',
    },
    {
      runId: 2,
      product: 'metal nut',
      lot: null,
      newest: '2026-08-03T10:00:00.000Z',
      maps: 1200,
      thumbnails: 0,
      bytes: 69_000_000,
      why: 'age',
    },
  ],
  bytes: 357_000_000,
  left: 53_000_000,
};
const state = {
  disk: {
    ...{ database: 297_000_000, backups: 890_000_000, media: 7_100_000_000, maps: 5_760_000_000 },
    ...{
      thumbnails: 1_310_000_000,
      training: 44_000_000,
      replaced: 0,
      free: 90_200_000_000,
      total: 512_000_000_000,
    },
  },
  ...{ code: '1284-9f3c-07be-51aa-e0d2', backupFolder: '/b', keep: 14 },
  backups: [{ path: '/b/1.db', at: '2026-11-23T06:00:00.000Z', bytes: 297_000_000 }],
};
const answers: FakeSettings['answers'] = {
  'history.stats': counted,
  'history.state': state,
  'retention.rule': KEEP_ALL,
  'retention.plan': plan,
  'retention.set': rule,
  'retention.run': plan,
  'run.rejudge': sides,
  'run.compare': sides,
  'history.export': { path: '/out/Loupe results.pdf', parts: 16_000, runs: 16 },
  'history.images': {
    ...{ checked: 118, same: 116, changed: 1, gone: 1, unknown: 2 },
    differing: [{ partId: 20_000_003, runId: 2, path: '/photographs/nuts/0002.png', found: 'a'.repeat(64) }],
  },
};

for (const { at, open } of sizes) {
  const page = await open({ earlier, answers });
  const tab = (name: string) =>
    page.getByRole('navigation', { name: 'History' }).getByRole('button', { name });

  await step(at('statistics: figures, chart and table show the same numbers'), async () => {
    await page.getByText('lot 7').waitFor();
    await shoot(page, '0-start');
    await page.getByRole('button', { name: 'History', exact: true }).click();
    const { yield: share } = counted.total.rates;
    const figure = page.locator('dl div', { hasText: 'Yield' });
    const digits = `${(100 * share.value!).toFixed(1)} %`;
    await figure.getByText(digits, { exact: true }).waitFor();
    await page.locator('tfoot').getByText(counted.total.tally.parts.toLocaleString('en')).waitFor();
    await page.locator('tfoot').getByText(digits).waitFor();
    // The one day that stands out is a square with its words.
    assert.deepEqual(
      counted.chart.points.filter(({ out }) => out).map(({ key }) => key),
      ['2026-11-16'],
    );
    assert.equal(await page.locator('svg rect').count(), 1);
    assert.match(await page.locator('svg rect title').innerHTML(), /2026-11-16.*outside the limits/);
    await shoot(page, '1-statistics');
  });

  await step(at('another grouping or choice counts anew; reports are saved of that choice'), async () => {
    await page.getByRole('combobox', { name: 'By' }).selectOption('lot');
    await page.getByLabel('From').fill('2026-11-01');
    await page.getByRole('button', { name: 'PDF' }).click();
    await page.getByText('16,000 parts written to /out/Loupe results.pdf').first().waitFor();
    const [asked] = await calls(page, 'history.export');
    assert.equal(asked?.format, 'pdf');
    assert.equal(asked.by, 'lot');
    assert.match(String(asked.from), /^2026-1[01]-/);
    assert.equal((await calls(page, 'history.stats')).at(-1)?.by, 'lot');
  });

  await step(at('side by side: counts as a table, and the parts that change open'), async () => {
    await tab('Side by side').click();
    await page.getByRole('combobox', { name: 'Beside it' }).selectOption('thresholds');
    await page.getByLabel('Review from').fill('0.3');
    await page.getByLabel('Reject from').fill('0.7');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page
      .getByRole('heading', { name: `${sides.changed} of ${total} parts get another verdict.` })
      .waitFor();
    assert.deepEqual((await calls(page, 'run.rejudge')).at(-1), { runId: 2, by: { thresholds: after } });
    await page.getByText('The maps of 2 parts are not kept any more.').waitFor();
    await shoot(page, '2-compare');
    const [row] = sides.rows;
    await page.getByRole('button', { name: row!.name, exact: true }).first().click();
    await page.getByRole('button', { name: 'All parts' }).waitFor();
    await page.getByRole('button', { name: 'Runs' }).click();
  });

  await step(at('what only the network can tell leads to a new run over the same photographs'), async () => {
    await page
      .getByRole('button', { name: /^Side by side: metal nut/ })
      .first()
      .click();
    await page.getByRole('combobox', { name: 'Beside it' }).selectOption('thresholds');
    await page.evaluate(() =>
      window.fake.failNext('run.rejudge', {
        code: 'history.needs_inference',
        params: { reason: 'Run 2 was made with another sigma.' },
      }),
    );
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('This run cannot be judged anew from what was kept').waitFor();
    await shoot(page, '3-needs');
    await page.getByRole('button', { name: 'Inspect again with it' }).waitFor();
  });

  await step(at('storage: nothing goes that was not shown first'), async () => {
    await tab('Storage').click();
    await page.getByText('5.8 GB').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Remove them now' }).count(), 0);
    await page.getByLabel('Not longer than').fill('90');
    await page.getByRole('button', { name: 'Show what would be removed' }).click();
    await page.getByText('357 MB of 2 runs would be removed; 53 MB stay.').waitFor();
    assert.deepEqual((await calls(page, 'retention.plan')).at(-1), { rule });
    await shoot(page, '4-storage');
    // Another rule than the one that was shown: the button goes until it is shown again.
    await page.getByLabel('Not longer than').fill('30');
    await page.getByRole('button', { name: 'Remove them now' }).waitFor({ state: 'detached' });
    await page.getByLabel('Not longer than').fill('90');
    await page.getByRole('button', { name: 'Remove them now' }).click();
    await page.getByText('357 MB of 2 runs were removed.').first().waitFor();
    assert.deepEqual((await calls(page, 'retention.set')).at(-1), { rule });
    assert.equal((await calls(page, 'retention.run')).length, 1);
    await page.getByRole('switch', { name: 'Do it every day' }).press('Space');
    await page.getByRole('button', { name: 'Keep this rule' }).click();
    await page.getByText('The rule is kept.').first().waitFor();
    assert.deepEqual((await calls(page, 'retention.set')).at(-1), { rule: { ...rule, daily: true } });
  });

  await step(at('checks: the chain with a printed code, and the photographs'), async () => {
    await tab('Check').click();
    await page.getByLabel('Code on a report').fill('7-0000-0000-0000-0000');
    await page.keyboard.press('Enter');
    await page.getByText('All 3 entries hold, 2 verdicts among them.').waitFor();
    assert.deepEqual((await calls(page, 'history.verify')).at(-1), { code: '7-0000-0000-0000-0000' });
    await page.getByRole('button', { name: 'Check the photographs' }).click();
    await page.getByText('Of 118 photographs 116 are as they were, 1 have changed, 1 are gone.').waitFor();
    await page.getByRole('button', { name: 'Changed: /photographs/nuts/0002.png' }).waitFor();
    await shoot(page, '5-check');
    await page.locator('h2').first().click();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Earlier runs' }).waitFor();
  });

  await step(at('a full disk is told across the page, and the run goes on by its button'), async () => {
    await page.evaluate((id) => {
      return window.loupe!.invoke('run.open', { runId: id }).then((opened) => {
        if (!opened.ok) throw new Error('no run');
        const error = { code: 'history.disk_full', params: { reason: '0.1 MB free' } };
        window.fake.emit('run.changed', { ...opened.value.run, state: 'interrupted', error });
      });
    }, 2);
    const banner = page.getByRole('alert').filter({ hasText: 'disk' });
    await banner.getByText('everything that was kept until now is safe').waitFor();
    await shoot(page, '6-full');
    await banner.getByRole('button', { name: 'Resume' }).click();
    await page.waitForFunction(() => window.fake.calls.some(({ channel }) => channel === 'run.resume'));
    assert.deepEqual((await calls(page, 'run.resume')).at(-1), { runId: 2 });
  });
  await leave(page);

  await step(at('a network drive is told once'), async () => {
    const info = {
      ...{ version: '0.1.0', electron: '45', chromium: '156', platform: 'linux', dataFolder: '/mnt/plant' },
      ...{ networkDrive: 'cifs', samples: [], policy: null },
      pack: { id: 'loupe-mini', title: 'Loupe mini', version: '0.1.0', sha256: '0'.repeat(64), head: false },
    };
    const far = await open({ earlier, answers: { ...answers, 'app.info': info } });
    await far.getByText('The data folder is on a network drive (cifs).').waitFor();
    await shoot(far, '7-network');
    await far.getByRole('button', { name: 'Dismiss' }).click();
    await far.getByText('The data folder is on a network drive').waitFor({ state: 'detached' });
    await leave(far);
  });
}

await end();
