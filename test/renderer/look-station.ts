// Takes screenshots of every screen in chosen languages and themes, for eyes: node test/renderer/look-station.ts <MVTec folder> <output>
// Runs in Node with Debian's Chromium. The photographs are read where they are and never copied. LOOK_LANGUAGES=en,de,ja LOOK_THEMES=dark
// LOOK_WIDTHS=1280 LOOK_WALKS=run,rest choose some; each set of screens also becomes sheets of small pictures.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { LANGUAGES, type Language, type Preferences } from '../../electron/common/preferences.ts';
import { KEEP_ALL } from '../../electron/common/retention.ts';
import { summarise, type Cell } from '../../electron/common/statistics.ts';
import { THEMES } from './accessible.ts';
import { buildPage, openPage, PAGE_FOLDER, startBrowser } from './browser.ts';
import type { FakeSettings } from './fake-bridge.ts';
import { walkRest } from './look-rest.ts';
import { folderMedia } from './media.ts';
import { servePage } from './server.ts';

const [root, out] = process.argv.slice(2);
if (root === undefined || out === undefined)
  throw new Error('usage: look-station.ts <folder in MVTec layout> <output folder>');
mkdirSync(out, { recursive: true });

/** Those of the variable that there are; all without it. */
const chosen = <T extends string>(variable: string, all: readonly T[]): readonly T[] => {
  const wanted = process.env[variable]?.split(',');
  return all.filter((one) => wanted?.includes(one) ?? true);
};
const SIZES = { '1280': 800, '1920': 1080 } as const;

const { media, catalogue } = await folderMedia(root);
const FOLDER = `${PAGE_FOLDER}-station`;
await buildPage(FOLDER);
const server = await servePage(FOLDER, media);
const browser = await startBrowser();

const cells: Cell[] = Array.from({ length: 14 }, (_, i) => {
  const day = `2026-11-${String(i + 5).padStart(2, '0')}`;
  const cell = { run: i + 1, lot: `L${i}`, recipe: null, day, seen: null, verdict: null, defectKind: null };
  const ng = { seen: 'reject', verdict: 'ng', defectKind: i % 3 ? 'scratch' : 'dent' } as const;
  return [
    { ...cell, machine: 'good' as const, count: 900 + 13 * i },
    { ...cell, machine: 'review' as const, count: 40 + i },
    { ...cell, machine: 'reject' as const, count: i === 9 ? 61 : 18 + ((i * 7) % 9) },
    { ...cell, ...ng, machine: 'reject' as const, count: 9 },
  ];
}).flat();
const total = catalogue.length;
const settings: Partial<FakeSettings> = {
  catalogue,
  batch: 4,
  every: 40,
  samples: [
    { title: 'Leather', product: 'leather', folder: '/samples/leather' },
    { title: 'Machined ring', product: 'machined ring', folder: '/samples/ring' },
  ],
  recipes: [
    { name: 'Nuts, tray 3', product: 'metal nut' },
    { name: 'Leather, black, roll 17', product: 'leather' },
  ],
  earlier: Array.from({ length: 6 }, (_, i) => ({
    ...{ product: i % 2 ? 'hazelnut' : 'metal nut', source: `tray ${17 + i}`, total },
    ...{ state: i === 1 ? ('interrupted' as const) : ('done' as const), done: i === 1 ? 5 : total },
  })),
  judged: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [i, i % 2 ? 'ok' : 'ng'])),
  answers: {
    'history.stats': summarise(cells, { pairs: [], blind: [], judges: [] }, 'day'),
    'history.state': {
      disk: {
        ...{ database: 297e6, backups: 890e6, media: 7100e6, maps: 5760e6, thumbnails: 1310e6 },
        ...{ training: 44e6, replaced: 0, free: 90.2e9, total: 512e9 },
      },
      ...{ code: '1284-9f3c-07be-51aa-e0d2', backupFolder: '/b', keep: 14 },
      backups: [{ path: '/b/1.db', at: '2026-11-23T06:00:00.000Z', bytes: 297e6 }],
    },
    'retention.rule': { ...KEEP_ALL, days: 90 },
  },
};
const everybody: FakeSettings['people'] = [
  { name: 'Mia Schneider', role: 'manager', pin: '739216' },
  { name: 'Ana Torres', role: 'operator', pin: '4812' },
  { name: 'Ben Okafor', role: 'engineer', pin: '90517' },
];

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
const menu = (page: Page, command: string): Promise<void> =>
  page.evaluate((name) => window.fake.emit('menu.command', name), command);

