// The screens that a walk through a run does not reach: results of the history, masks and training, people, support, what is empty.
// Runs in Node; by places and classes, for words differ from language to language.
import type { Page } from 'playwright-core';
import type { ChallengeReport, ChallengeSet, Told } from '../../electron/common/challenge.ts';
import { machineVerdict, type Run } from '../../electron/common/domain.ts';
import { KEEP_ALL } from '../../electron/common/retention.ts';
import { SideBySideCount } from '../../electron/common/side-by-side.ts';
import { finishedPart, ID_SPACE } from './fake-data.ts';
import type { FakeSettings } from './fake-bridge.ts';

const AT = '2026-11-20T07:40:00.000Z';
const thresholds = { review: 0.42, reject: 0.62 };
const looser = { review: 0.3, reject: 0.7 };

const sides = (catalogue: FakeSettings['catalogue']): unknown => {
  const count = new SideBySideCount();
  for (let seq = 0; seq < (catalogue?.length ?? 0); seq++) {
    const part = finishedPart(1, seq, catalogue);
    count.add({
      ...{ partId: part.id, otherId: part.id, name: part.name, verdict: seq % 3 === 0 ? 'ng' : null },
      ...{ before: machineVerdict(part, thresholds), after: machineVerdict(part, looser) },
      ...{ scoreBefore: part.score, scoreAfter: part.score },
    });
  }
  return {
    before: { runId: 1, recipe: 'Nuts, tray 3', thresholds },
    after: { runId: 1, recipe: 'Leather, black, roll 17', thresholds: looser },
    ...{ onlyBefore: 2, onlyAfter: 1, replaced: 0 },
    ...count.end(),
    regions: { before: 6, after: 17, maps: 58, missing: 2 },
  };
};

const result = {
  ...{ id: 5, setId: 2, runId: 2, recipe: { id: 1, version: 1, name: 'Nuts, tray 3' }, at: AT },
  ...{ author: 'ana', thresholds, size: 4, right: 2, passed: false, program: '0.1.0' },
};
const set: ChallengeSet = {
  ...{ id: 2, name: 'Known nuts', recipeId: 1, recipe: 'Nuts, tray 3', version: 1, reviewCounts: false },
  ...{ ok: 2, ng: 2, author: 'eva', createdAt: AT, daily: true, active: true },
  last: { ...result, id: 4, right: 4, passed: true },
};
const told = (place: number, expected: 'ok' | 'ng', band: 'good' | 'reject' | 'failed', outcome: Told) => ({
  ...{ place, partId: 2 * ID_SPACE + place + 1, name: `${expected}/00${place}.png`, expected, band },
  ...{ path: `/known/${expected}/00${place}.png`, score: band === 'failed' ? null : 0.1 + 0.2 * place },
  ...{ told: outcome, sha256: 'a'.repeat(64), found: 'a'.repeat(64) },
});
const report: ChallengeReport = {
  ...{ set, result },
  outcomes: [
    told(0, 'ok', 'good', 'right'),
    told(1, 'ok', 'good', 'changed'),
    told(2, 'ng', 'reject', 'right'),
    told(3, 'ng', 'failed', 'missing'),
  ],
};

const item = { product: 'metal nut', lot: 'A-17', newest: AT, maps: 5000, thumbnails: 0, bytes: 288e6 };
const plan = {
  rule: { ...KEEP_ALL, days: 90 },
  items: [
    { ...item, runId: 1, why: 'age' },
    { ...item, runId: 2, lot: null, maps: 1200, bytes: 69e6, why: 'size' },
  ],
  ...{ bytes: 357e6, left: 53e6 },
};

