// The page with 100,000 results in Debian's Chromium: frames while scrolling and while dragging a threshold, and how long after a
// key the next part is there. Runs in Node (test/bench/ui.ts); prints "name, unit    figure" lines.
import type { Page } from 'playwright-core';
import { buildPage, openPage, PAGE_FOLDER, startBrowser } from './browser.ts';
import { dragThreshold } from './drag-threshold.ts';
import { drawnMedia } from './media.ts';
import { servePage } from './server.ts';

const PARTS = 100_000;
const FRAMES = 180;
const PRESSES = 60;

const quantile = (times: readonly number[], at: number): number =>
  [...times].sort((a, b) => a - b)[Math.floor(at * (times.length - 1))] ?? NaN;
const tell = (name: string, unit: string, value: number): void =>
  console.log(`${`${name}, ${unit}`.padEnd(58)}${value.toFixed(2)}`);

await buildPage();
const server = await servePage(PAGE_FOLDER, await drawnMedia());
const browser = await startBrowser();
const { page } = await openPage(browser, server.origin, {
  earlier: [{ product: 'washer', source: 'year 2026', total: PARTS, state: 'done', done: PARTS }],
});
page.setDefaultTimeout(60_000);
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });

/** Milliseconds that the page's main thread itself has worked: on a busy machine the clock tells of others. */
async function worked(): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return 1000 * (metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? NaN);
}

/** Frame times by the clock, and the work in each frame. */
async function frames<A>(name: string, body: (arg: A) => Promise<number[]>, arg: A): Promise<void> {
  const before = await worked();
  const times: number[] = await page.evaluate(body as never, arg as never);
  tell(`${name}: work a frame`, 'ms', ((await worked()) - before) / times.length);
  tell(`${name}: frame, median`, 'ms', quantile(times, 0.5));
  tell(`${name}: frame, 95 %`, 'ms', quantile(times, 0.95));
}

const opened = performance.now();
await page.getByRole('button', { name: /^washer/ }).click();
await page.locator('[role=option]').first().waitFor();
tell('a run of 100,000 parts opens', 'ms', performance.now() - opened);
await page.waitForTimeout(1500);

for (const [name, step] of [
  ['scrolling by rows', 60],
  ['scrolling in a fling', 5000],
] as const) {
  await frames(
    name,
    async ({ step, frames }) => {
      const grid = document.querySelector('[role=listbox]')!;
      const times: number[] = [];
      let last = performance.now();
      for (let i = 0; i < frames; i++) {
        grid.scrollTop += step;
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - last);
        last = performance.now();
      }
      return times;
    },
    { step, frames: FRAMES },
  );
}

await frames('dragging a threshold', dragThreshold, FRAMES);

/** From the key to the frame in which the whole photograph of the next part, not its thumbnail, is drawn. */
async function keyToPart(page: Page): Promise<number> {
  await page.evaluate(() => {
    const waiting = window as unknown as { shown: Promise<number> };
    waiting.shown = new Promise((resolve) => {
      const prototype = CanvasRenderingContext2D.prototype as unknown as {
        drawImage: (...args: unknown[]) => void;
      };
      const draw = prototype.drawImage;
      const place = document.querySelector('.place')!.textContent;
      let pressed = NaN;
      document.addEventListener('keydown', () => (pressed = performance.now()), {
        capture: true,
        once: true,
      });
      prototype.drawImage = function (this: CanvasRenderingContext2D, ...args: unknown[]) {
        draw.apply(this, args);
        const [source] = args;
        // The photographs of the test are 960 pixels wide, their thumbnails 320.
        const next = document.querySelector('.place')?.textContent !== place;
        if (!next || Number.isNaN(pressed) || !(source instanceof ImageBitmap) || source.width < 900) return;
        prototype.drawImage = draw;
        requestAnimationFrame(() => resolve(performance.now() - pressed));
      };
    });
  });
  await page.keyboard.press('ArrowRight');
  return page.evaluate(() => (window as unknown as { shown: Promise<number> }).shown);
}

await page.getByRole('listbox').focus();
await page.keyboard.press('Home');
await page.keyboard.press('Enter');
await page.locator('.place').waitFor();
await page.waitForTimeout(500);
const presses: number[] = [];
for (let i = 0; i < PRESSES; i++) {
  // The first parts of the test cannot be read: they have no photograph that could be shown.
  if ((await page.locator('.viewer .none').count()) > 0) await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(120);
  const ms = await Promise.race([keyToPart(page), page.waitForTimeout(2000).then(() => NaN)]);
  if (!Number.isNaN(ms)) presses.push(ms);
}
tell('key press to next part shown, median', 'ms', quantile(presses, 0.5));
tell('key press to next part shown, 95 %', 'ms', quantile(presses, 0.95));

await devtools.send('HeapProfiler.collectGarbage');
const { usedSize } = await devtools.send('Runtime.getHeapUsage');
tell('script memory with 100,000 parts', 'MB', usedSize / 1024 / 1024);

await browser.close();
await server.close();
process.exit(0);