/** By keys, ids and places: words differ from language to language. */
async function walk(
  open: (settings: Partial<FakeSettings>) => Promise<Page>,
  shoot: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  let page = await open({ ...settings, earlier: [], recipes: [] });
  await shoot(page, '01-first-start');
  await page.context().close();

  page = await open(settings);
  const sheet = page.locator('dialog');
  const shut = async (): Promise<void> => {
    await press(page, 'Escape');
    await sheet.waitFor({ state: 'detached' });
    // Some sheets give the focus back to their button.
    if ((await page.locator('[role=listbox]').count()) > 0) await page.locator('[role=listbox]').focus();
  };
  await shoot(page, '02-start');
  await page.locator('.drop button').first().click();
  await page.locator('#recipe').selectOption('1');
  await page.locator('#watch').selectOption('all');
  await shoot(page, '03-chosen');
  await page.locator('form button.main').click();
  await page.locator('[role=option]').first().waitFor();
  await page.waitForTimeout(1200);
  await shoot(page, '04-watching');
  await page.locator('.status .button').first().click();
  await shoot(page, '05-paused');
  await page.locator('header .button').first().click();
  await page.locator('li button', { hasText: 'tray 17' }).click();
  await page.locator('[role=option]').first().waitFor();
  await page.locator('[role=listbox]').focus();
  await press(page, 'Home', 'ArrowRight');
  await shoot(page, '06-grid');
  await page.locator('[data-handle=review]').focus();
  await press(page, ...Array<string>(4).fill('ArrowLeft'));
  await shoot(page, '07-threshold');
  await page.waitForTimeout(600);
  await page.locator('.bar select').last().selectOption('score');
  await page.locator('[role=listbox]').focus();
  await press(page, 'Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'd');
  await shoot(page, '08-kind');
  await shut();
  await press(page, 'm');
  await shoot(page, '09-comment');
  await shut();
  await press(page, 'Escape', 'Home', 'ArrowRight', 'Enter');
  await page.locator('.place').waitFor();
  await page.waitForTimeout(800);
  await shoot(page, '10-part');
  await press(page, 'z');
  await shoot(page, '11-hottest');
  await press(page, '0', 's');
  await shoot(page, '12-side');
  await press(page, 's', 'r');
  await page.waitForTimeout(800);
  await shoot(page, '13-reference');
  await press(page, 'r', 'a');
  await sheet.waitFor();
  await page.waitForTimeout(500);
  await shoot(page, '14-area');
  await shut();
  await press(page, 'Escape', '5', 'Enter');
  await shoot(page, '15-failed');
  await press(page, 'Escape', '1', '?');
  await shoot(page, '16-keys');
  await shut();
  await press(page, 'p');
  await shoot(page, '17-settings');
  await shut();
  await menu(page, 'show-about');
  await shoot(page, '18-about');
  await shut();
  await press(page, 'w');
  await sheet.waitFor();
  await shoot(page, '19-second');
  await sheet.locator('.main').click();
  await page.locator('.verdicts .button.ok').waitFor();
  await page.waitForTimeout(600);
  await shoot(page, '20-second-look');
  await press(page, 'j', 'k', 'j', 'k');
  await page.locator('.second .end .button').first().click();
  await page.locator('main table').waitFor();
  await shoot(page, '21-agreement');
  await press(page, 'Escape');
  await page.locator('[role=listbox]').waitFor();
  await page.locator('header .end .plain').nth(1).click();
  await page.locator('aside').waitFor();
  await page.waitForTimeout(600);
  await shoot(page, '22-training');
  await page.locator('header .button').first().click();
  await menu(page, 'show-diagnostics');
  await page.locator('.checks .main').click();
  await page.waitForTimeout(1200);
  await shoot(page, '23-diagnostics');
  await menu(page, 'show-guide');
  await page.locator('article h2').first().waitFor();
  await shoot(page, '24-guide');
  await press(page, 'Escape');
  await page.evaluate(() => {
    const error = { code: 'service.died', params: { service: 'inference', reason: 'exit code 9' } };
    window.fake.failNext('part.verdict', { code: 'history.write_failed', params: { reason: 'SQLITE_FULL' } });
    window.fake.emit('service.trouble', { service: 'inference', error, fatal: false });
  });
  await page.locator('[role=listbox]').focus();
  await press(page, 'Home', 'j');
  await shoot(page, '25-errors');
  await page.locator('header .button').first().click();
  await page.locator('header .title + .button').click();
  await page.locator('#recipe-title').waitFor();
  await shoot(page, '26-recipe');
  await page.locator('section header .button').nth(1).click();
  await sheet.waitFor();
  await shoot(page, '27-change');
  await shut();
  await page.locator('header .button').first().click();
  await page.locator('header .title ~ .button').nth(1).click();
  await page.locator('.figures').waitFor();
  await shoot(page, '28-statistics');
  for (const [i, name] of ['29-compare', '30-find', '31-challenge'].entries()) {
    await page
      .locator('nav .button')
      .nth(i + 1)
      .click();
    await page.waitForTimeout(300);
    await shoot(page, name);
  }
  await page.context().close();

  page = await open({ ...settings, people: everybody });
  await shoot(page, '32-lock');
  await page.locator('[role=radio], input[type=radio]').first().focus();
  await press(page, ' ', 'Enter');
  await page.keyboard.type('739216');
  await press(page, 'Enter');
  await page.locator('.drop').waitFor();
  await page.locator('header .end button').first().click();
  await page.locator('dialog').waitFor();
  await shoot(page, '33-people');
  await press(page, 'Escape');
  await page.context().close();

  const { preferences } = settings;
  page = await open({
    ...settings,
    ...(preferences && { preferences: { ...preferences, tourSeen: false } }),
  });
  await page.locator('.samples .button').first().click();
  await page.locator('[role=option]').first().waitFor();
  await page.waitForTimeout(1500);
  await shoot(page, '34-tour');
  await page.context().close();
}

for (const language of chosen<Language>('LOOK_LANGUAGES', LANGUAGES))
  for (const theme of chosen('LOOK_THEMES', THEMES))
    for (const size of chosen('LOOK_WIDTHS', ['1280', '1920'] as const)) {
      const [width, height] = [Number(size), SIZES[size]];
      const preferences: Preferences = {
        ...{ language, autoAdvance: true, twoStage: false, askKind: false },
        ...{ defectKinds: ['scratch'], keys: {}, tourSeen: true },
      };
      settings.preferences = preferences;
      const complaints: string[] = [];
      const files: string[] = [];
      const openOne = async (given: Partial<FakeSettings>): Promise<Page> => {
        const opened = await openPage(browser, server.origin, given, { width, height });
        opened.page.setDefaultTimeout(30_000);
        await opened.page.locator(`html[lang^=${language}]`).waitFor();
        for (let n = 0; n < THEMES.indexOf(theme); n++)
          await opened.page
            .locator('header .end .square')
            .last()
            .evaluate((e: HTMLElement) => e.click());
        opened.page.on('close', () => complaints.push(...opened.complaints));
        return opened.page;
      };
      const shootOne = async (page: Page, name: string): Promise<void> => {
        await page.waitForTimeout(350);
        const path = join(out, `${language}-${theme}-${size}-${name}.png`);
        await page.screenshot({ path });
        files.push(path);
      };
      const walks = chosen('LOOK_WALKS', ['run', 'rest'] as const);
      if (walks.includes('run')) await walk(openOne, shootOne);
      if (walks.includes('rest')) await walkRest(settings, openOne, shootOne);
      if (complaints.length > 0) throw new Error(complaints.join('\n'));
      // Three by three on a sheet.
      const [w, h] = [640, 400];
      for (let from = 0; from < files.length; from += 9) {
        const small = await Promise.all(
          files.slice(from, from + 9).map(async (path, i) => ({
            input: await sharp(path).resize(w, h, { fit: 'contain' }).png().toBuffer(),
            left: (i % 3) * (w + 8),
            top: Math.floor(i / 3) * (h + 8),
          })),
        );
        await sharp({
          create: { width: 3 * (w + 8), height: 3 * (h + 8), channels: 3, background: '#f0f' },
        })
          .composite(small)
          .png()
          .toFile(join(out, `sheet-${language}-${theme}-${size}-${walks.join('-')}-${from / 9}.png`));
      }
      console.log(`${language} ${theme} ${size}: ${files.length} pictures`);
    }
await browser.close();
await server.close();
