// For everybody: names, roles, sizes, contrast, axe in three themes: node test/renderer/accessible.e2e.ts
// Runs in Node, in Debian's Chromium with a made-up main process; any console error, policy violation or outside request fails it.
import assert from 'node:assert/strict';
import { USUAL_PREFERENCES } from '../../electron/common/preferences.ts';
import type { Page } from 'playwright-core';
import { beginSuite, leave, press, until } from './operate.ts';
import { finished, samples } from './reading.ts';

/** PAGE_LOOK=<folder> takes pictures of the screens that axe looks at. */
const { PAGE_LOOK: look } = process.env;
const { step, open, shoot, end } = await beginSuite('accessible page', { look });

const check = async (page: Page, where: string): Promise<void> => {
  await step(`${where}: every control is at least 44 px high and has a name`, async () => {
    const bad = await page.evaluate(() => {
      const controls = 'button, input, select, textarea, [role=slider], [role=switch]';
      return [...document.querySelectorAll<HTMLElement>(controls)].flatMap((element) => {
        const { width, height } = element.getBoundingClientRect();
        if (width === 0) return [];
        const label = (element as HTMLInputElement).labels?.[0]?.textContent;
        const name = element.getAttribute('aria-label') ?? label ?? element.textContent;
        const small = height < 44 || (element.tagName === 'BUTTON' && width < 44);
        return small || name.trim() === '' ? [`${element.outerHTML.slice(0, 90)} ${width}×${height}`] : [];
      });
    });
    assert.deepEqual(bad, []);
  });
  await shoot(page, where.replaceAll(/\W+/g, '-'));
};

const judged = { 0: 'ok', 1: 'ok', 2: 'ng', 3: 'ng' } as const;
const earlier = [
  { product: 'metal nut', source: 'lot 7', total: 60, state: 'done' as const, done: 60 },
  { product: 'washer', source: 'lot 8', total: 90, state: 'interrupted' as const, done: 41 },
];
const recipes = [{ name: 'Nuts M8', product: 'metal nut' }];
let page = await open({ samples, judged, recipes, earlier, totals: { nuts: 60 }, batch: 60 });
const dialog = page.getByRole('dialog');
const shut = async (): Promise<void> => {
  await press(page, 'Escape');
  await until('shut', async () => (await dialog.count()) === 0);
};

await check(page, 'start screen');
await page.getByRole('button', { name: /Open folder/ }).click();
await page.getByLabel('What is the part?').fill('metal nut');
await check(page, 'start screen with photographs');
await press(page, 'Enter');
await finished(page, '60 parts inspected');
await page.getByRole('listbox').focus();
await press(page, 'Home', 'j');
await check(page, 'grid');
await press(page, 'Home', 'Shift+ArrowRight', 'Shift+ArrowRight');
await check(page, 'several parts');
await press(page, 'Escape', 'Home', 'Enter');
await page.waitForTimeout(500);
await check(page, 'part');
await press(page, 's');
await check(page, 'part side by side');
await press(page, 's', 'r');
await page
  .getByText(/Accepted|reference/i)
  .first()
  .waitFor();
await check(page, 'part and reference');
await press(page, 'r', 'Escape', '5', 'Enter');
await check(page, 'failed part');
await press(page, 'Escape', '1', '?');
await check(page, 'keys');
await shut();
await press(page, 'p');
await check(page, 'settings');
await shut();
await page.evaluate(() => window.fake.emit('menu.command', 'show-about'));
await check(page, 'about');
await shut();
await press(page, 'd');
await check(page, 'kind of defect');
await shut();
await press(page, 'm');
await check(page, 'comment');
await shut();
await page.getByRole('button', { name: 'Proposals' }).click();
await check(page, 'proposals');
await page.getByRole('listbox').focus();
await press(page, 'Escape');
await page.getByRole('button', { name: 'Keep as recipe' }).click();
await check(page, 'keeping a recipe');
await shut();
await page.evaluate(() => {
  const error = { code: 'service.died', params: { service: 'inference', reason: 'exit 9' } };
  window.fake.emit('service.trouble', { service: 'inference', error, fatal: false });
  window.fake.failNext('part.verdict', { code: 'history.write_failed', params: { reason: 'SQLITE_FULL' } });
});
await press(page, 'j');
await page.getByRole('alert').getByText('Free space on the disk').waitFor();
await check(page, 'errors');
const dismiss = page.getByRole('button', { name: 'Dismiss' });
while ((await dismiss.count()) > 0) await dismiss.first().click();
await page.evaluate(() => {
  window.print = () => document.body.setAttribute('data-printed', 'yes');
  window.fake.emit('menu.command', 'print');
});
await page.locator('body[data-printed]').waitFor({ state: 'attached' });
await page.emulateMedia({ media: 'print' });
await shoot(page, 'printed-grid');
await page.emulateMedia({ media: 'screen' });
await page.getByRole('button', { name: 'Runs' }).click();
await page.getByRole('button', { name: 'Recipes' }).click();
await page.getByRole('heading', { name: 'Nuts M8' }).waitFor();
await check(page, 'a recipe');
await page.getByRole('button', { name: 'Change' }).click();
await dialog.waitFor();
await check(page, 'changing a recipe');
await shut();
await page.getByRole('button', { name: 'New recipe' }).click();
await check(page, 'a new recipe');
await leave(page);

const preferences = { ...USUAL_PREFERENCES, language: 'en' as const, defectKinds: ['scratch'] };
page = await open({ preferences, earlier });
await page.getByText('lot 8').click();
await page.getByRole('listbox').waitFor();
await check(page, 'an interrupted run');
await press(page, 'p');
await page.getByRole('button', { name: 'Show the tour' }).click();
await page.getByText('1 of 5').waitFor();
await check(page, 'tour');
await leave(page);

page = await open({ preferences: { ...preferences, tourSeen: true }, earlier, recipes });
await step(
  'the keys are never lost: after a sheet, on a new screen, and when a button had its work to do',
  async () => {
    const holds = (what: string): Promise<void> =>
      until(`${what} has the keys`, () =>
        page.evaluate((name) => {
          const at = document.activeElement;
          return (
            at !== document.body && (at?.getAttribute('aria-label') ?? at?.textContent ?? '').includes(name)
          );
        }, what),
      );
    await page.getByText('lot 7').click();
    await page.locator('[role=option]').first().waitFor();
    await page.getByRole('listbox').focus();
    await press(page, 'Home', 'Enter');
    await holds('Selected part');
    for (const key of ['d', 'm', 'a', 'i']) {
      await press(page, key);
      await page.getByRole('dialog').waitFor();
      await press(page, 'Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await holds('Selected part');
    }
    await page.getByRole('button', { name: 'Runs' }).focus();
    await press(page, 'Enter');
    await holds('Open folder');
    await page.getByRole('button', { name: 'Recipes' }).focus();
    await press(page, 'Enter');
    await holds('New recipe');
    await page.getByRole('button', { name: 'Export' }).focus();
    await press(page, 'Enter');
    await page.getByText('Written to').first().waitFor();
    await holds('Export');
  },
);
await leave(page);

page = await open({});
await check(page, 'first start without samples');
await page.getByRole('button', { name: 'Recipes' }).click();
await check(page, 'no recipes');
await leave(page);

await end();
