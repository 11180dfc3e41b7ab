// Training in the page, in Debian's Chromium with a made-up main process: node test/renderer/training.e2e.ts
// Runs in Node. From judged parts to an adopted head, by keyboard where an engineer could; any console error fails it.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { finishedPart } from './fake-data.ts';
import type { FakeSettings } from './fake-bridge.ts';
import { beginSuite, calls, drawnCover, leave, press, times } from './operate.ts';

/** TRAINING_LOOK=<folder> takes pictures of each step, TRAINING_PARTS=<folder in MVTec layout> with real photographs. */
const { TRAINING_LOOK: look, TRAINING_PARTS: photographs } = process.env;
const suite = await beginSuite('training page', { look, photographs });
const { step, shoot, server, sizes, catalogue, end } = suite;
const marked = async (page: Page): Promise<number> => (await drawnCover(page)).pixels;
const dialog = (page: Page) => page.getByRole('dialog');

const total = catalogue?.length ?? 60;
const earlier = [{ product: 'metal nut', source: 'lot 7', total, state: 'done' as const, done: total }];

/** The hottest parts were called NG, the coldest OK. */
const scored = Array.from({ length: total }, (_, seq) => finishedPart(1, seq, catalogue))
  .filter(({ score }) => score !== null)
  .sort((a, b) => a.score! - b.score!);
const reviewed: FakeSettings['judged'] = Object.fromEntries([
  ...scored.slice(0, 10).map(({ seq }) => [seq, 'ok'] as const),
  ...scored.slice(-4).map(({ seq }) => [seq, 'ng'] as const),
]);

