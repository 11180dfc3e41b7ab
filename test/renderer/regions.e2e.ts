// Inspection areas and the reference part in the page, in Debian's Chromium with a made-up main process: node test/renderer/regions.e2e.ts
// Runs in Node. Everything is drawn by keys alone once, and with the mouse where hands would; any console error fails it.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { toReference } from '../../electron/common/align/aligner.ts';
import { smallGrey, smallSize } from '../../electron/common/align/picture.ts';
import { ignoredCells, InspectionArea, isIgnored } from '../../electron/common/area.ts';
import { bracket } from '../support/moved-photographs.ts';
import { accessibilityFaults } from './accessible.ts';
import { ID_SPACE } from './fake-data.ts';
import { beginSuite, calls, drawnCover, leave, press, times } from './operate.ts';

/** REGIONS_LOOK=<folder> takes pictures of each step, REGIONS_PARTS=<folder in MVTec layout> with real photographs. */
const { REGIONS_LOOK: look, REGIONS_PARTS: photographs } = process.env;
const suite = await beginSuite('regions page', { look, photographs });
const { step, shoot, sizes, catalogue, end } = suite;
const ignoredShare = async (page: Page): Promise<number> => (await drawnCover(page)).share;
/** What the large view draws, as one number for each of 64 × 36 fields: equal pictures have equal numbers. */
const drawnView = (page: Page): Promise<number[]> =>
  page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        requestAnimationFrame(() => {
          const canvas = document.querySelector<HTMLCanvasElement>('.viewer canvas')!;
          const copy = new OffscreenCanvas(64, 36).getContext('2d', { willReadFrequently: true })!;
          copy.drawImage(canvas, 0, 0, 64, 36);
          const { data } = copy.getImageData(0, 0, 64, 36);
          resolve(
            Array.from({ length: 64 * 36 }, (_, i) => data[4 * i]! + data[4 * i + 1]! + data[4 * i + 2]!),
          );
        });
      }),
  );
const half = (view: readonly number[], side: 'left' | 'right'): number[] =>
  view.filter((_, i) => (side === 'left' ? i % 64 < 30 : i % 64 > 33));
