// What surrounds judging, in Debian's Chromium with a made-up main process: watched folders, recipes by name, number and scan,
// changing a recipe, what is found again after a restart, the menu's words, paper, and what a screen reader is told.
// Runs in Node: node test/renderer/sources.e2e.ts
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Preferences } from '../../electron/common/preferences.ts';
import { accessibilityFaults } from './accessible.ts';
import { beginSuite, calls, leave, until } from './operate.ts';

const { step, open, end } = await beginSuite('sources-page');

const newest = async (page: Page, channel: string): Promise<unknown> => (await calls(page, channel)).at(-1);
const cells = (page: Page) => page.locator('[role=option]');
const status = (page: Page): Promise<string> => page.locator('.status').innerText();
/** As a scanner does: in one go. */
const scan = (page: Page, code: string): Promise<void> =>
  page.evaluate(
    (keys) => {
      for (const key of keys) {
        const target = document.activeElement ?? document.body;
        const how = { key, bubbles: true, cancelable: true };
        target.dispatchEvent(new KeyboardEvent('keydown', how));
        target.dispatchEvent(new KeyboardEvent('keyup', how));
      }
    },
    ['$', ...code.split(/(?=.)/u), 'Enter'],
  );

const PREFERENCES: Preferences = {
  ...{ language: 'en', autoAdvance: true, twoStage: false, askKind: false },
  ...{ defectKinds: [], keys: {}, tourSeen: true },
};
const recipes = [
  { name: 'Nuts, tray 3', product: 'metal nut' },
  { name: 'Leather', product: 'leather' },
];

// ---- A watched folder.
{
  const page = await open({ totals: { nuts: 3 }, every: 30 });

  await step('a folder is watched: words, choice, start', async () => {
    await page.getByRole('button', { name: 'Open folder' }).click();
    await page.getByLabel('What is the part?').fill('metal nut');
    await page.getByLabel('Which photographs').selectOption('all');
    await page.getByText('never changed').waitFor();
    await page.getByLabel('Lot').fill('4711');
    await page.keyboard.press('Enter');
    await page.getByRole('listbox').waitFor();
    assert.deepEqual(await calls(page, 'run.start'), [
      { inputs: ['/photographs/nuts'], product: 'metal nut', lot: '4711', watch: 'all' },
    ]);
  });

  await step('says that it waits, without a bar that promises an end', async () => {
    await page.locator('.status').getByText('Waiting for photographs').waitFor();
    assert.match(await status(page), /3 parts inspected/);
    assert.equal(await page.getByRole('progressbar').count(), 0);
  });

  await step('shows what comes, the newest first, and tells it aloud', async () => {
    await page.evaluate(() => window.fake.arrive(2));
    await until('five are inspected', async () => (await status(page)).includes('5 parts inspected'));
    const first = cells(page).first();
    await until('the newest is first', async () => (await first.innerText()).includes('part_000004'));
    assert.equal(await page.getByLabel('Sort').inputValue(), 'newest');
  });

  await step('pauses, lets what comes wait, and goes on', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.status').getByText('Paused').waitFor();
    assert.deepEqual(await newest(page, 'run.pause'), { runId: 1, paused: true });
    await page.evaluate(() => window.fake.arrive(1));
    await until('one waits', async () => (await status(page)).includes('5 of 6 parts'));
    await until('what waits on the screen is asked for first', async () => {
      const asked = (await newest(page, 'run.look')) as { seqs: number[] } | undefined;
      return asked?.seqs.join() === '5';
    });
    await page.getByRole('button', { name: 'Go on' }).click();
    await until('it is inspected', async () => (await status(page)).includes('6 parts inspected'));
    assert.deepEqual(await newest(page, 'run.pause'), { runId: 1, paused: false });
  });

  await step('the menu pauses too', async () => {
    await page.evaluate(() => window.fake.emit('menu.command', 'pause-run'));
    await page.locator('.status').getByText('Paused').waitFor();
    await page.evaluate(() => window.fake.emit('menu.command', 'pause-run'));
    await page.locator('.status').getByText('Waiting for photographs').waitFor();
  });

  await leave(page);
}

