// One run from the first start to the reopened window, by keyboard only: node test/renderer/page.e2e.ts
// Runs in Node, in Debian's Chromium with a made-up main process. Operated by keyboard wherever an operator could; any console error, policy violation or outside request fails it.
import assert from 'node:assert/strict';
import { beginSuite, calls, leave, press, until } from './operate.ts';
import {
  text,
  selectedName,
  tabTo,
  finished,
  heatShown,
  expected,
  filterCounts,
  samples,
} from './reading.ts';

const { step, open, end } = await beginSuite('page');

let page = await open({ samples, totals: { nuts: 200 } });

await step('first start offers dropping, opening and samples', async () => {
  assert.equal(await text(page, 'h1'), 'What shall be inspected?');
  assert.ok(await page.getByRole('button', { name: 'Hazelnuts' }).isVisible());
  assert.match(await text(page, 'main'), /Runs that you start are kept here/);
});

await step('says what is missing, with the remedy of the catalogue', async () => {
  await tabTo(page, /Open folder/);
  await press(page, 'Enter');
  await page.locator('li', { hasText: '/photographs/nuts' }).waitFor();
  await until('the words have the focus', () =>
    page.evaluate(() => document.activeElement?.id === 'product'),
  );
  await press(page, 'Enter');
  await page.getByText('Type a word or two, for example "metal nut".').waitFor();
});

await step('inspects: parts stream into the grid, the progress is told', async () => {
  await page.keyboard.type('metal nut');
  await press(page, 'Enter');
  await page.getByRole('listbox').waitFor();
  await page.getByRole('progressbar').waitFor();
  await finished(page, '200 parts inspected');
  assert.deepEqual(await calls(page, 'run.start'), [{ inputs: ['/photographs/nuts'], product: 'metal nut' }]);
  assert.equal(await page.getByRole('progressbar').count(), 0);
});

await step('counts are those of the domain, and failed parts are not good', async () => {
  const { pending: _, ...counts } = expected(200, { review: 0.42, reject: 0.62 });
  assert.deepEqual(await filterCounts(page), counts);
  assert.ok(counts.failed > 0);
});

await step('photographs and heat are drawn; failed parts are hatched', async () => {
  await until('a cell has a photograph and heat', () =>
    page.evaluate(() => {
      const some = (canvas: HTMLCanvasElement | undefined): boolean => {
        if (canvas === undefined) return false;
        const context = new OffscreenCanvas(64, 64).getContext('2d', { willReadFrequently: true });
        context?.drawImage(canvas, 0, 0, 64, 64);
        return context?.getImageData(0, 0, 64, 64).data.some((value) => value > 0) ?? false;
      };
      // Low heat is clear, so most parts show none: one that does is enough.
      return [...document.querySelectorAll('[role=option] .picture')].some((picture) => {
        const [photo, heat] = picture.querySelectorAll('canvas');
        return some(photo) && some(heat);
      });
    }),
  );
  await press(page, '5');
  const failed = page.locator('[role=option]').first();
  await failed.getByText('Not inspected').waitFor();
  assert.match(await failed.innerText(), /Failed/);
  assert.equal(await failed.locator('.hatched').count(), 1);
  await press(page, '1');
});

await step('overlay: off and on, hidden while held, fainter and stronger', async () => {
  assert.equal(await heatShown(page), 0.7);
  await press(page, 'o');
  assert.equal(await heatShown(page), 0);
  await press(page, 'o');
  await page.keyboard.down('h');
  assert.equal(await heatShown(page), 0);
  await page.keyboard.up('h');
  assert.equal(await heatShown(page), 0.7);
  await press(page, '[', '[', ']');
  assert.equal(await heatShown(page), 0.6);
});

await step('the grid moves by arrows, pages and ends', async () => {
  await page.getByRole('listbox').focus();
  await press(page, 'Home', 'ArrowRight', 'ArrowDown');
  const index = await page.locator('[aria-selected=true]').getAttribute('aria-posinset');
  const columns = Number(index) - 2;
  assert.ok(columns >= 3, `columns: ${columns}`);
  await press(page, 'End');
  await until('the last part is in view', async () => (await page.locator('#part-199').count()) === 1);
  const active = await page.getByRole('listbox').getAttribute('aria-activedescendant');
  assert.equal(active, 'part-199');
  await press(page, 'Home');
});