const story = (catalogue: FakeSettings['catalogue']): unknown => {
  const run = { id: 1, createdAt: AT, product: 'metal nut', thresholds, lot: 'A-17', repeats: null };
  const verdict = {
    ...{ verdict: 'ng', defectKind: 'scratch', comment: 'at the rim', author: 'bob', machine: 'review' },
    ...{ at: AT, score: 0.55, thresholds, regions: null, link: 18, hash: 'f'.repeat(64) },
  };
  return {
    part: { ...finishedPart(1, 1, catalogue), verdict: 'ng' },
    run: run as unknown as Run,
    ...{ path: '/photographs/line 3/tray 12/SN-20417.png', inspectedAt: AT, startedBy: 'ana' },
    image: {
      ...{ sha256: 'c'.repeat(64), bytes: 1_482_113 },
      ...{ capturedAt: '2026-11-21T08:30:59.25+01:00', capturedFrom: 'exif' },
    },
    session: {
      ...{ packId: 'loupe-mini', packTitle: 'Loupe mini', packVersion: '0.1.0', modelSha256: 'd'.repeat(64) },
      ...{ method: 'sdp+', tap: 'clean', rvs: 'dbscan', device: 'CPU', precision: 'fp32', scales: [1, 2] },
      ...{
        headSha256: '8'.repeat(64),
        product: 'metal nut',
        versions: { node: '24', onnxruntime: '1.30.0' },
      },
    },
    recipe: {
      ...{ id: 1, name: 'Nuts, tray 3', version: 3, versions: 4, author: 'eva', createdAt: AT },
      ...{ reason: 'fewer false alarms at the rim', sha256: 'e'.repeat(64) },
    },
    verdicts: [
      verdict,
      { ...verdict, verdict: null, defectKind: null, comment: null, link: 14 },
      { ...verdict, verdict: 'ok', defectKind: null, comment: null, link: 11, author: 'ana' },
    ],
    thresholds: [{ ...thresholds, author: 'ana', at: AT, reason: null }],
    challenge: set.last,
    second: { verdict: 'unsure', author: 'mia', at: AT },
    reports: [{ at: AT, author: 'mia', format: 'pdf', path: '/reports/A-17.pdf', link: 31 }],
  };
};

/** Every tenth of a second, until the picture shows it. */
const calm = (page: Page): Promise<void> => page.waitForTimeout(500);

