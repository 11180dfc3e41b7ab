// What every page suite begins and ends with, and how it works the page: pages, keys, waiting, pictures of the screen, complaints.
// Runs in Node.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { axeFaults, THEMES } from './accessible.ts';
import { buildPage, openPage, PAGE_FOLDER, startBrowser, type Opened } from './browser.ts';
import type { FakeSettings } from './fake-bridge.ts';
import { tally } from './harness.ts';
import { drawnMedia, folderMedia } from './media.ts';
import { servePage } from './server.ts';

/** A busy machine is slow, not wrong. */
const PATIENCE = 30_000;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

interface Needs {
  /** Folder for pictures of each step; with it, the steps are taken in both sizes. */
  look?: string | undefined;
  /** Folder in MVTec layout: real photographs instead of drawn ones. */
  photographs?: string | undefined;
  patience?: number;
}
type Where = NonNullable<Parameters<typeof openPage>[3]> & { origin?: string };

export async function beginSuite(title: string, { look, photographs, patience = PATIENCE }: Needs = {}) {
  if (look !== undefined) mkdirSync(look, { recursive: true });
  const name = title.replaceAll(/\W+/g, '-');
  const opened: Opened[] = [];
  const { step, close } = tally(title, async (failed) => {
    const shown = opened.findLast(({ page }) => !page.isClosed());
    const path = `${PAGE_FOLDER}-failures/${name}-${failed.replaceAll(/\W+/g, '-')}.png`;
    await shown?.page.screenshot({ path });
  });
  // Of its own: suites that run beside it build the page, too.
  const built = join(PAGE_FOLDER, '..', name);
  await buildPage(built);
  const real = photographs === undefined ? null : await folderMedia(photographs);
  const server = await servePage(built, real?.media ?? (await drawnMedia()));
  const browser = await startBrowser();
  const looked: string[] = [];
  const unfit: string[] = [];

  async function open(settings: Partial<FakeSettings> = {}, where: Where = {}): Promise<Page> {
    const newest = await openPage(browser, where.origin ?? server.origin, settings, where);
    newest.page.setDefaultTimeout(patience);
    opened.push(newest);
    return newest.page;
  }

  return {
    ...{ step, open, server, catalogue: real?.catalogue ?? null },
    sizes: SIZES.slice(0, look === undefined ? 1 : 2).map((size) => ({
      at: (what: string): string => `${what} (${size.width} px)`,
      open: (settings?: Partial<FakeSettings>, where: Where = {}): Promise<Page> =>
        open(settings, { ...size, ...where }),
    })),
    /** A screen that stands still: for axe at the first size, which the last step tells of, and for eyes with `look`. */
    shoot: async (page: Page, what: string): Promise<void> => {
      if (page.viewportSize()?.width === SIZES[0]?.width) {
        looked.push(what);
        unfit.push(...(await axeFaults(page)).map((fault) => `${what}, ${fault}`));
      }
      if (look === undefined) return;
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(look, `${page.viewportSize()?.width}-${what}.png`) });
    },
    end: async (): Promise<void> => {
      if (looked.length > 0)
        await step(`axe finds nothing on ${looked.length} screens in ${THEMES.length} themes`, () => {
          assert.deepEqual(unfit, []);
          return Promise.resolve();
        });
      await step('no console error, no policy violation, no request to elsewhere', () => {
        const complaints = opened.flatMap((each) => each.complaints);
        assert.deepEqual(complaints, []);
        return Promise.resolve();
      });
      await browser.close();
      await server.close();
      close();
    },
  };
}

export const leave = (page: Page): Promise<void> => page.context().close();
/** What the page asked of the made-up main process. */
export const calls = (page: Page, channel: string): Promise<Record<string, unknown>[]> =>
  page.evaluate(
    (name) =>
      window.fake.calls.filter((c) => c.channel === name).map((c) => c.args as Record<string, unknown>),
    channel,
  );
export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
export const times = (page: Page, key: string, n: number): Promise<void> =>
  press(page, ...Array<string>(n).fill(key));

export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** What is drawn in the open sheet: pixels of the cover that are not clear, and their share. */
export const drawnCover = (page: Page): Promise<{ pixels: number; share: number }> =>
  page.evaluate(() => {
    const cover = document.querySelector<HTMLCanvasElement>('dialog canvas.cover');
    if (cover === null) return { pixels: NaN, share: NaN };
    const { width, height } = cover;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(cover, 0, 0);
    const data = copy?.getImageData(0, 0, width, height).data ?? [];
    let pixels = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) pixels++;
    return { pixels, share: pixels / (width * height) };
  });