await step('thresholds move by keys, say what changes, save once, inspect nothing again', async () => {
  const before = (await calls(page, 'run.thresholds')).length;
  const started = (await calls(page, 'run.start')).length;
  const slider = page.getByRole('slider', { name: 'Review threshold' });
  await slider.focus();
  await press(page, 'ArrowLeft', 'ArrowLeft', 'Shift+ArrowRight');
  assert.equal(await slider.getAttribute('aria-valuenow'), '0.401');
  assert.match(await text(page, '.sentence'), /from good to review/);
  await page.getByText('Saved. Nothing is inspected again.').waitFor();
  const saved = (await calls(page, 'run.thresholds')).slice(before);
  assert.deepEqual(saved, [{ runId: 1, thresholds: { review: 0.401, reject: 0.62 } }]);
  const { pending: _, ...counts } = expected(200, { review: 0.401, reject: 0.62 });
  assert.deepEqual(await filterCounts(page), counts);
  assert.equal((await calls(page, 'run.start')).length, started);
});

await step('a handle stops at the other one and at the ends', async () => {
  const slider = page.getByRole('slider', { name: 'Review threshold' });
  await slider.focus();
  await press(page, 'End');
  assert.equal(await slider.getAttribute('aria-valuenow'), '0.62');
  await press(page, 'Home');
  assert.equal(await slider.getAttribute('aria-valuenow'), '0');
  await page.getByLabel('Review from').fill('0,41');
  await press(page, 'Enter');
  await until('0.41 is saved', async () =>
    JSON.stringify((await calls(page, 'run.thresholds')).at(-1)).includes('"review":0.41,'),
  );
});

await step('a drag follows the pointer and saves once, when it ends', async () => {
  const before = (await calls(page, 'run.thresholds')).length;
  const knob = page.locator('[data-handle=reject]');
  const box = (await knob.boundingBox()) ?? assert.fail('no knob');
  await page.mouse.move(box.x + 10, box.y + 20);
  await page.mouse.down();
  for (let i = 1; i <= 10; i++) await page.mouse.move(box.x + 10 - 3 * i, box.y + 20);
  assert.equal((await calls(page, 'run.thresholds')).length, before);
  await page.mouse.up();
  await until('it is saved', async () => (await calls(page, 'run.thresholds')).length === before + 1);
  const value = Number(await knob.getAttribute('aria-valuenow'));
  assert.ok(value > 0.45 && value < 0.56, `reject is ${value}`);
  await press(page, 'u');
  await until('undo sets it back', async () => (await knob.getAttribute('aria-valuenow')) === '0.62');
  // Undo right after the change takes back that change, not the one before it.
  assert.deepEqual((await calls(page, 'run.thresholds')).at(-1), {
    runId: 1,
    thresholds: { review: 0.41, reject: 0.62 },
  });
});

let judged = '';
await step('J marks OK and goes to the next doubtful part, K marks NG, U takes back', async () => {
  await page.getByRole('listbox').focus();
  await press(page, '1', 'Home', 'n');
  judged = await selectedName(page);
  assert.match(await text(page, '.part .verdicts'), /Review/);
  await press(page, 'j');
  const second = await selectedName(page);
  assert.notEqual(second, judged);
  await press(page, 'k');
  await until('both are on the disk', async () => (await calls(page, 'part.verdict')).length === 2);
  await press(page, 'u');
  await until('taken back', async () => (await calls(page, 'part.verdict')).length === 3);
  assert.equal(await selectedName(page), second);
  const verdicts = (await calls(page, 'part.verdict')) as { verdict: string | null }[];
  assert.deepEqual(
    verdicts.map((v) => v.verdict),
    ['ok', 'ng', null],
  );
  assert.match(await text(page, '.scores header'), /1 of \d+ doubtful judged/);
});

await step('judging through a filter goes through all that wait in it', async () => {
  await press(page, '3', 'Home');
  const total = (await filterCounts(page)).reject;
  const before = (await calls(page, 'part.verdict')).length;
  for (let i = 0; i < total; i++) await press(page, 'k');
  await page.getByText('No doubtful part is left to judge here').first().waitFor();
  await until(
    'all are on the disk',
    async () => (await calls(page, 'part.verdict')).length === before + total,
  );
  await press(page, '2');
});