export async function walkRest(
  settings: Partial<FakeSettings>,
  open: (settings: Partial<FakeSettings>) => Promise<Page>,
  shoot: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  const { catalogue = null } = settings;
  const found = { partId: ID_SPACE + 2, runId: 1, product: 'metal nut', machine: 'review', verdict: 'ng' };
  let page = await open({
    ...settings,
    answers: {
      ...settings.answers,
      ...{ 'run.rejudge': sides(catalogue), 'run.compare': sides(catalogue), 'retention.plan': plan },
      ...{ 'challenge.list': [set, { ...set, id: 1, name: 'First try', active: false, last: null }] },
      ...{ 'challenge.results': [result, set.last], 'challenge.result': report },
      'part.find': [
        { ...found, name: 'line 3/tray 12/SN-20417.png', lot: 'A-17', inspectedAt: AT, score: 0.55 },
        { ...found, partId: 9, name: 'SN-20410.png', lot: null, inspectedAt: null, score: null },
      ],
      'part.explain': story(catalogue),
      'history.images': {
        ...{ checked: 118, same: 116, changed: 1, gone: 1, unknown: 2 },
        differing: [{ partId: ID_SPACE + 3, runId: 1, path: '/photographs/nuts/0002.png', found: '0' }],
      },
      'history.verify': {
        ...{ checked: 1204, verdicts: 311, fault: null, passed: true, clockJumps: 1 },
        code: '1284-9f3c-07be-51aa-e0d2',
      },
    },
  });
  await shoot(page, '40-due');
  await page.locator('header .title ~ .button').nth(1).click();
  const tab = (i: number): Promise<void> => page.locator('nav .button').nth(i).click();
  await tab(1);
  await page.locator('.shown form select').nth(1).selectOption('thresholds');
  await page.locator('.shown form .main').click();
  await page.locator('.tables').waitFor();
  await shoot(page, '41-compared');
  await tab(2);
  await page.locator('.shown input').fill('SN-204');
  await page.locator('.shown form .main').click();
  await page.locator('td .button').first().waitFor();
  await shoot(page, '42-found');
  await page.locator('td .button').first().click();
  await page.locator('dialog').waitFor();
  await shoot(page, '43-story');
  await page.locator('dialog li').last().scrollIntoViewIfNeeded();
  await shoot(page, '44-story-end');
  await page.keyboard.press('Escape');
  await tab(3);
  await page.locator('.shown [role=switch].flush').first().click();
  await shoot(page, '45-challenges');
  await page.locator('.set .wrap .button').nth(1).click();
  await page.locator('#result-title').waitFor();
  await page.locator('#result-title').scrollIntoViewIfNeeded();
  await shoot(page, '46-challenge-result');
  await tab(4);
  await page.locator('table.disk').waitFor();
  await shoot(page, '47-storage');
  await page.locator('fieldset .row').last().locator('.button').first().click();
  await page.locator('.plan').scrollIntoViewIfNeeded();
  await shoot(page, '48-plan');
  await tab(5);
  await page.locator('.shown form .main').click();
  await page.locator('.shown section').nth(1).locator('.button').first().click();
  await calm(page);
  await shoot(page, '49-checked');
  await page.context().close();

  // Enough judged parts for a training.
  const judged = Object.fromEntries(
    (catalogue ?? [])
      .map(({ score }, seq) => ({ score, seq }))
      .sort((a, b) => a.score - b.score)
      .map(({ seq }, i, all) => [seq, i < all.length / 2 ? 'ok' : 'ng'] as const),
  );
  page = await open({ ...settings, judged, every: 400 });
  await page.locator('li button', { hasText: 'tray 17' }).click();
  await page.locator('[role=option]').first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('zzz');
  await shoot(page, '50-nothing-found');
  await page.keyboard.press('Escape');
  await page.locator('aside button.plain').first().click();
  await shoot(page, '51-proposals');
  await page.locator('header .end .plain').nth(1).click();
  const draw = page.locator('.button.mask');
  for (let i = 0; i < Math.min(4, await draw.count()); i++) {
    await draw.nth(i).click();
    await page.locator('dialog footer .main:not(:disabled)').waitFor();
    if (i === 0) await shoot(page, '52-mask');
    await page.locator('dialog footer .main').click();
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  await shoot(page, '53-ready');
  await page.locator('aside .main').click();
  await page.locator('.facts').waitFor();
  await page.waitForTimeout(1500);
  await shoot(page, '54-learning');
  await page.locator('aside form').waitFor({ timeout: 60_000 });
  await shoot(page, '55-result');
  await page.context().close();

  page = await open({ ...settings, earlier: [], recipes: [] });
  await page.locator('header .title + .button').click();
  await shoot(page, '56-no-recipe');
  await page.locator('header .button').first().click();
  await page.locator('header .title ~ .button').nth(1).click();
  await tab(1);
  await shoot(page, '57-no-run');
  await page.locator('header .button').first().click();
  await page.locator('header .end button').first().click();
  await page.locator('#person-name').waitFor();
  await shoot(page, '58-first-manager');
  await page.keyboard.press('Escape');
  await page.evaluate(() => window.fake.emit('menu.command', 'show-diagnostics'));
  await page.locator('aside section').nth(1).locator('.button').click();
  await page.locator('.contents').waitFor();
  await page.locator('aside section').nth(2).locator('.button').first().click();
  await page.locator('aside [role=status] .main').click();
  await page.locator('pre').waitFor();
  await page.locator('pre').scrollIntoViewIfNeeded();
  await shoot(page, '59-update');
  await page.context().close();

  const people: FakeSettings['people'] = [
    { name: 'Mia Schneider', role: 'manager', pin: '739216' },
    { name: 'Ana Torres', role: 'operator', pin: '4812' },
  ];
  page = await open({ ...settings, people, idleMinutes: 5 });
  await page.locator('[role=radio], input[type=radio]').nth(1).focus();
  await page.keyboard.press(' ');
  await page.keyboard.press('Enter');
  await page.keyboard.type('9999');
  await page.keyboard.press('Enter');
  await calm(page);
  await shoot(page, '60-wrong-pin');
  await page.keyboard.type('4812');
  await page.keyboard.press('Enter');
  await page.locator('.drop').waitFor();
  await page.locator('header .end button').first().click();
  await page.locator('dialog .wrap .button').last().click();
  await shoot(page, '61-own-pin');
  await page.context().close();
}
