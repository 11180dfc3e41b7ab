// Takes screenshots of every screen with real photographs, for eyes: node test/renderer/look.ts <folder in MVTec layout> <output folder>
// Runs in Node with Debian's Chromium. The photographs are read where they are and never copied.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { buildPage, openPage, PAGE_FOLDER, startBrowser } from './browser.ts';
import { folderMedia } from './media.ts';
import { servePage } from './server.ts';

const [root, out] = process.argv.slice(2);
if (root === undefined || out === undefined)
  throw new Error('usage: look.ts <folder in MVTec layout> <output folder>');
mkdirSync(out, { recursive: true });

const { media, catalogue } = await folderMedia(root);
const only = process.env.ONLY?.split(',');
await buildPage();
const server = await servePage(PAGE_FOLDER, media);
const browser = await startBrowser();

const product = (root.split('/').filter(Boolean).at(-1) ?? 'part').replaceAll('_', ' ');
const earlier = [
  { product: 'hazelnut', source: 'tray 17', total: 2000, state: 'done' as const, done: 2000 },
  { product: 'metal nut', source: 'lot 4711-A', total: 1200, state: 'interrupted' as const, done: 412 },
  { product: 'leather', source: 'IMG_0142.jpg, IMG_0143.jpg', total: 2, state: 'done' as const, done: 2 },
];
const samples = [
  { title: 'Hazelnuts', product: 'hazelnut', folder: '/samples/hazelnut' },
  { title: 'Steel strip', product: 'steel strip', folder: '/samples/steel' },
  { title: 'Leather', product: 'leather', folder: '/samples/leather' },
];

for (const [width, height] of [
  [1280, 800],
  [1920, 1080],
] as const) {
  const shoot = async (page: Page, name: string): Promise<void> => {
    if (only !== undefined && !only.some((part) => `${width}-${name}`.includes(part))) return;
    await page.waitForLoadState('networkidle', { timeout: 20_000 }).catch(() => undefined);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(out, `${width}-${name}.png`) });
  };
  const first = await openPage(browser, server.origin, { samples }, { width, height });
  await shoot(first.page, '01-first-start');
  await first.page.context().close();

  const settings = { samples, earlier, catalogue, batch: 2, every: 100 };
  const { page, complaints } = await openPage(browser, server.origin, settings, { width, height });
  await shoot(page, '02-start');
  await page.getByText('Open folder').click();
  await page.getByLabel('What is the part?').fill(product);
  await shoot(page, '03-chosen');
  await page.getByRole('button', { name: 'Inspect' }).click();
  await page.waitForTimeout(1500);
  await shoot(page, '04-running');
  await page.getByText('inspected').first().waitFor();
  await page.keyboard.press('ArrowRight');
  await shoot(page, '05-done');
  await page.keyboard.press('2');
  await page.waitForTimeout(200);
  for (const key of ['j', 'k', 'j']) await page.keyboard.press(key);
  await shoot(page, '06-review');
  await page.keyboard.press('1');
  await page.getByLabel('Sort').selectOption('score');
  await page.locator('[data-handle=review]').focus();
  for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft');
  await shoot(page, '07-thresholds');
  await page.waitForTimeout(600);
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await shoot(page, '08-part');
  await page.mouse.move(width * 0.33, height * 0.5);
  await page.keyboard.press('z');
  await page.mouse.move(width * 0.33 + 4, height * 0.5);
  await shoot(page, '09-hottest');
  await page.keyboard.press('0');
  await page.keyboard.press('.');
  await shoot(page, '09b-region');
  await page.keyboard.press('0');
  await page.keyboard.press('s');
  await shoot(page, '10-side');
  await page.keyboard.press('s');
  await page.keyboard.press('Escape');
  await page.keyboard.press('5');
  await shoot(page, '11-failed-list');
  await page.keyboard.press('Enter');
  await shoot(page, '12-failed-part');
  await page.keyboard.press('Escape');
  await page.keyboard.press('1');
  await page.keyboard.press('?');
  await shoot(page, '13-keys');
  await page.keyboard.press('Escape');
  await page.keyboard.press('p');
  await shoot(page, '13b-settings');
  await page.keyboard.press('Escape');
  await page.getByRole('listbox').focus();
  for (const key of ['Home', 'Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
  await shoot(page, '13c-several');
  await page.keyboard.press('d');
  await page.getByLabel('Another kind').fill('crack');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Home');
  await page.keyboard.press('d');
  await shoot(page, '13d-kind');
  await page.keyboard.press('Escape');
  await page.getByLabel(/Appearance/).click();
  await shoot(page, '14-light-grid');
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await shoot(page, '15-light-part');
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    window.fake.failNext('part.verdict', { code: 'history.write_failed', params: { reason: 'SQLITE_FULL' } });
    window.fake.emit('service.trouble', {
      service: 'inference',
      error: { code: 'service.died', params: { service: 'inference', reason: 'exit code 9' } },
      fatal: false,
    });
  });
  await page.keyboard.press('j');
  await shoot(page, '16-light-errors');
  await page.getByRole('button', { name: 'Runs' }).click();
  await shoot(page, '17-light-start');
  await page.getByRole('button', { name: 'Recipes' }).click();
  await shoot(page, '18-light-recipes-none');
  await page.getByRole('button', { name: 'New recipe' }).click();
  await shoot(page, '19-light-new-recipe');
  await page.keyboard.press('Escape');
  await page.getByLabel(/Appearance/).click();
  await page.getByRole('button', { name: 'Give it a name' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Nuts from tray 3');
  await page.getByRole('dialog').getByLabel('Why').fill('first trial with the new lamp');
  await shoot(page, '20-contrast-keep');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await shoot(page, '21-contrast-grid');
  await page.getByRole('button', { name: 'Proposals' }).click();
  await shoot(page, '22-contrast-proposals');
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await shoot(page, '23-contrast-part');
  await page.keyboard.press('Escape');
  await page.keyboard.press('p');
  await page.locator('dialog [aria-pressed]').first().click();
  await page.getByRole('button', { name: 'Show the tour' }).click();
  await shoot(page, '24-tour');
  await page.keyboard.press('Escape');
  for (const language of ['de', 'es', 'ja']) {
    await page.keyboard.press('p');
    await page.locator('dialog select').selectOption(language);
    await page.locator(`html[lang=${language}]`).waitFor();
    await shoot(page, `25-${language}-settings`);
    await page.keyboard.press('Escape');
    await shoot(page, `26-${language}-grid`);
    await page.keyboard.press('Enter');
    await shoot(page, `27-${language}-part`);
    await page.keyboard.press('Escape');
  }
  await page.locator('header .button').first().click();
  await shoot(page, '28-ja-start');
  await page.locator('header .button').first().click();
  await shoot(page, '29-ja-recipe');
  if (complaints.length > 0) console.log(complaints);
  await page.context().close();
}
await browser.close();
await server.close();