await step(
  'a part opens large, zooms to the hottest place, pans, and Escape goes up one level at a time',
  async () => {
    await press(page, 'Home', 'Enter');
    await page.getByText(/1 of \d+ · Review/).waitFor();
    const zoom = (): Promise<string> => text(page, 'footer .zoom');
    await until('the photograph is there', async () => (await zoom()) !== '–');
    const fit = await zoom();
    await until('the heat is there', async () => {
      await press(page, 'z');
      return (await zoom()) !== fit;
    });
    await press(page, 'Shift+ArrowLeft', '+', '-');
    await press(page, 'Escape');
    assert.equal(await zoom(), fit);
    await press(page, 's');
    await page.locator('.viewer .label', { hasText: 'Original' }).waitFor();
    await press(page, 's', 'ArrowRight');
    await page.getByText(/2 of \d+ · Review/).waitFor();
    await press(page, 'Escape');
    await page.getByRole('listbox').waitFor();
    assert.equal(await page.locator('[aria-selected=true]').getAttribute('aria-posinset'), '2');
    await until('the grid has the focus', () =>
      page.evaluate(() => document.activeElement?.role === 'listbox'),
    );
  },
);

await step('the value under the pointer, wheel and drag', async () => {
  await press(page, 'Enter');
  await until('the photograph is there', async () => (await text(page, 'footer .zoom')) !== '–');
  await page.mouse.move(470, 420);
  await page
    .getByText(/^0\.\d{4}/)
    .first()
    .waitFor();
  const fit = await text(page, 'footer .zoom');
  await page.mouse.wheel(0, -600);
  await until('zoomed', async () => (await text(page, 'footer .zoom')) !== fit);
  await page.mouse.down();
  await page.mouse.move(520, 450);
  await page.mouse.up();
  await press(page, '0', 'Escape');
});

await step('blink shows and hides the heat by itself; any other way to look ends it', async () => {
  await press(page, '1', 'Home', 'n', 'Enter', 'b');
  const mode = page.getByRole('button', { name: 'Blink' });
  assert.equal(await mode.getAttribute('aria-pressed'), 'true');
  await until('hidden', async () => (await heatShown(page)) === 0);
  await until('shown again', async () => (await heatShown(page)) > 0);
  await press(page, 's');
  assert.equal(await mode.getAttribute('aria-pressed'), 'false');
  await press(page, 's');
});

