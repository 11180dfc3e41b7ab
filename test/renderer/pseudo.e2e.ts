// Every text that is seen comes from a catalogue: node test/renderer/pseudo.e2e.ts
// Runs in Node, in Debian's Chromium with a made-up main process; any console error, policy violation or outside request fails it.
import assert from 'node:assert/strict';
import { buildPseudoPage, PAGE_FOLDER } from './browser.ts';
import { drawnMedia } from './media.ts';
import { beginSuite, leave, press, until } from './operate.ts';
import { samples } from './reading.ts';
import { servePage } from './server.ts';

const { step, open, end } = await beginSuite('pseudo-locale page');

const folder = `${PAGE_FOLDER}-pseudo`;
await buildPseudoPage(folder);
const pseudo = await servePage(folder, await drawnMedia());
const page = await open({ samples, totals: { hazelnut: 60 }, batch: 60 }, { origin: pseudo.origin });

/** Texts and names without brackets, but for numbers, keys, and what the run and the shop named themselves. */
const strangers = (): Promise<string[]> =>
  page.evaluate(() => {
    const DATA =
      /^([\d\s.,:%–—/·<>+×↑↓←→␣[\]-]|px²?|cpu|tray|part_\d+|png|jpg|hazelnuts?|Nuts|CPU|Loupe mini|loupe-mini|scratch|ana|first)*$/i;
    const KEY = /^([A-Z0-9?.,/[\]+=-]|Esc|Home|End|Shift|Ctrl|Enter|Page [↑↓]|[←↑↓→␣]+)$/;
    const found = new Set<string>();
    const look = (text: string | null | undefined, where: string): void => {
      const plain = (text ?? '').replace(/⟦[^]*⟧/g, '').trim();
      if (plain !== '' && !DATA.test(plain) && !KEY.test(plain.replace(/^, |[()]/g, '')))
        found.add(`${where}: ${plain}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (parent?.closest('script, style, [lang], .copyable, .name') != null) continue;
      if (parent?.closest('kbd, .key') != null && KEY.test((node.textContent ?? '').trim())) continue;
      look(node.textContent, parent?.tagName.toLowerCase() ?? '');
    }
    for (const element of document.querySelectorAll(
      '[aria-label], [title], [placeholder], [aria-valuetext]',
    )) {
      if (element.closest('.name, .copyable') !== null) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) {
        if (element.classList.contains('title')) continue;
        look(element.getAttribute(name), `${element.tagName.toLowerCase()} ${name}`);
      }
    }
    return [...found];
  });
const clean = (where: string): Promise<void> =>
  step(`pseudo-locale, ${where}: no text from outside the catalogues`, async () => {
    await page.waitForTimeout(200);
    assert.deepEqual(await strangers(), []);
  });

await clean('start screen');
await page.getByRole('button', { name: 'Recipes' }).click();
await clean('recipes');
await press(page, 'Escape');
await page.getByRole('button', { name: 'Hazelnuts' }).click();
await page.locator('.status').getByText('inspected').waitFor();
await page.getByRole('listbox').focus();
await press(page, 'Home', 'Shift+ArrowRight', 'k');
await clean('grid');
await page.getByRole('button', { name: 'Proposals' }).click();
await clean('proposals');
await page.getByRole('listbox').focus();
await press(page, 'Escape', 'd');
await clean('kind of defect');
await press(page, 'Escape', 'm');
await clean('comment');
await press(page, 'Escape', '?');
await clean('keys');
await press(page, 'Escape', 'p');
await clean('settings');
await press(page, 'Escape');
await page.getByRole('button', { name: 'Keep as recipe' }).click();
await page.getByRole('dialog').getByLabel('Name').fill('Nuts');
await page.getByRole('dialog').getByLabel('Why').fill('first');
await clean('keeping a recipe');
await press(page, 'Enter');
await until('kept', async () => (await page.getByRole('dialog').count()) === 0);
await page.getByRole('listbox').focus();
await press(page, 'Home', 'Enter');
await page.locator('.region, .details p').first().waitFor();
await clean('part');
await page.getByRole('button', { name: 'Runs' }).click();
await page.getByRole('button', { name: 'Recipes' }).click();
await page.getByRole('heading', { name: 'Nuts' }).waitFor();
await clean('a recipe');
await leave(page);
await pseudo.close();

await end();