for (const { at, open } of sizes) {
  const preferences: FakeSettings['preferences'] = {
    language: 'en',
    autoAdvance: false,
    twoStage: false,
    askKind: false,
    defectKinds: [],
    keys: {},
    tourSeen: true,
  };
  const page = await open({ earlier, catalogue, judged: reviewed, every: 400, preferences });
  const start = page.getByRole('button', { name: 'Start training' });

  await step(at('says what is missing before anything was judged'), async () => {
    const fresh = await open({ earlier, catalogue, preferences });
    await fresh.getByText('lot 7').click();
    await fresh.getByRole('button', { name: 'Train', exact: true }).click();
    await fresh.getByText('It needs at least 8 parts marked OK; there are 0.').waitFor();
    await fresh.getByText('It needs at least 3 parts marked NG with a mask; there are 0.').waitFor();
    assert.ok(await fresh.getByRole('button', { name: 'Start training' }).isDisabled());
    await shoot(fresh, '1-missing');
    await press(fresh, 'Escape');
    await fresh.getByRole('listbox').waitFor();
    await leave(fresh);
  });

  await step(at('shows the judged parts, and asks for masks'), async () => {
    await page.getByText('lot 7').click();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('heading', { name: 'OK: 10 parts' }).waitFor();
    await page.getByRole('heading', { name: 'NG: 4 parts' }).waitFor();
    await page.getByText('Without a mask and not learnt from: 4 parts.').waitFor();
    assert.ok(await start.isDisabled());
    await shoot(page, '2-parts');
  });

  await step(at('a mask begins with the heat; brush, eraser, undo and redo change it'), async () => {
    await page
      .getByRole('button', { name: /Draw the mask/ })
      .first()
      .click();
    await dialog(page).waitFor();
    await page.waitForFunction(() => document.querySelector('dialog button.main:not(:disabled)') !== null);
    const heat = await marked(page);
    assert.ok(heat > 100, `heat marks ${heat} cells`);
    await shoot(page, '3-mask');
    await press(page, 'ArrowRight', 'Control+z');
    assert.equal(await marked(page), 0);
    await page.keyboard.press('Control+y');
    assert.equal(await marked(page), heat);
    await dialog(page).getByRole('button', { name: 'Clear' }).click();
    const box = (await page.locator('dialog canvas').nth(1).boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.3, { steps: 4 });
    await page.mouse.up();
    const drawn = await marked(page);
    assert.ok(drawn > 1000, `the brush marks ${drawn} cells`);
    await press(page, 'e');
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.3, { steps: 4 });
    await page.mouse.up();
    assert.ok((await marked(page)) < drawn);
    await press(page, 'u');
    assert.equal(await marked(page), drawn);
  });

  await step(
    at('it is zoomed and moved by wheel, keys, Space and buttons; drawing stays where it points'),
    async () => {
      const cover = page.locator('dialog canvas').nth(1);
      const box = async () => (await cover.boundingBox())!;
      const fitted = await box();
      const at = { x: fitted.x + fitted.width * 0.3, y: fitted.y + fitted.height * 0.6 };
      const near = (a: number, b: number, what: string): void =>
        assert.ok(Math.abs(a - b) < 2, `${what}: ${a} instead of ${b}`);
      await page.mouse.move(at.x, at.y);
      await page.mouse.wheel(0, -600);
      await page.waitForFunction(
        (width) => document.querySelectorAll('dialog canvas')[1]!.getBoundingClientRect().width > 2 * width,
        fitted.width,
      );
      const zoomed = await box();
      near((at.x - zoomed.x) / zoomed.width, 0.3, 'the place under the pointer stays');
      const before = await marked(page);
      await page.keyboard.down(' ');
      await page.mouse.down();
      await page.mouse.move(at.x - 80, at.y - 50, { steps: 3 });
      await page.mouse.up();
      await page.keyboard.up(' ');
      const moved = await box();
      near(moved.x, zoomed.x - 80, 'moved to the left');
      near(moved.y, zoomed.y - 50, 'moved up');
      assert.equal(await marked(page), before, 'moving does not draw');
      await shoot(page, '3-zoomed');
      await press(page, 'b');
      await page.mouse.down();
      await page.mouse.up();
      const drawn = await page.evaluate(() => {
        const cells = document.querySelectorAll<HTMLCanvasElement>('dialog canvas')[1]!;
        return { width: cells.width, height: cells.height };
      });
      const spot = {
        x: ((at.x - 80 - moved.x) / moved.width) * drawn.width,
        y: ((at.y - 50 - moved.y) / moved.height) * drawn.height,
      };
      const alpha = await page.evaluate(({ x, y }) => {
        const canvas = document.querySelectorAll<HTMLCanvasElement>('dialog canvas')[1]!;
        return canvas.getContext('2d')!.getImageData(Math.round(x), Math.round(y), 1, 1).data[3];
      }, spot);
      assert.ok(alpha !== 0, 'the brush marks the place under the pointer');
      if ((await marked(page)) !== before) await press(page, 'u');
      await press(page, '0');
      near((await box()).width, fitted.width, 'all of it again');
      await page.locator('dialog .stage').focus();
      await press(page, '+', '+');
      assert.ok((await box()).width > 1.5 * fitted.width);
      await press(page, '-', '-');
      near((await box()).width, fitted.width, 'as far out as in');
      await dialog(page).getByRole('button', { name: 'Zoom in' }).click();
      assert.ok((await box()).width > 1.2 * fitted.width);
      await dialog(page).getByRole('button', { name: 'Fit' }).click();
      near((await box()).width, fitted.width, 'the button shows all');
    },
  );

  await step(at('a polygon is drawn by keys alone, and the mask is kept'), async () => {
    await dialog(page).getByRole('button', { name: 'Clear' }).click();
    await press(page, 'p');
    await page.locator('dialog .stage').focus();
    await press(page, ' ');
    await times(page, 'ArrowRight', 12);
    await press(page, ' ');
    await times(page, 'ArrowDown', 12);
    await press(page, ' ');
    await shoot(page, '4-polygon');
    await press(page, 'Enter');
    const cells = await marked(page);
    assert.ok(Math.abs(cells - 96 ** 2 / 2) < 200, `a triangle of ${cells} cells`);
    await dialog(page).getByRole('button', { name: 'Keep the mask' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    const [saved] = await calls(page, 'mask.save');
    const runs = saved?.runs as number[];
    const pixels =
      (await page.evaluate(() => window.fake.calls.length)) > 0 ? runs.reduce((a, b) => a + b, 0) : 0;
    if (catalogue === null) assert.equal(pixels, 960 * 720);
    await page.getByText('Without a mask and not learnt from: 3 parts.').waitFor();
  });

  await step(at('escape leaves the mask as it was, and only the mask'), async () => {
    await page
      .getByRole('button', { name: /Draw the mask/ })
      .nth(1)
      .click();
    await dialog(page).waitFor();
    await press(page, 'Escape');
    await dialog(page).waitFor({ state: 'detached' });
    assert.equal((await calls(page, 'mask.save')).length, 1);
    assert.ok(await page.getByRole('heading', { name: 'NG: 4 parts' }).isVisible());
  });

  await step(at('with enough parts it starts, tells how far it is, stops and goes on'), async () => {
    for (const i of [1, 2, 3]) {
      await page
        .getByRole('button', { name: /Draw the mask/ })
        .nth(i)
        .click();
      await dialog(page).getByRole('button', { name: 'Keep the mask' }).click();
      await dialog(page).waitFor({ state: 'detached' });
    }
    await page.getByText('Ready: 10 OK and 4 NG.').waitFor();
    await page
      .getByRole('button', { name: /^Learn from/ })
      .first()
      .click();
    await page.getByText('Ready: 9 OK and 4 NG.').waitFor();
    await shoot(page, '5-ready');
    await start.click();
    const [started] = await calls(page, 'training.start');
    assert.equal((started?.partIds as number[]).length, 13);
    await page.getByText(/Pass \d+ of 12/).waitFor();
    await page.getByRole('progressbar', { name: 'Progress of the training' }).waitFor();
    await shoot(page, '6-learning');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('The training stands still. What was done is kept.').waitFor();
    await shoot(page, '7-stopped');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Before and after' }).waitFor();
  });

  await step(
    at('shows before and after, and the parts whose verdict changes with both heat maps'),
    async () => {
      const row = page.getByRole('row', { name: /pixel AUROC/ });
      assert.match(await row.innerText(), /96\.2 %\s+98\.7 %/);
      assert.match(await page.getByRole('row', { name: /pass as good/ }).innerText(), /unknown/);
      assert.match(
        await page.getByRole('row', { name: /will be rejected/ }).innerText(),
        /95 %: 0\.0 % to 28\.0 %/,
      );
      await page.getByRole('heading', { name: /Another verdict: \d+ part/ }).waitFor();
      const changing = await page.locator('section li').count();
      assert.ok(changing > 0);
      assert.equal(await page.locator('section li .heat').count(), 2 * changing);
      assert.ok(server.asked.after > 0);
      await shoot(page, '8-result');
    },
  );

  await step(at('is adopted only with a reason, into a recipe that names the head'), async () => {
    const adopt = page.getByRole('button', { name: 'Adopt', exact: true });
    assert.ok(await adopt.isDisabled());
    await page.getByLabel('Name of the new recipe').fill('Nut, learnt');
    await page.getByLabel('Why').fill('scratches were missed');
    await press(page, 'Enter');
    await page.getByText('Adopted into “Nut, learnt”, version 1.').waitFor();
    assert.deepEqual(await calls(page, 'training.adopt'), [
      { id: 1, reason: 'scratches were missed', name: 'Nut, learnt' },
    ]);
    await shoot(page, '9-adopted');
  });

  await step(at('the next one can be thrown away'), async () => {
    await start.click();
    await page.getByRole('heading', { name: 'Before and after' }).waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('The result was discarded; nothing changed.').first().waitFor();
    await page.getByRole('heading', { name: 'What it takes' }).waitFor();
    assert.equal((await calls(page, 'training.adopt')).length, 1);
  });

  await step(at('a refusal is told, and the training stays to be decided'), async () => {
    await page.evaluate(() =>
      window.fake.failNext('training.start', {
        code: 'train.mask',
        params: { path: 'x.png', reason: 'changed' },
      }),
    );
    await start.click();
    await page.getByText('The mask does not fit its photograph: x.png').waitFor();
    assert.ok(await start.isEnabled());
  });

  await leave(page);
}

await end();