{
  const page = await open({ totals: { nuts: 0 }, every: 600_000 });
  await step('an empty folder is no error: the screen says what it waits for', async () => {
    await page.getByRole('button', { name: 'Open folder' }).click();
    await page.getByLabel('What is the part?').fill('metal nut');
    await page.getByLabel('Which photographs').selectOption('new');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Waiting for photographs' }).waitFor();
    await page.getByText('What arrives in “nuts” is inspected').waitFor();
    await page.evaluate(() =>
      window.fake.emit('run.progress', {
        ...{ runId: 1, state: 'running', stage: '', total: 0, scored: 0, failed: 0, rate: 0 },
        ...{ remaining: null, resting: 'unreachable' },
      }),
    );
    await page.locator('.status').getByText('The folder is out of reach').waitFor();
  });

  await step('stopping ends the watch, and it can be taken up again', async () => {
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('.status').getByText('No longer watching').waitFor();
    await until('the session is kept', async () =>
      (await calls(page, 'session.save')).some((saved) => (saved as { runId: number | null }).runId === 1),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Watch again' }).click();
    await page.getByRole('heading', { name: 'Waiting for photographs' }).waitFor();
  });
  await leave(page);
}

// ---- Recipes by name, number and scanned code.
{
  const page = await open({ recipes, totals: { nuts: 60 } });

  await step('a recipe is chosen by its name in any case, and by its number', async () => {
    const pick = page.getByLabel('Name or number of a recipe');
    await pick.fill('leATHer');
    await pick.press('Enter');
    assert.equal(await page.getByLabel('Recipe', { exact: true }).inputValue(), '2');
    await pick.fill('1');
    await pick.press('Enter');
    assert.equal(await page.getByLabel('Recipe', { exact: true }).inputValue(), '1');
    assert.deepEqual(await calls(page, 'run.start'), []);
  });

  await step('an unknown name says so, changes nothing, and is cleared by Escape', async () => {
    const pick = page.getByLabel('Name or number of a recipe');
    await pick.fill('wood');
    await pick.press('Enter');
    await page.getByText('No recipe has the name or number “wood”.').waitFor();
    assert.equal(await page.getByLabel('Recipe', { exact: true }).inputValue(), '1');
    await pick.press('Escape');
    assert.equal(await pick.inputValue(), '');
    assert.equal(await page.getByText('No recipe has').count(), 0);
  });

  await step('a scanned code chooses a recipe; another one is the lot; both can be undone', async () => {
    await scan(page, 'Leather');
    await page.locator('.scanned').getByText('Recipe “Leather” chosen').waitFor();
    assert.equal(await page.getByLabel('Recipe', { exact: true }).inputValue(), '2');
    await page.getByRole('button', { name: 'Undo' }).click();
    assert.equal(await page.getByLabel('Recipe', { exact: true }).inputValue(), '1');
    await scan(page, 'R2');
    assert.equal(await page.getByLabel('Recipe', { exact: true }).inputValue(), '2');
    await scan(page, 'LOT-0815');
    assert.equal(await page.getByLabel('Lot').inputValue(), 'LOT-0815');
    await page.getByRole('button', { name: 'Undo' }).click();
    assert.equal(await page.getByLabel('Lot').inputValue(), '');
  });

  await step('what is typed by hand is never a scan, in a field or outside', async () => {
    await page.getByLabel('Lot').focus();
    await page.keyboard.type('a$b', { delay: 200 });
    await until('all was typed', async () => (await page.getByLabel('Lot').inputValue()) === 'a$b');
    await page.getByLabel('Lot').fill('');
  });

  await step('in a run a code finds the part, whatever is filtered, and judges nothing', async () => {
    await page.getByRole('button', { name: 'Open folder' }).click();
    await page.getByLabel('Recipe', { exact: true }).selectOption('1');
    await page.getByRole('button', { name: 'Inspect', exact: true }).click();
    await page.locator('.status').getByText('60 parts inspected').waitFor();
    await page.keyboard.press('3');
    await scan(page, 'part_000017');
    assert.match(await page.locator('#part-title').innerText(), /part_000017/);
    assert.deepEqual(await calls(page, 'part.verdict'), []);
    await page.keyboard.press('Escape');
  });

  await step('a code that nobody knows is an error with a remedy, gone with the next good one', async () => {
    await scan(page, 'jkl-nothing');
    await page.getByText('Nothing here is called "jkl-nothing"').waitFor();
    await scan(page, 'part_000001');
    assert.equal(await page.getByText('Nothing here is called').count(), 0);
    assert.match(await page.locator('#part-title').innerText(), /part_000001/);
    assert.deepEqual(await calls(page, 'part.verdict'), []);
  });

  await step('in a run the name of a recipe leads to the next inspection with it', async () => {
    await scan(page, 'nuts, TRAY 3');
    await page.locator('.scanned').getByText('Recipe “Nuts, tray 3” chosen').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('listbox').or(page.locator('.part-view')).first().waitFor();
  });
  await leave(page);
}

// ---- Changing a recipe.
{
  const page = await open({ recipes });
  await step('a recipe is changed as a new version with a reason, and what follows is said', async () => {
    await page.getByRole('button', { name: 'Recipes' }).click();
    await page.getByRole('button', { name: 'Nuts, tray 3' }).click();
    await page.getByRole('button', { name: 'Change' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByText('Nothing is changed yet.').waitFor();
    await sheet.getByLabel('Method').selectOption('base');
    await sheet.getByText('The thresholds 0.420 and 0.620 were set for the old ones').waitFor();
    await sheet.getByLabel('Smoothing').fill('12');
    await sheet.getByLabel('Tiles').selectOption('1,2,4');
    await sheet.getByRole('switch', { name: 'Own heat scale' }).click();
    await sheet.getByLabel('From').fill('0.5');
    await sheet.getByText('The scale needs two numbers').waitFor();
    await sheet.getByLabel('To').fill('0.9');
    await sheet.getByText('Heat maps get other colours').waitFor();
    const keep = sheet.getByRole('button', { name: 'Keep as version 2' });
    assert.ok(await keep.isDisabled(), 'a reason is needed');
    await sheet.getByLabel('Why').fill('small scratches');
    await keep.click();
    await sheet.waitFor({ state: 'detached' });
    const saved = (await newest(page, 'recipe.save')) as { settings: Record<string, unknown> };
    assert.deepEqual(
      { ...saved, settings: undefined },
      { recipeId: 1, basedOn: 1, reason: 'small scratches', settings: undefined },
    );
    const { method, sigma, scales, heat } = saved.settings;
    assert.deepEqual(
      { method, sigma, scales, heat },
      {
        ...{ method: 'base', sigma: 12, scales: [1, 2, 4], heat: { lo: 0.5, hi: 0.9 } },
      },
    );
    await page.getByText('Also tiles, 2× and 4×').waitFor();
  });

  await step('SDP+ is not offered without a head, and Escape leaves everything as it was', async () => {
    await page.getByRole('button', { name: 'Change' }).click();
    const sheet = page.getByRole('dialog');
    assert.ok(await sheet.locator('option[value="sdp+"]').first().isDisabled());
    await sheet.getByLabel('Words').fill('gear');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    assert.ok(await page.getByRole('heading', { name: 'Nuts, tray 3' }).isVisible(), 'the screen stays');
    assert.equal((await calls(page, 'recipe.save')).length, 1);
  });
  await leave(page);
}

// ---- Everything found again.
{
  const earlier = [{ product: 'nut', source: 'tray', total: 120, state: 'done' as const, done: 120 }];
  const page = await open({ earlier, judged: { 3: 'ng', 5: 'ok', 8: 'ng' } });
  await step('filter, verdict, search, sort and size are found again after a restart', async () => {
    await page.getByRole('button', { name: /nut.*tray/s }).click();
    await page.getByRole('listbox').waitFor();
    await page.getByLabel('Judged').selectOption('ng');
    await page.getByLabel('Sort').selectOption('newest');
    await page.getByLabel('Find by name').fill('part_00000');
    await page.getByLabel('Size of the photographs').fill('240');
    await until('two are left', async () => (await cells(page).count()) === 2);
    await until('it was saved', async () => {
      const saved = (await newest(page, 'session.save')) as
        { search?: string; cellSize?: number } | undefined;
      return saved?.search === 'part_00000' && saved.cellSize === 240;
    });
    await page.reload();
    await page.getByRole('listbox').waitFor();
    await until('two are left again', async () => (await cells(page).count()) === 2);
    assert.equal(await page.getByLabel('Judged').inputValue(), 'ng');
    assert.equal(await page.getByLabel('Find by name').inputValue(), 'part_00000');
    assert.equal(await page.getByLabel('Sort').inputValue(), 'newest');
    assert.equal(await page.getByLabel('Size of the photographs').inputValue(), '240');
    const shownNames = await cells(page).allInnerTexts();
    assert.match(shownNames[0] ?? '', /part_000008/);
  });

  await step('another run begins with all its parts', async () => {
    await page.getByRole('button', { name: 'Runs' }).click();
    await page.getByRole('button', { name: /nut.*tray/s }).click();
    assert.equal(await page.getByLabel('Find by name').inputValue(), '');
    assert.equal(await page.getByLabel('Judged').inputValue(), 'any');
  });
  await leave(page);
}

{
  const earlier = ['4711', '4712', '4713', '4714', '4715'].map((source) => ({
    ...{ product: source === '4713' ? 'leather' : 'nut', source: `tray ${source}`, total: 20 },
    ...{ state: 'done' as const, done: 20 },
  }));
  const page = await open({ earlier });
  await step('earlier runs are found by part and folder', async () => {
    const find = page.getByLabel('Find a run');
    await find.fill('leath tray');
    await until('one is left', async () => (await page.locator('button.run').count()) === 1);
    await find.fill('wood');
    await page.getByText('No run has “wood”').waitFor();
    await find.fill('');
    assert.equal(await page.locator('button.run').count(), 5);
  });
  await leave(page);
}

// ---- The native menu, and paper.
{
  const earlier = [{ product: 'nut', source: 'tray', total: 40, state: 'done' as const, done: 40 }];
  const page = await open({ earlier });
  await step('the menu speaks the language of the page, at once', async () => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.locator('dialog select').selectOption('de');
    await page.locator('html[lang=de]').waitFor();
    await until('the menu is German', async () => {
      const texts = (await newest(page, 'menu.texts')) as { file: string };
      return texts.file === '&Datei';
    });
    await page.locator('dialog select').selectOption('en');
    await page.locator('html[lang=en]').waitFor();
    await page.keyboard.press('Escape');
  });

  await step('what is seen is printed, with where it comes from and the code of the history', async () => {
    await page.evaluate(() => {
      window.print = () => document.body.setAttribute('data-printed', 'yes');
    });
    await page.getByRole('button', { name: /nut.*tray/s }).click();
    await cells(page).first().waitFor();
    await page.evaluate(() => window.fake.emit('menu.command', 'print'));
    await page.locator('body[data-printed]').waitFor({ state: 'attached' });
    await page.emulateMedia({ media: 'print' });
    const head = page.locator('.print-head');
    await head.waitFor();
    const said = await head.innerText();
    for (const words of ['nut', 'Review from 0.420', '1284-9f3c-07be-51aa-e0d2', 'loupe-mini', 'Printed'])
      assert.ok(said.includes(words), `${words} in ${said}`);
    assert.equal(await page.getByRole('button').first().isVisible(), false);
    assert.ok(await cells(page).first().isVisible());
    assert.equal(
      await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
      'rgb(255, 255, 255)',
    );
    await page.emulateMedia({ media: 'screen' });
    assert.equal(await head.isVisible(), false);
  });
  await leave(page);
}

// ---- What a screen reader is told, and what eyes need, on every screen in each look.
for (const theme of ['dark', 'light', 'contrast'] as const) {
  const earlier = [{ product: 'nut', source: 'tray', total: 90, state: 'done' as const, done: 90 }];
  const page = await open({ earlier, recipes, preferences: { ...PREFERENCES, defectKinds: ['scratch'] } });
  const sound = async (screen: string): Promise<void> => {
    const faults = await accessibilityFaults(page);
    assert.deepEqual(faults, [], `${screen} in ${theme}`);
  };
  const looks = { dark: 0, light: 1, contrast: 2 };
  await step(`every screen is sound for everybody (${theme})`, async () => {
    for (let i = 0; i < looks[theme]; i++) await page.getByRole('button', { name: /Appearance/ }).click();
    await page.locator(`html[data-theme=${theme}]`).waitFor({ state: 'attached' });
    await sound('start');
    await page.getByRole('button', { name: 'Open folder' }).click();
    await page.getByLabel('Which photographs').selectOption('all');
    await sound('chosen');
    await page.getByRole('button', { name: /nut.*tray/s }).click();
    await cells(page).first().waitFor();
    await sound('grid');
    await page.keyboard.press('Enter');
    await page.locator('.part-view').waitFor();
    await sound('part');
    await page.keyboard.press('Escape');
    await page.keyboard.press('5');
    await sound('failed parts');
    await page.getByLabel('Find by name').fill('nothing has this');
    await page.getByText('No part here has').waitFor();
    await sound('nothing found');
    await page.keyboard.press('Escape');
    await page.keyboard.press('1');
    await page.keyboard.press('?');
    await sound('keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await sound('settings');
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').focus();
    await page.keyboard.press('d');
    await sound('kind of defect');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keep as recipe' }).click();
    await sound('keep as recipe');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Runs' }).click();
    await page.getByRole('button', { name: 'Recipes' }).click();
    await page.getByRole('heading', { name: 'Leather' }).waitFor();
    await sound('recipes');
    await page.getByRole('button', { name: 'Change' }).click();
    await sound('change a recipe');
    await page.keyboard.press('Escape');
  });
  await leave(page);
}

await end();
