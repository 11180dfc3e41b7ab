// Recipes, proposals, the tour, languages: node test/renderer/guided.e2e.ts
// Runs in Node, in Debian's Chromium with a made-up main process; any console error, policy violation or outside request fails it.
import assert from 'node:assert/strict';
import { USUAL_PREFERENCES } from '../../electron/common/preferences.ts';
import { beginSuite, calls, leave, press, until } from './operate.ts';
import { finished, filterCounts } from './reading.ts';

const { step, open, end } = await beginSuite('guided page');

const page = await open({
  totals: { nuts: 200 },
  batch: 100,
  preferences: { ...USUAL_PREFERENCES, language: 'en' },
});

await step('a new recipe: words and photographs, heat maps, thresholds, a name', async () => {
  await page.getByRole('button', { name: 'Recipes' }).click();
  await page.getByText('There is none yet').waitFor();
  await page.getByRole('button', { name: 'New recipe' }).click();
  await page.getByRole('button', { name: /Open folder/ }).click();
  await page.locator('li', { hasText: '/photographs/nuts' }).waitFor();
  await page.getByLabel('What is the part?').fill('metal nut');
  await press(page, 'Enter');
  await finished(page, '200 parts inspected');
  await page.getByRole('button', { name: 'Give it a name' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Name').fill('Nuts M8');
  await sheet.getByLabel('Why').fill('first trial');
  await sheet.getByText('“Nuts M8” calls parts good below 0.420').waitFor();
  await press(page, 'Enter');
  await page.getByText('“Nuts M8”, version 1, is kept.').first().waitFor();
  const [saved] = (await calls(page, 'recipe.save')) as [{ settings: { product: string } }];
  assert.equal(saved.settings.product, 'metal nut');
});

await step('the tour comes once, points at each place, and ends by key', async () => {
  const tour = page.getByRole('dialog');
  await tour.getByText('1 of 5').waitFor();
  for (let i = 2; i <= 5; i++) {
    await press(page, 'Enter');
    await tour.getByText(`${i} of 5`).waitFor();
  }
  await press(page, 'Enter');
  await until('over', async () => (await tour.count()) === 0);
  const [kept] = (await calls(page, 'preferences.save')).slice(-1) as [{ tourSeen: boolean }];
  assert.equal(kept.tourSeen, true);
});

await step('thresholds are proposed from scores and marks, set by one press, set back by undo', async () => {
  await page.getByLabel('Sort').selectOption('score');
  await page.getByRole('listbox').focus();
  await press(page, 'Home', 'k', 'End');
  await page.getByRole('button', { name: 'Proposals' }).click();
  await page.getByRole('button', { name: 'About 5 % to review' }).click();
  await page.getByText('Saved. Nothing is inspected again.').waitFor();
  const waiting = (await filterCounts(page)).review;
  assert.ok(waiting >= 9 && waiting <= 12, `${waiting} wait`);
  await page.getByRole('button', { name: 'No known defect missed' }).click();
  await until('just below the one NG', async () => (await filterCounts(page)).good > 190);
  await page.getByRole('listbox').focus();
  await press(page, 'Escape', 'u');
  await until('set back', async () => (await filterCounts(page)).review === waiting);
});

await step(
  'a run from a recipe: its words, a lot; moved thresholds become version 2, said beforehand',
  async () => {
    await page.getByRole('button', { name: 'Runs' }).click();
    await page.getByRole('button', { name: /Open folder/ }).click();
    await page.locator('li', { hasText: '/photographs/nuts' }).waitFor();
    await page.getByLabel('Recipe', { exact: true }).selectOption({ index: 1 });
    await page.getByLabel('Lot').fill('4711');
    await press(page, 'Enter');
    await finished(page, '200 parts inspected');
    const started = (await calls(page, 'run.start')).at(-1);
    assert.deepEqual(started, { inputs: ['/photographs/nuts'], lot: '4711', recipe: { recipeId: 1 } });
    const slider = page.getByRole('slider', { name: 'Review threshold' });
    await slider.focus();
    await press(page, 'ArrowLeft', 'ArrowLeft');
    await page.getByText('Saved. Nothing is inspected again.').waitFor();
    await page.getByRole('button', { name: 'Keep in “Nuts M8”' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByText('What changes: Review from 0.420 → 0.400.').waitFor();
    await sheet.getByText(/Of the \d+ parts here: \d+ from good to review\./).waitFor();
    await sheet.getByLabel('Why').fill('fewer escapes');
    await press(page, 'Enter');
    await page.getByText('“Nuts M8”, version 2, is kept.').first().waitFor();
  },
);

await step('versions are compared; a recipe is copied, written to a file and read from one', async () => {
  await page.getByRole('button', { name: 'Runs' }).click();
  await page.getByRole('button', { name: 'Recipes' }).click();
  await page.getByLabel('Compare with').selectOption('1');
  await page.locator('tr.differs', { hasText: '0.420' }).waitFor();
  assert.equal(await page.locator('tr.differs').count(), 1);
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await press(page, 'Enter');
  await page.getByRole('heading', { name: 'Nuts M8 (copy)' }).waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByText('Written to /home/ana/Nuts M8 (copy).loupe-recipe.json').first().waitFor();
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByRole('heading', { name: 'From line 2' }).waitFor();
});

await step('another language at once, and after a restart; numbers are written its way', async () => {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('dialog').getByLabel('Language').selectOption('de');
  await page.getByRole('dialog').getByRole('heading', { name: 'Einstellungen' }).waitFor();
  await press(page, 'Escape');
  await page.getByRole('cell', { name: '0,400' }).waitFor();
  await page.waitForTimeout(300);
  await page.reload();
  await page.getByRole('listbox', { name: 'Teile' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  for (const [language, words] of [
    ['es', 'Piezas'],
    ['zh', '零件'],
    ['ja', '部品'],
  ] as const) {
    await press(page, 'p');
    await page.locator('dialog select').selectOption(language);
    await press(page, 'Escape');
    await page.getByRole('listbox', { name: words }).waitFor();
  }
});

await step('high contrast by choice, and when the system wishes it', async () => {
  await press(page, 'p');
  await page.locator('dialog [aria-pressed]').nth(2).click();
  await press(page, 'Escape');
  await until('closed', async () => (await page.locator('dialog').count()) === 0);
  const theme = (): Promise<string | undefined> =>
    page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), 'contrast');
  await press(page, 'p');
  await page.locator('dialog [aria-pressed]').nth(3).click();
  await press(page, 'Escape');
  await until('closed', async () => (await page.locator('dialog').count()) === 0);
  await until('as the system', async () => (await theme()) !== 'contrast');
  await page.emulateMedia({ contrast: 'more' });
  await until('more contrast', async () => (await theme()) === 'contrast');
  await page.emulateMedia({ forcedColors: 'active' });
  assert.equal(await theme(), 'contrast');
});
await leave(page);

await end();
