// 100,000 parts: scrolling, the last one, dragging a threshold, sorting; how long it takes is told only: node test/renderer/many.e2e.ts
// Runs in Node, in Debian's Chromium with a made-up main process; any console error, policy violation or outside request fails it.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { dragThreshold } from './drag-threshold.ts';
import { buildOrder } from '../../renderer/src/lib/list.ts';
import { finishedPart } from './fake-data.ts';
import { beginSuite, calls, leave, press, until } from './operate.ts';
import { expected, filterCounts, finished } from './reading.ts';

const TOTAL = 100_000;

const { step, open, server, end } = await beginSuite('many parts');

/** Runs `body` in the page; `cpu` = milliseconds of the main thread's own time. */
async function measured<A, T>(
  page: Page,
  body: (arg: A) => Promise<T>,
  arg: A,
): Promise<{ cpu: number; value: T }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? NaN;
  };
  const before = await busy();
  const value = (await page.evaluate(body as never, arg as never)) as T;
  const cpu = 1000 * ((await busy()) - before);
  await session.detach();
  return { cpu, value };
}

function tell(times: number[], cpu: number): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(1);
  console.log(
    `        ${cpu.toFixed(1)} ms of work a frame; by the clock: median ${at(0.5)} ms, 95 % ${at(0.95)} ms`,
  );
}
const page = await open({
  earlier: [{ product: 'washer', source: 'year 2026', total: TOTAL, state: 'done', done: TOTAL }],
});

await step('a run of 100,000 parts opens', async () => {
  await page.getByRole('button', { name: /^washer/ }).click();
  await finished(page, '100,000 parts inspected');
  await page.locator('[role=option]').first().waitFor();
});

for (const [how, by] of [
  ['row by row', 60],
  ['in a fling', 5000],
] as const) {
  await step(`scrolling it ${how} draws only what is in view`, async () => {
    let asked = 0;
    const fly = () => {
      asked = server.asked.thumbnail;
      return measured(
        page,
        async (step) => {
          const grid = document.querySelector('[role=listbox]')!;
          const times: number[] = [];
          const seen = new Set<string>();
          let most = 0;
          let last = performance.now();
          for (let i = 0; i < 120; i++) {
            grid.scrollTop += step;
            await new Promise(requestAnimationFrame);
            times.push(performance.now() - last);
            last = performance.now();
            const cells = grid.querySelectorAll('[role=option]');
            for (const { id } of cells) seen.add(id);
            most = Math.max(most, cells.length);
          }
          return { times, most, seen: seen.size };
        },
        by,
      );
    };
    // How fast is for `npm run bench -- ui` to say; here it is only told.
    const { cpu, value } = await fly();
    tell(value.times, cpu / 120);
    assert.ok(value.most < 60, `${value.most} cells`);
    // How many of the parts that flew past are asked for is a matter of time; never one that no cell has shown.
    const thumbnails = server.asked.thumbnail - asked;
    console.log(`        ${thumbnails} thumbnails for ${value.seen} parts that flew past`);
    assert.ok(value.seen < TOTAL / 10, `${value.seen} parts`);
    assert.ok(thumbnails <= value.seen, `${thumbnails} thumbnails for ${value.seen} parts`);
  });
}

await step('its end is reached by key, and drawn', async () => {
  await page.getByRole('listbox').focus();
  await press(page, 'End');
  await page.locator('#part-99999').waitFor();
  await page.locator('#part-99999 .heat.ready').waitFor();
});

await step(
  'the counts follow a threshold drag over it; it is saved once, and nothing is inspected anew',
  async () => {
    const asked = async (...channels: string[]): Promise<number> =>
      (await Promise.all(channels.map((channel) => calls(page, channel)))).flat().length;
    const inspected = await asked('run.start', 'run.resume', 'run.open');
    const saved = await asked('run.thresholds');
    const handle = (name: string) => page.locator(`[data-handle=${name}]`);
    const thresholds = async () => ({
      review: Number(await handle('review').getAttribute('aria-valuenow')),
      reject: Number(await handle('reject').getAttribute('aria-valuenow')),
    });
    const agree = async (): Promise<void> => {
      const { pending: _, ...counts } = expected(TOTAL, await thresholds());
      assert.deepEqual(await filterCounts(page), counts);
    };
    const before = await thresholds();
    await agree();
    const box = (await handle('reject').boundingBox()) ?? assert.fail('no handle');
    await page.mouse.move(box.x + 10, box.y + 20);
    await page.mouse.down();
    for (const to of [20, 35]) {
      await page.mouse.move(box.x + 10 - to, box.y + 20);
      await agree();
    }
    assert.notEqual((await thresholds()).reject, before.reject);
    assert.equal(await asked('run.thresholds'), saved);
    await page.mouse.up();
    await until('it is saved', async () => (await asked('run.thresholds')) === saved + 1);

    const { cpu, value } = await measured(page, dragThreshold, 60);
    tell(value, cpu / 60);
    await until('the second drag is saved', async () => (await asked('run.thresholds')) === saved + 2);
    await agree();
    assert.equal(await asked('run.start', 'run.resume', 'run.open'), inspected);
  },
);

await step('it is sorted by doubt', async () => {
  const { review, reject } = (await calls(page, 'run.thresholds')).at(-1)?.thresholds as {
    review: number;
    reject: number;
  };
  const parts = Array.from({ length: TOTAL }, (_, seq) => finishedPart(1, seq, null));
  const order = buildOrder(parts, {
    ...{ filter: 'all', search: '', human: 'any', kind: null },
    ...{ sort: 'doubt', thresholds: { review, reject } },
  });
  const took = await page.getByRole('combobox', { name: 'Sort' }).evaluate(async (select) => {
    const started = performance.now();
    (select as HTMLSelectElement).value = 'doubt';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
  });
  console.log(`        ${took.toFixed(0)} ms`);
  await page.getByRole('listbox').focus();
  await press(page, 'Home');
  for (const place of [0, 1, 2])
    await page
      .locator(`#part-${order[place]}[aria-posinset="${place + 1}"][aria-setsize="${TOTAL}"]`)
      .waitFor();
});
await leave(page);

await end();
