// What a step of the page's suites reads from the screen, and the sample that the page is offered.
// Runs in Node (page suites).
import type { Page } from 'playwright-core';
import { machineVerdict } from '../../electron/common/domain.ts';
import { finishedPart } from './fake-data.ts';

export const text = (page: Page, selector: string): Promise<string> =>
  page.locator(selector).first().innerText();
export const selectedName = (page: Page): Promise<string> => page.locator('#part-title').innerText();
/** Tab until the element with this name has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const now = await page.evaluate(() => {
      const element = document.activeElement === document.body ? null : document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
    if (name.test(now)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reaches ${name}`);
}
/** The line at the top says so; the screen reader hears similar words on the way. */
export const finished = (page: Page, words: string): Promise<void> =>
  page.locator('.status').getByText(words, { exact: true }).waitFor();
/** How strongly heat covers the photographs. */
export const heatShown = (page: Page): Promise<number> =>
  page.evaluate(() => Number(getComputedStyle(document.documentElement).getPropertyValue('--heat')));

export const expected = (total: number, thresholds: { review: number; reject: number }) => {
  const counts = { good: 0, review: 0, reject: 0, failed: 0, pending: 0 };
  for (let seq = 0; seq < total; seq++) counts[machineVerdict(finishedPart(1, seq, null), thresholds)]++;
  return counts;
};
export const filterCounts = (page: Page) =>
  page.evaluate(() => {
    const read = (word: string): number => {
      const button = [...document.querySelectorAll('.filters button')].find((b) =>
        b.textContent.includes(word),
      );
      return Number(button?.querySelector('.count')?.textContent.replaceAll(',', ''));
    };
    return { good: read('Good'), review: read('Review'), reject: read('Reject'), failed: read('Failed') };
  });

export const samples = [{ title: 'Hazelnuts', product: 'hazelnut', folder: '/samples/hazelnut' }];