await step(
  'regions: listed with peak and area, moved to by key, fewer with a larger least area',
  async () => {
    const rows = page.locator('.region');
    await rows.first().waitFor();
    const fit = await text(page, 'footer .zoom');
    assert.match(await rows.first().innerText(), /0\.\d{4}[^]*\d px²/);
    await press(page, '.');
    await until('zoomed to it', async () => (await text(page, 'footer .zoom')) !== fit);
    assert.equal(await rows.first().getAttribute('aria-pressed'), 'true');
    await press(page, '0');
    const outlined = async (): Promise<string> =>
      page.locator('.viewer canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await outlined();
    await press(page, 'c');
    await until('no outlines', async () => (await outlined()) !== before);
    await press(page, 'c');
    const least = page.getByLabel('At least');
    await least.fill('900000');
    await press(page, 'Enter');
    await page.getByText('Nothing here is as hot and as large.').waitFor();
    await least.fill('20');
    await press(page, 'Enter');
    await rows.first().waitFor();
    await press(page, 'Escape');
  },
);

await step('a failed part tells what happened and what to do', async () => {
  await press(page, '5');
  await until('the filter shows', async () => (await text(page, '.part .verdicts')).includes('Failed'));
  await press(page, 'Home', 'Enter');
  await page.getByText('The photograph is damaged: part_13.png').waitFor();
  await page.getByText('Copy the photograph again from the camera.').waitFor();
  await press(page, 'Escape');
});

const marks = async (): Promise<{ verdict: string | null; defectKind?: string; comment?: string }[]> =>
  (await calls(page, 'part.verdict')) as never;
await step(
  'L marks unsure; D gives a kind, by word the first time, by digit the next; M keeps a comment',
  async () => {
    await press(page, '1', 'Home', 'l');
    await until('unsure', async () => (await marks()).at(-1)?.verdict === 'unsure');
    await press(page, 'd');
    await page.getByRole('dialog').getByLabel('Another kind').fill('scratch');
    await press(page, 'Enter');
    await until('with its kind', async () => (await marks()).at(-1)?.defectKind === 'scratch');
    await press(page, 'd', '1');
    await until(
      'by digit',
      async () => (await marks()).filter((m) => m.defectKind === 'scratch').length === 2,
    );
    await press(page, 'm');
    await page.getByRole('dialog').getByRole('textbox').fill('edge, 3 mm');
    await press(page, 'Enter');
    await until('with its comment', async () => (await marks()).at(-1)?.comment === 'edge, 3 mm');
    await page.locator('.part .comment', { hasText: 'edge, 3 mm' }).waitFor();
    await page.getByLabel('Judged').selectOption('kind:scratch');
    await until('only the scratched ones', async () => (await page.locator('[role=option]').count()) === 2);
    await page.getByLabel('Judged').selectOption('any');
    await page.getByRole('listbox').focus();
  },
);

await step('several parts are chosen by key, marked together and taken back together', async () => {
  await press(page, 'Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Control+ArrowRight');
  await page.getByText('3 parts chosen').waitFor();
  assert.equal(await page.locator('[role=option][aria-selected=true]').count(), 3);
  const before = (await marks()).length;
  await press(page, 'k');
  await until('all three', async () => (await marks()).length === before + 3);
  await press(page, 'u');
  await until('all three back', async () => (await marks()).length === before + 6);
  await press(page, 'Home', 'Control+a');
  await page.getByText('200 parts chosen').waitFor();
  await press(page, 'Escape');
  assert.equal(await page.getByText('parts chosen').count(), 0);
});

await step('settings: two-stage keys, another key with its conflict, and back as delivered', async () => {
  await press(page, 'p');
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('switch', { name: 'A verdict takes its key twice' }).click();
  await sheet.getByRole('button', { name: 'Change the key for: Mark OK' }).click();
  await press(page, 'k');
  await sheet.getByText('K has two meanings here: Mark OK / Mark NG.').waitFor();
  await sheet.getByRole('button', { name: 'Change the key for: Mark OK' }).click();
  await press(page, 'q');
  await until('no conflict', async () => (await sheet.getByText('two meanings').count()) === 0);
  await press(page, 'Escape');
  await page.getByRole('listbox').focus();
  await press(page, 'Home', 'n');
  const before = (await marks()).length;
  await press(page, 'q');
  await page.getByText('Again').waitFor();
  assert.equal((await marks()).length, before);
  await press(page, 'q');
  await until('marked', async () => (await marks()).length === before + 1);
  await press(page, 'p');
  await sheet.getByRole('switch', { name: 'A verdict takes its key twice' }).click();
  await sheet.getByRole('button', { name: 'All keys as delivered' }).click();
  await press(page, 'Escape');
  await page.getByRole('listbox').focus();
  await press(page, 'u');
  await until('taken back', async () => (await marks()).length === before + 2);
  await press(page, 'Home');
});

await step('search, sort and their way back', async () => {
  await press(page, '1', '/');
  await page.keyboard.type('tray 2/ 0001');
  await until(
    'only tray 2',
    async () =>
      (await text(page, '[role=option]')).includes('tray 2') &&
      (await page.locator('[role=option]').count()) > 0,
  );
  await press(page, 'Escape');
  await until(
    'all again',
    async () => (await page.locator('[role=option]').first().getAttribute('aria-setsize')) === '200',
  );
  await page.getByLabel('Sort').selectOption('doubt');
  await until('doubtful first', async () =>
    (await text(page, '[role=option][aria-posinset="1"]')).includes('Review'),
  );
});

await step('the sheet of keys opens and closes by key', async () => {
  await press(page, '?');
  await page.getByRole('dialog').getByText('Zoom to the hottest place, and back').waitFor();
  await press(page, 'Escape');
  await until('closed', async () => (await page.getByRole('dialog').count()) === 0);
});

await step('after a restart everything is found again', async () => {
  await page.getByRole('listbox').focus();
  await press(page, '2');
  await press(page, 'Home', 'ArrowRight', 'Enter');
  const name = await selectedName(page);
  await page.waitForTimeout(600);
  await page.reload();
  await page.getByText(/2 of \d+ · Review/).waitFor();
  assert.equal(await selectedName(page), name);
  assert.equal(await heatShown(page), 0.6);
  await press(page, 'Escape');
  assert.equal(await page.getByLabel('Review from').inputValue(), '0.410');
  assert.equal(await page.getByLabel('Sort').inputValue(), 'doubt');
  await press(page, '/');
  await page.keyboard.type(judged.split('/').at(-1) ?? '');
  await page.locator('[role=option] .mark.ok').first().waitFor();
  await press(page, 'Escape');
});

await step('earlier runs are listed and open again', async () => {
  await page.getByRole('button', { name: 'Runs' }).click();
  await page.getByRole('button', { name: /^metal nut/ }).click();
  await page.getByRole('listbox').waitFor();
  await page.getByRole('button', { name: 'Runs' }).click();
  await press(page, 'Escape');
  await page.getByRole('listbox').waitFor();
});
await leave(page);

// ---- What goes wrong, and what goes on beside it.
page = await open({ samples, totals: { hazelnut: 400, lot: 300 }, batch: 10, every: 80 });

await step('what is on the screen is asked for first, however fast results come', async () => {
  const fast = await open({ totals: { nuts: 200 }, batch: 1, every: 100 });
  await fast.getByRole('button', { name: 'Open folder' }).click();
  await fast.getByRole('textbox', { name: 'What is the part?' }).fill('metal nut');
  await press(fast, 'Enter');
  await fast.getByRole('listbox').waitFor();
  // Some forty parts are on the screen: while results come to it, what waits there is told of.
  const looks = async (): Promise<{ seqs: number[] }[]> =>
    (await calls(fast, 'run.look')) as { seqs: number[] }[];
  await until('it was told of, or fifty parts are inspected without', async () => {
    const done = /(\d+) of 200/.exec(await text(fast, '.status'))?.[1];
    return (await looks()).length > 0 || Number(done ?? 0) >= 50;
  });
  const told = await looks();
  assert.ok(told.length > 0, 'nothing was told of');
  assert.ok(told[0]!.seqs.length > 5, `${told[0]!.seqs.length} parts`);
  await leave(fast);
});

await step('one click inspects a sample; stop keeps what is there; resume finishes', async () => {
  await page.getByRole('button', { name: 'Hazelnuts' }).click();
  await page
    .locator('.status')
    .getByText(/of 400 parts/)
    .waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page
    .locator('.status')
    .getByText(/Stopped after \d+ of 400/)
    .waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page
    .locator('.status')
    .getByText(/of 400 parts/)
    .waitFor();
});

await step('a crash in the middle leaves a run that can be resumed', async () => {
  await page.waitForTimeout(500);
  await page.reload();
  await page
    .locator('.status')
    .getByText(/Stopped after \d+ of 400/)
    .waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await finished(page, '400 parts inspected');
});

await step('a mark that was not saved is taken off again, with the error and its remedy', async () => {
  await page.getByRole('listbox').focus();
  await press(page, '2', 'Home');
  const id = await page.locator('[aria-selected=true]').getAttribute('id');
  await page.evaluate(() =>
    window.fake.failNext('part.verdict', {
      code: 'history.write_failed',
      params: { reason: 'SQLITE_FULL' },
    }),
  );
  await press(page, 'j');
  await page.getByRole('alert').getByText('Free space on the disk or check its permissions.').waitFor();
  await until('no mark', async () => (await page.locator(`#${id} .mark.ok`).count()) === 0);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  assert.equal(await page.getByRole('alert').count(), 0);
});

await step('trouble with a service is told across the page', async () => {
  await page.evaluate(() => {
    const error = { code: 'service.died', params: { service: 'inference', reason: 'exit 9' } };
    window.fake.emit('service.trouble', { service: 'inference', error, fatal: false });
  });
  await page.getByRole('alert').getByText('A part of Loupe stopped and was started again').waitFor();
  await page.getByRole('button', { name: 'Dismiss' }).click();
});

await step(
  'a folder dropped on a run goes to the start screen; an empty one is refused with the remedy',
  async () => {
    const drop = (name: string): Promise<void> =>
      page.evaluate((file) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([], file));
        for (const type of ['dragover', 'drop']) {
          window.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, cancelable: true }));
        }
      }, name);
    await drop('empty');
    await page.locator('li', { hasText: '/dropped/empty' }).waitFor();
    await page.getByLabel('What is the part?').fill('nut');
    await press(page, 'Enter');
    await page.getByText('Choose a folder that holds photographs.').waitFor();
    await page.getByRole('button', { name: 'Choose others' }).click();
    await drop('lot');
    await page.getByLabel('What is the part?').fill('nut');
    await press(page, 'Enter');
    await finished(page, '300 parts inspected');
  },
);

await step('the menu reaches the page', async () => {
  const menu = (command: string): Promise<void> =>
    page.evaluate((name) => window.fake.emit('menu.command', name), command);
  await menu('show-about');
  await page.getByRole('dialog').getByText('Loupe mini 0.1.0').waitFor();
  await press(page, 'Escape');
  const shown = await heatShown(page);
  await menu('toggle-overlay');
  assert.notEqual(await heatShown(page), shown);
  await menu('open-folder');
  await page.locator('li', { hasText: '/photographs/nuts' }).waitFor();
});
await leave(page);

await end();
