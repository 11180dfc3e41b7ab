// 100,000 parts: scrolling, dragging a threshold, the next part: node test/renderer/many.e2e.ts
// Runs in Node, in Debian's Chromium with a made-up main process; any console error, policy violation or outside request fails it.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { dragThreshold } from './drag-threshold.ts';
import { beginSuite, leave, press } from './operate.ts';
import { finished } from './reading.ts';

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
  earlier: [{ product: 'washer', source: 'year 2026', total: 100_000, state: 'done', done: 100_000 }],
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
          let most = 0;
          let last = performance.now();
          for (let i = 0; i < 120; i++) {
            grid.scrollTop += step;
            await new Promise(requestAnimationFrame);
            times.push(performance.now() - last);
            last = performance.now();
            most = Math.max(most, grid.querySelectorAll('[role=option]').length);
          }
          return { times, most };
        },
        by,
      );
    };
    // How fast is for `npm run bench -- ui` to say; here it is only told.
    const { cpu, value } = await fly();
    tell(value.times, cpu / 120);
    assert.ok(value.most < 60, `${value.most} cells`);
    const thumbnails = server.asked.thumbnail - asked;
    // Some 4,800 parts flew past in the fling.
    assert.ok(thumbnails < 1500, `${thumbnails} thumbnails for parts that flew past`);
  });
}

await step('its end is reached by key, and drawn', async () => {
  await page.getByRole('listbox').focus();
  await press(page, 'End');
  await page.locator('#part-99999').waitFor();
  await page.locator('#part-99999 .heat.ready').waitFor();
});

await step('a threshold drag over it does not stutter', async () => {
  const { cpu, value } = await measured(page, dragThreshold, 60);
  tell(value, cpu / 60);
  assert.equal(value.length, 60);
});

await step('filter and sort by doubt over it answer at once', async () => {
  const took = await page.evaluate(async () => {
    const select = document.querySelector('select')!;
    const started = performance.now();
    select.value = 'doubt';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
  });
  console.log(`        ${took.toFixed(0)} ms`);
  assert.ok(took < 1500, `${took} ms`);
});
await leave(page);

await end();
