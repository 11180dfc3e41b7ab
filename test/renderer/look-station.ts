// Takes screenshots of what surrounds judging, for eyes: node test/renderer/look-station.ts <folder in MVTec layout> <output folder>
// Runs in Node with Debian's Chromium. The photographs are read where they are and never copied.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES, type Language, type Preferences } from '../../electron/common/preferences.ts';
import { buildPage, openPage, PAGE_FOLDER, startBrowser } from './browser.ts';
import { folderMedia } from './media.ts';
import { servePage } from './server.ts';

const [root, out] = process.argv.slice(2);
if (root === undefined || out === undefined)
  throw new Error('usage: look-station.ts <folder in MVTec layout> <output folder>');
mkdirSync(out, { recursive: true });
const { media, catalogue } = await folderMedia(root);
const FOLDER = `${PAGE_FOLDER}-station`;
await buildPage(FOLDER);
const server = await servePage(FOLDER, media);
const browser = await startBrowser();
const THEMES = ['dark', 'light', 'contrast'] as const;
const wanted = (process.env.LOOK_LANGUAGES?.split(',') ?? ['en', 'de']) as Language[];

const recipes = [
  { name: 'Nuts, tray 3', product: 'metal nut' },
  { name: 'Leather, black, roll 17', product: 'leather' },
];
const earlier = Array.from({ length: 6 }, (_, i) => ({
  ...{ product: i % 2 ? 'hazelnut' : 'metal nut', source: `tray ${17 + i}`, total: catalogue.length },
  ...{ state: i === 1 ? ('interrupted' as const) : ('done' as const), done: i === 1 ? 5 : catalogue.length },
}));
for (const language of wanted.filter((one) => LANGUAGES.includes(one)))
  for (const [i, theme] of THEMES.entries())
    for (const [width, height] of [
      [1280, 800],
      [1920, 1080],
    ] as const) {
      const preferences: Preferences = {
        ...{ language, autoAdvance: true, twoStage: false, askKind: false },
        ...{ defectKinds: ['scratch'], keys: {}, tourSeen: true },
      };
      const settings = { preferences, recipes, earlier, catalogue, batch: 4, every: 40 };
      const { page, complaints } = await openPage(browser, server.origin, settings, { width, height });
      const shoot = async (name: string): Promise<void> => {
        await page.waitForTimeout(400);
        await page.screenshot({ path: join(out, `${language}-${theme}-${width}-${name}.png`) });
      };
      await page.locator(`html[lang^=${language}]`).waitFor();
      for (let n = 0; n < i; n++) await page.locator('header .end .square').last().click();
      await shoot('1-start');
      await page.locator('.drop button').first().click();
      await page.locator('#recipe').selectOption('1');
      await page.locator('#watch').selectOption('all');
      await shoot('2-chosen');
      await page.locator('form button.main').click();
      await page.locator('[role=option]').first().waitFor();
      await page.waitForTimeout(1500);
      await shoot('3-watching');
      await page.locator('.status .button').first().click();
      await shoot('4-paused');
      await page.locator('header .button').first().click();
      await page.locator('header .title + .button').click();
      await page.locator('#recipe-title').waitFor();
      await shoot('5-recipe');
      await page.locator('section header .button').nth(1).click();
      await page.locator('#edit-method').selectOption('base');
      await page.locator('#edit-sigma').fill('12');
      await page.locator('dialog .switch').click();
      await shoot('6-change');
      await page.keyboard.press('Escape');
      if (complaints.length > 0) throw new Error(complaints.join('\n'));
      await page.context().close();
    }
await browser.close();
await server.close();