const brightness = (view: readonly number[]): number => view.reduce((a, b) => a + b, 0) / view.length;
/** Until it stands still, two looks in a row. */
async function still(page: Page): Promise<number[]> {
  let before = await drawnView(page);
  for (;;) {
    await page.waitForTimeout(120);
    const now = await drawnView(page);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
}
const legend = (page: Page) => page.getByText(/^Ignored: .* of the photograph$/);
const dialog = (page: Page) => page.getByRole('dialog');
const stage = (page: Page) => page.getByRole('application');

/** Headings of the page are looked after by its own suite. */
const faults = async (page: Page): Promise<string[]> =>
  (await accessibilityFaults(page)).filter((fault) => !/^h\d after|^\d+ headings/.test(fault));

const total = catalogue?.length ?? 60;
const earlier = [{ product: 'metal nut', source: 'lot 7', total, state: 'done' as const, done: total }];

async function openPart(page: Page): Promise<void> {
  await page.getByText('lot 7').first().click();
  await page.getByRole('listbox').focus();
  await press(page, 'Home', 'Enter');
  await page.locator('.viewer canvas').waitFor();
}

/** From the list of recipes to the first part of a new run. */
async function inspectWithIt(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Inspect with it' }).click();
  await page.getByText('Open folder').click();
  await page.getByRole('button', { name: 'Inspect', exact: true }).click();
  await page.getByRole('listbox').waitFor();
  await page
    .getByText(/ inspected/)
    .first()
    .waitFor();
  await page.getByRole('listbox').focus();
  await press(page, 'Home', 'Enter');
}

for (const { at, open } of sizes) {
  const page = await open({ earlier, catalogue, batch: 60 });
  await openPart(page);

  await step(at('without an area nothing lies on the photograph'), async () => {
    assert.equal(await legend(page).count(), 0);
    await shoot(page, '01-none');
  });

  await step(at('a rectangle is drawn by keys alone, taken back, and done again'), async () => {
    await press(page, 'a');
    await dialog(page).waitFor();
    await dialog(page).getByText('The whole photograph is inspected.').waitFor();
    // The cursor begins in the middle; the key moves it by 8 cells.
    await press(page, ' ');
    await dialog(page).getByText('Go to the opposite corner').waitFor();
    await times(page, 'ArrowRight', 10);
    await times(page, 'ArrowDown', 5);
    await shoot(page, '02-rectangle');
    await press(page, ' ');
    const share = await ignoredShare(page);
    const cells = share * (catalogue === null ? 960 * 720 : NaN);
    if (catalogue === null) assert.equal(Math.round(cells), 80 * 40);
    await press(page, 'Control+z');
    assert.equal(await ignoredShare(page), 0);
    await press(page, 'Control+y');
    assert.equal(await ignoredShare(page), share);
    await press(page, 'u');
    assert.equal(await ignoredShare(page), 0);
  });

  await step(
    at('a rectangle is pulled open with the mouse; what is inspected is cut out of it again'),
    async () => {
      const box = (await page.locator('dialog .paper').boundingBox())!;
      const drag = async (x0: number, y0: number, x1: number, y1: number): Promise<void> => {
        await page.mouse.move(box.x + box.width * x0, box.y + box.height * y0);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * x1, box.y + box.height * y1, { steps: 4 });
        await page.mouse.up();
      };
      await drag(0.5, 0, 1, 0.99);
      const half = await ignoredShare(page);
      assert.ok(Math.abs(half - 0.5) < 0.02, `${half}`);
      await press(page, 'k');
      await drag(0.6, 0.2, 0.8, 0.6);
      const cut = await ignoredShare(page);
      assert.ok(Math.abs(cut - (half - 0.08)) < 0.01, `${cut}`);
      await shoot(page, '03-cut');
    },
  );

  await step(at('the brush and a polygon draw too, and zoom shows them closer'), async () => {
    const before = await ignoredShare(page);
    await press(page, 'b', 'i');
    await page.locator('dialog .stage').focus();
    await press(page, ' ');
    const dot = await ignoredShare(page);
    await press(page, 'k', ' ');
    const erased = await ignoredShare(page);
    assert.ok(erased < dot && dot >= before, `${before} ${dot} ${erased}`);
    await press(page, 'i', 'p', ' ');
    await times(page, 'ArrowLeft', 6);
    await press(page, ' ');
    await times(page, 'ArrowUp', 6);
    await press(page, ' ', 'Enter');
    assert.ok((await ignoredShare(page)) > erased);
    const wide = (await page.locator('dialog .paper').boundingBox())!.width;
    await times(page, '+', 5);
    assert.ok((await page.locator('dialog .paper').boundingBox())!.width > 2.5 * wide);
    await shoot(page, '04-zoomed');
    await press(page, '0');
    assert.equal((await page.locator('dialog .paper').boundingBox())!.width, wide);
    await stage(page).hover();
    await page.mouse.wheel(0, -600);
    assert.ok((await page.locator('dialog .paper').boundingBox())!.width > wide);
    await press(page, '0');
  });

  await step(at('everything in the sheet has a name, a role and its size'), async () => {
    assert.deepEqual(await faults(page), []);
  });

  await step(at('ignoring everything is not possible'), async () => {
    await dialog(page).getByRole('button', { name: 'Ignore all' }).click();
    await dialog(page).getByText('Nothing is left to inspect').waitFor();
    assert.ok(await dialog(page).getByRole('button', { name: 'Use this area' }).isDisabled());
    await press(page, 'Control+z');
    assert.ok(await dialog(page).getByRole('button', { name: 'Use this area' }).isEnabled());
    await dialog(page).getByRole('button', { name: 'Inspect all' }).click();
    assert.equal(await ignoredShare(page), 0);
  });

  let plain: number[] = [];
  await step(at('escape changes nothing'), async () => {
    await press(page, 'Escape');
    await dialog(page).waitFor({ state: 'detached' });
    assert.equal(await legend(page).count(), 0);
    plain = await still(page);
  });

  await step(
    at('used, it lies on the photograph as a draft, and is kept in a recipe with a reason'),
    async () => {
      await press(page, 'a');
      const box = (await page.locator('dialog .paper').boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.5, box.y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width, box.y + box.height, { steps: 4 });
      await page.mouse.up();
      await dialog(page).getByText('50.0 % ignored').waitFor();
      await dialog(page).getByRole('button', { name: 'Use this area' }).click();
      await dialog(page).getByLabel('Name').waitFor();
      await shoot(page, '05-keep');
      await press(page, 'Escape');
      await page.getByText('Ignored: 50.0 % of the photograph').waitFor();
      await page.getByText('Not kept in a recipe yet').waitFor();
      await shoot(page, '06-draft');
      const hatched = await still(page);
      assert.notDeepEqual(hatched, plain);
      // Held down, H shows the photograph without anything over it.
      await page.keyboard.down('h');
      const bare = await still(page);
      await page.keyboard.up('h');
      assert.ok(brightness(half(bare, 'right')) !== brightness(half(hatched, 'right')));
      await page.getByRole('button', { name: 'Keep as recipe' }).last().click();
      await dialog(page).getByLabel('Name').fill('Nuts, left half');
      await dialog(page).getByLabel('Why').fill('the clamp is in the picture');
      await press(page, 'Enter');
      await dialog(page).waitFor({ state: 'detached' });
      const [saved] = await calls(page, 'recipe.save');
      const area = InspectionArea.parse((saved?.settings as { area: unknown }).area);
      const cells = ignoredCells(area);
      const ignored = (u: number, v: number): boolean => isIgnored(cells, area.columns, area.rows, u, v);
      assert.deepEqual([ignored(0.25, 0.5), ignored(0.75, 0.5), ignored(0.99, 0.99)], [false, true, true]);
      // The run on the screen was inspected without it, and its numbers stay those.
      await legend(page).waitFor({ state: 'detached' });
    },
  );

  await step(at('the recipe shows its area'), async () => {
    await press(page, 'Escape');
    await page.getByRole('button', { name: 'Runs' }).click();
    await page.getByRole('button', { name: 'Recipes' }).click();
    await page.getByRole('row', { name: /Inspection area 50\.0 % ignored/ }).waitFor();
    await shoot(page, '07-recipe');
  });

  await step(
    at('a run with the recipe shows what it ignores: hatched, in the legend, under the cursor'),
    async () => {
      await inspectWithIt(page);
      await page.getByText('Ignored: 50.0 % of the photograph').waitFor();
      assert.equal(await page.getByText('Not kept in a recipe yet').count(), 0);
      await still(page);
      const box = (await page.locator('.viewer canvas').boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.62, box.y + box.height * 0.5);
      await page.locator('dd', { hasText: 'ignored' }).waitFor();
      await page.mouse.move(box.x + box.width * 0.38, box.y + box.height * 0.5);
      await page.locator('dd', { hasText: 'ignored' }).waitFor({ state: 'detached' });
      await shoot(page, '08-run');
      assert.deepEqual(await faults(page), []);
    },
  );

  await step(at('drawn once more, the area begins as it is, and becomes the next version'), async () => {
    await press(page, 'a');
    await dialog(page).getByText('50.0 % ignored').waitFor();
    await dialog(page).getByRole('button', { name: 'Inspect all' }).click();
    await dialog(page).getByRole('button', { name: 'Use this area' }).click();
    await dialog(page)
      .getByText(/Inspection area 50\.0 % ignored \(\w+\) → none/)
      .waitFor();
    await dialog(page).getByLabel('Why').fill('the clamp is gone');
    await press(page, 'Enter');
    await dialog(page).waitFor({ state: 'detached' });
    const saved = (await calls(page, 'recipe.save')).at(-1);
    assert.deepEqual([saved?.recipeId, saved?.basedOn], [1, 1]);
    assert.equal('area' in (saved?.settings as object), false);
  });

  await step(at('an area that follows the part is tried on the photographs before it is kept'), async () => {
    await press(page, 'a');
    const drag = (await page.locator('dialog .paper').boundingBox())!;
    await page.mouse.move(drag.x + drag.width * 0.8, drag.y);
    await page.mouse.down();
    await page.mouse.move(drag.x + drag.width, drag.y + drag.height, { steps: 4 });
    await page.mouse.up();
    const follow = dialog(page).getByRole('switch', { name: 'Area follows the part' });
    assert.equal(await follow.getAttribute('aria-checked'), 'false');
    await follow.focus();
    await press(page, 'Enter');
    await dialog(page).getByLabel('How far the part may be turned').waitFor();
    await shoot(page, '13-follow');
    assert.deepEqual(await faults(page), []);
    await dialog(page).getByRole('button', { name: 'Use this area' }).click();
    await dialog(page)
      .getByText(/Area follows the part no: the area stays → turned up to 30°/)
      .waitFor();
    await shoot(page, '14-follow-keep');
    await press(page, 'Escape');
    await page.getByText(/^Follows the part: turned .*°, right .* px, down .* px, \d+ % alike$/).waitFor();
    await shoot(page, '15-follow-draft');
    await press(page, 'ArrowRight');
    await page.getByText(/^Follows the part|^The part was not found here/).waitFor();
    await shoot(page, '16-follow-draft-next');
    await press(page, 'ArrowLeft');
    await page.getByRole('button', { name: 'Keep as recipe' }).last().click();
    await dialog(page).getByLabel('Why').fill('parts lie loosely in the tray');
    await press(page, 'Enter');
    await dialog(page).waitFor({ state: 'detached' });
    const saved = (await calls(page, 'recipe.save')).at(-1);
    const area = InspectionArea.parse((saved?.settings as { area: unknown }).area);
    assert.equal(area.align?.turns, 30);
  });

  await step(at('a run with it shows where the area went, and by how much'), async () => {
    await press(page, 'Escape');
    await page.getByRole('button', { name: 'Runs' }).click();
    await page.getByRole('button', { name: 'Recipes' }).click();
    await page.getByRole('row', { name: /Area follows the part turned up to 30°/ }).waitFor();
    await shoot(page, '17-follow-recipe');
    await inspectWithIt(page);
    await page
      .getByText(/^Follows the part: turned \+8\.0°, right \+.* px, down −.* px, 82 % alike$/)
      .waitFor();
    await still(page);
    // The border lay in the middle and went to the right with the part: the middle is inspected now.
    const box = (await page.locator('.viewer canvas').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
    assert.equal(await page.locator('dd', { hasText: 'ignored' }).count(), 0);
    await shoot(page, '18-follow-run');
    assert.deepEqual(await faults(page), []);
  });

  await step(
    at('the reference stands beside the part, says where it is from, and moves with it'),
    async () => {
      const alone = await still(page);
      await press(page, 'r');
      const pane = page.getByRole('group', { name: 'Reference' });
      await pane.getByText(/^Reference: /).waitFor();
      assert.match(await pane.innerText(), /good, 0\.\d{3}, from this run/);
      const beside = await still(page);
      assert.notDeepEqual(beside, alone);
      await shoot(page, '09-reference');
      await times(page, '+', 4);
      const zoomed = await still(page);
      for (const side of ['left', 'right'] as const)
        assert.notDeepEqual(half(zoomed, side), half(beside, side), side);
      await press(page, 'Shift+ArrowRight');
      const panned = await still(page);
      assert.notDeepEqual(half(panned, 'right'), half(zoomed, 'right'));
      await shoot(page, '10-reference-zoomed');
      await press(page, '0');
      assert.deepEqual(await still(page), beside);
      await press(page, 'ArrowRight');
      await page.waitForFunction(
        (n) => window.fake.calls.filter((c) => c.channel === 'part.reference').length > n,
        1,
      );
      await pane.getByText(/^Reference: /).waitFor();
      assert.deepEqual(await faults(page), []);
      // Side by side takes its place, and it takes that of side by side.
      await press(page, 's');
      await pane.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Reference', exact: true }).click();
      await pane.waitFor();
      assert.equal(await page.locator('[aria-pressed=true]', { hasText: 'Side by side' }).count(), 0);
      await press(page, 'r');
      await pane.waitFor({ state: 'detached' });
    },
  );

  await step(at('a failure is told in its place'), async () => {
    await page.evaluate(() =>
      window.fake.failNext('part.reference', { code: 'history.not_found', params: { what: 'Part 7' } }),
    );
    await press(page, 'r');
    await page
      .getByRole('group', { name: 'Reference' })
      .getByText('This record is not in the history')
      .first()
      .waitFor();
    await shoot(page, '11-reference-failed');
    await press(page, 'r');
  });
  await leave(page);

  await step(
    at('following needs the photograph, and drawing the place of the part: both are waited for'),
    async () => {
      // The right half of a drawn bracket is ignored; it is found again in no photograph of the fake.
      const drawn = bracket();
      const grey = smallGrey(drawn.data, 1, drawn, smallSize(960, 720));
      const area = { columns: 2, rows: 1, runs: [1, 1], align: toReference(grey, 30) };
      const loose = await open({
        earlier: [{ ...earlier[0]!, total: 60, done: 60 }],
        recipes: [{ name: 'Nuts', product: 'metal nut' }],
      });
      await loose.evaluate((kept) => {
        const store = JSON.parse(localStorage.getItem('fake') ?? '{}') as {
          runs: { recipe: unknown }[];
          recipes: { area?: unknown }[];
        };
        store.runs[0]!.recipe = { id: 1, version: 1, name: 'Nuts' };
        store.recipes[0]!.area = kept;
        localStorage.setItem('fake', JSON.stringify(store));
      }, area);
      await loose.reload();
      // One photograph comes when the test lets it come, one is none at all.
      const coming = new Map<number, () => void>();
      const late = async (seq: number): Promise<void> => {
        const come = new Promise<void>((resolve) => coming.set(seq, resolve));
        await loose.route(`**/media/parts/${ID_SPACE + seq + 1}/image`, async (route) => {
          await come;
          await route.continue();
        });
      };
      await late(0);
      await loose.route(`**/media/parts/${ID_SPACE + 2}/image`, (route) =>
        route.fulfill({ body: 'no photograph' }),
      );
      const use = dialog(loose).getByRole('button', { name: 'Use this area' });
      const follow = dialog(loose).getByRole('switch', { name: 'Area follows the part' });
      await openPart(loose);
      await press(loose, 'a');
      await dialog(loose).getByText('The photograph is on its way').waitFor();
      assert.equal(await follow.getAttribute('aria-checked'), 'true');
      assert.ok(await use.isDisabled());
      await shoot(loose, '19-follow-late');
      // An area that stays needs no photograph.
      await follow.click();
      assert.ok(await use.isEnabled());
      assert.ok(await follow.isDisabled());
      coming.get(0)?.();
      await dialog(loose).locator('[role=switch]:not(:disabled)').waitFor();
      await follow.click();
      assert.ok(await use.isEnabled());
      await press(loose, 'Escape', 'ArrowRight', 'a');
      await dialog(loose).getByText('Without the photograph the area cannot follow the part').waitFor();
      assert.ok(await use.isDisabled());
      assert.deepEqual(await faults(loose), []);
      await shoot(loose, '20-follow-never');
      await press(loose, 'Escape');

      // The run could not inspect part 50, so nobody knows where the area lies on it before its photograph is there.
      await late(50);
      await press(loose, 'Escape');
      await loose.getByRole('listbox').focus();
      await press(loose, 'End', 'Enter');
      await times(loose, 'ArrowLeft', 9);
      await loose.locator('#part-title', { hasText: 'part_000050' }).waitFor();
      await press(loose, 'a');
      await dialog(loose).getByText('Looking for the part').waitFor();
      assert.equal(await stage(loose).count(), 0);
      for (const name of ['Ignore all', 'Inspect all', 'Use this area'])
        assert.ok(await dialog(loose).getByRole('button', { name }).isDisabled(), name);
      await shoot(loose, '21-looking');
      coming.get(50)?.();
      await dialog(loose).getByText('The part was not found here, so the area cannot be shown').waitFor();
      assert.equal(await ignoredShare(loose), 0);
      // The run has noted no size of it; it has the shape of its photograph all the same.
      const shape = (await loose.locator('dialog .paper').boundingBox())!;
      assert.ok(Math.abs(shape.width / shape.height - 960 / 720) < 0.01, JSON.stringify(shape));
      // The keys draw at once.
      await press(loose, ' ', 'ArrowRight', 'ArrowDown', ' ');
      assert.ok((await ignoredShare(loose)) > 0);
      await shoot(loose, '22-lost');
      await leave(loose);
    },
  );

  for (const [why, said] of [
    ['none', 'No other part of this product has been accepted yet.'],
    ['incomparable', 'This part cannot be compared'],
  ] as const) {
    await step(at(`without a reference it says why: ${why}`), async () => {
      const empty = await open({ earlier, catalogue, reference: why });
      await openPart(empty);
      await press(empty, 'r');
      await empty.getByText(said).waitFor();
      await shoot(empty, `12-${why}`);
      await leave(empty);
    });
  }
}

await end();
