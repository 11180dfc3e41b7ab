// People and second reviews in the page, in Debian's Chromium with a made-up main process: node test/renderer/people.e2e.ts
// Runs in Node. By keyboard from the first manager to a handover and a blind second review; any console error fails it.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { finishedPart } from './fake-data.ts';
import type { FakeSettings } from './fake-bridge.ts';
import { beginSuite, calls, leave, press } from './operate.ts';

/** PEOPLE_LOOK=<folder> takes pictures of each step, in both sizes. */
const { PEOPLE_LOOK: look } = process.env;
const { step, shoot, server, sizes, end } = await beginSuite('people page', { look, patience: 60_000 });

const TOTAL = 60;
const earlier = [
  { product: 'metal nut', source: 'lot 7', total: TOTAL, state: 'done' as const, done: TOTAL },
];
const judged: FakeSettings['judged'] = Object.fromEntries(
  Array.from({ length: 20 }, (_, seq) => [seq, (finishedPart(1, seq, null).score ?? 1) < 0.4 ? 'ok' : 'ng']),
);
const everybody: FakeSettings['people'] = [
  { name: 'Mia Schneider', role: 'manager', pin: '739216' },
  { name: 'Ana Torres', role: 'operator', pin: '4812' },
  { name: 'Ben Okafor', role: 'engineer', pin: '90517' },
];
const lock = (page: Page) => page.getByRole('heading', { name: 'Who is here?' });
const chip = (page: Page, name: string) =>
  page.getByRole('button', { name: new RegExp(`^${name}, \\w+, is signed in`) });
/** By keyboard: the focus is on the names or on the PIN. */
async function signIn(page: Page, name: string, pin: string): Promise<void> {
  await lock(page).waitFor();
  await page.getByRole('radio', { name: new RegExp(name) }).focus();
  await press(page, ' ', 'Enter');
  await page.getByLabel(`PIN of ${name}`).waitFor();
  await page.keyboard.type(pin);
  await press(page, 'Enter');
}

for (const { at, open } of sizes) {
  await step(at('without people nothing asks for a name, and the guide sets up a manager'), async () => {
    const page = await open({ earlier, judged });
    await page.getByText('lot 7').click();
    await page.getByRole('listbox').waitFor();
    await press(page, 'x');
    await page.getByRole('heading', { name: 'Begin with a manager' }).waitFor();
    const make = page.getByRole('button', { name: 'Set up as manager' });
    assert.ok(await make.isDisabled());
    await page.keyboard.type('Mia Schneider');
    await press(page, 'Tab');
    await page.keyboard.type('739216');
    await press(page, 'Tab');
    await page.keyboard.type('739217');
    await page.getByText('The two PINs differ.').waitFor();
    assert.ok(await make.isDisabled());
    await press(page, 'Backspace');
    await page.keyboard.type('6');
    await shoot(page, '1-first-manager');
    await press(page, 'Enter');
    await chip(page, 'Mia Schneider').waitFor();
    assert.deepEqual(await calls(page, 'people.add'), [
      { name: 'Mia Schneider', role: 'manager', pin: '739216' },
    ]);
    await page.getByLabel('Name', { exact: true }).fill('Ana Torres');
    await page.getByLabel('PIN', { exact: true }).fill('4812');
    await page.getByLabel('The PIN again').fill('4812');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Deactivate Ana Torres' }).waitFor();
    await page.getByLabel('Lock after').selectOption('5');
    await page.getByLabel('Role of Mia Schneider').selectOption('operator');
    await page.getByRole('alert').getByText('Somebody has to stay manager').waitFor();
    assert.equal(await page.getByLabel('Role of Mia Schneider').inputValue(), 'manager');
    await shoot(page, '2-people');
    assert.deepEqual(await calls(page, 'people.idle'), [{ minutes: 5 }]);
    await leave(page);
  });

  await step(at('with people the page begins locked, and only a PIN leads in'), async () => {
    const page = await open({ earlier, judged, people: everybody });
    await lock(page).waitFor();
    await shoot(page, '3-locked');
    // Nothing behind it takes a key, and Escape does not close it, however often.
    await press(page, 'Escape', 'Escape', 'Escape', 'j', '?', 'p');
    await lock(page).waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Settings' }).count(), 0);
    await signIn(page, 'Ana Torres', '1111');
    await page.getByText('This is not the PIN of Ana Torres').waitFor();
    await shoot(page, '4-wrong-pin');
    for (let i = 0; i < 4; i++) {
      await page.keyboard.type('0007');
      await press(page, 'Enter');
      await page.waitForFunction(
        (n) => window.fake.calls.filter((c) => c.channel === 'people.signIn').length === n,
        i + 2,
      );
      await page.getByText(/This is not the PIN|Too many wrong PINs/).waitFor();
    }
    await page.getByText('Too many wrong PINs for Ana Torres: wait 30 s').waitFor();
    // With gloves: the digits on the screen.
    for (const digit of '48') await page.getByRole('button', { name: digit, exact: true }).click();
    await page.getByRole('button', { name: 'Delete the last digit' }).click();
    for (const digit of '812') await page.getByRole('button', { name: digit, exact: true }).click();
    const box = await page.getByRole('button', { name: '5', exact: true }).boundingBox();
    assert.ok(box !== null && box.height >= 44 && box.width >= 44);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await chip(page, 'Ana Torres').waitFor();
    assert.equal(await lock(page).count(), 0);
    await leave(page);
  });

  await step(at('an operator judges, and finds what belongs to the recipe out of reach'), async () => {
    const page = await open({ earlier, judged, people: everybody });
    await signIn(page, 'Ana Torres', '4812');
    await page.getByText('lot 7').click();
    await page.getByRole('listbox').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled());
    assert.ok(await page.getByRole('button', { name: 'Keep as recipe' }).isDisabled());
    await press(page, 'Home', 'l');
    await page.waitForFunction(() => window.fake.calls.some((c) => c.channel === 'part.verdict'));
    // Words typed by hand: the thresholds are hers. From a recipe they are not.
    await page.getByRole('slider', { name: 'Review threshold' }).focus();
    await press(page, 'ArrowRight');
    await page.waitForFunction(() => window.fake.calls.some((c) => c.channel === 'run.thresholds'));
    await page.evaluate(() => {
      const kept = JSON.parse(localStorage.getItem('fake') ?? '{}') as { runs: { recipe: unknown }[] };
      kept.runs[0]!.recipe = { id: 1, version: 1, name: 'Nut' };
      localStorage.setItem('fake', JSON.stringify(kept));
    });
    await page.reload();
    await page.getByText('These thresholds belong to the recipe').waitFor();
    const slider = page.getByRole('slider', { name: 'Review threshold' });
    const before = await slider.getAttribute('aria-valuenow');
    await slider.focus();
    await press(page, 'ArrowRight', 'PageUp');
    assert.equal(await slider.getAttribute('aria-valuenow'), before);
    assert.deepEqual(await calls(page, 'run.thresholds'), []);
    await shoot(page, '5-operator');
    await press(page, 'Escape');
    await page.getByRole('listbox').focus();
    await press(page, 'x');
    await lock(page).waitFor();
    await leave(page);
  });

  await step(
    at('a handover in the middle of a batch: locked, another one goes on, the run too'),
    async () => {
      const settings = { people: everybody, chosen: ['/photographs/nuts'], batch: 5, every: 150 };
      const page = await open(settings);
      await signIn(page, 'Ana Torres', '4812');
      await page.getByRole('button', { name: 'Open folder' }).click();
      await page.getByRole('textbox', { name: 'What is the part?' }).fill('metal nut');
      await press(page, 'Enter');
      await page.getByRole('listbox').waitFor();
      await page.waitForFunction(() => document.querySelectorAll('[role=option]').length > 10);
      await page.getByRole('listbox').focus();
      await press(page, 'Home', 'k');
      await page.waitForFunction(() => window.fake.calls.some((c) => c.channel === 'part.verdict'));
      await press(page, 'x');
      await lock(page).waitFor();
      await page.getByText('Ana Torres was signed in.').waitFor();
      const said = page.getByText(/The run goes on: \d+ of 200 inspected\./);
      await said.waitFor();
      const before = await said.textContent();
      await page.waitForFunction((text) => !document.body.textContent.includes(text ?? ''), before);
      await shoot(page, '6-handover');
      await signIn(page, 'Ben Okafor', '90517');
      await chip(page, 'Ben Okafor').waitFor();
      // What Ana did is not Ben's to take back.
      await press(page, 'u');
      await page.getByText('Nothing to undo').first().waitFor();
      await page.getByText('200 parts inspected').first().waitFor();
      assert.deepEqual(await calls(page, 'people.lock'), [{ idle: false }]);
      await leave(page);
    },
  );

  await step(at('nobody there: locked after the chosen time, over an open sheet as well'), async () => {
    const page = await open({ earlier, people: everybody });
    await signIn(page, 'Ana Torres', '4812');
    await page.getByText('lot 7').click();
    await page.getByRole('listbox').waitFor();
    await press(page, 'p');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    assert.deepEqual(await calls(page, 'people.lock'), []);
    // From here on a second of nobody is enough.
    await page.evaluate(() => window.fake.lockAfter(1 / 60));
    await lock(page).waitFor();
    assert.deepEqual(await calls(page, 'people.lock'), [{ idle: true }]);
    // The one who was on is chosen already.
    await page.getByLabel('PIN of Ana Torres').waitFor();
    await page.evaluate(() => window.fake.lockAfter(0));
    await page.keyboard.type('4812');
    await press(page, 'Enter');
    await chip(page, 'Ana Torres').waitFor();
    // The sheet lay under it, as it was.
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await leave(page);
  });

  for (const { sheet, key, channel } of [
    { sheet: /^Story of /, key: 'i', channel: 'part.explain' },
    { sheet: 'Blind second review', key: 'w', channel: 'second.list' },
  ]) {
    await step(at(`what was asked for before the screen was locked waits behind it: ${key}`), async () => {
      const page = await open({ earlier, judged, people: everybody });
      await signIn(page, 'Mia Schneider', '739216');
      await page.getByText('lot 7').click();
      await page.getByRole('listbox').focus();
      await press(page, 'Home');
      // Its answer comes when the test lets it come.
      await page.evaluate((late) => {
        const bridge = window.loupe!;
        const invoke = bridge.invoke.bind(bridge) as (channel: string, args: unknown) => Promise<unknown>;
        const come = new Promise<void>((resolve) => addEventListener('come', () => resolve()));
        window.loupe = {
          ...bridge,
          invoke: (async (channel: string, args: unknown) => {
            if (channel === late) await come;
            return invoke(channel, args);
          }) as typeof bridge.invoke,
        };
      }, channel);
      await press(page, key, 'x');
      await lock(page).waitFor();
      await page.evaluate(() => dispatchEvent(new Event('come')));
      const heading = page.locator('dialog h2').filter({ hasText: sheet });
      await heading.waitFor({ state: 'attached' });
      assert.equal(await heading.isVisible(), false);
      const onTop = await page.evaluate(() =>
        [0.1, 0.5, 0.9].map(
          (share) =>
            document
              .elementFromPoint(share * innerWidth, share * innerHeight)
              ?.closest('dialog')
              ?.getAttribute('aria-labelledby') ?? 'page',
        ),
      );
      assert.deepEqual(onTop, ['lock-title', 'lock-title', 'lock-title']);
      assert.ok(
        await page.evaluate(() => document.activeElement?.closest('[aria-labelledby=lock-title]') != null),
      );
      await signIn(page, 'Mia Schneider', '739216');
      await chip(page, 'Mia Schneider').waitFor();
      await heading.waitFor();
      await page.waitForFunction(() => document.activeElement?.matches('[data-first]'));
      await press(page, 'Escape');
      await heading.waitFor({ state: 'detached' });
      await leave(page);
    });
  }

  await step(
    at('minutes that the policy fixes lock, whatever a manager chose, and are no choice'),
    async () => {
      const ruledBy = (idleLockMinutes: number): FakeSettings['policy'] => ({
        ...{ file: '/etc/loupe/policy.json', disabled: [], idleLockMinutes },
      });
      let page = await open({ earlier, people: everybody, policy: ruledBy(5) });
      await signIn(page, 'Mia Schneider', '739216');
      await chip(page, 'Mia Schneider').click();
      await page.getByText('Your IT department fixed this.').waitFor();
      assert.match(await page.locator('.idle').innerText(), /Lock after\s+5 minutes/);
      assert.equal(await page.getByLabel('Lock after').count(), 0);
      await shoot(page, '11-ruled');
      await leave(page);
      // A manager chose never; the policy has a second.
      page = await open({ earlier, people: everybody, idleMinutes: 0, policy: ruledBy(1 / 60) });
      await signIn(page, 'Ana Torres', '4812');
      await page.waitForFunction(() => window.fake.calls.some((c) => c.channel === 'people.lock'));
      await lock(page).waitFor();
      assert.deepEqual(await calls(page, 'people.lock'), [{ idle: true }]);
      await leave(page);
    },
  );

  await step(at('a history that forgot who is on leads to the locked screen'), async () => {
    const page = await open({ earlier, judged, people: everybody });
    await signIn(page, 'Ben Okafor', '90517');
    await page.getByText('lot 7').click();
    await page.getByRole('listbox').waitFor();
    await page.evaluate(() => {
      window.fake.signOutSilently();
      window.fake.failNext('part.verdict', { code: 'people.locked', params: {} });
    });
    await press(page, 'Home', 'l');
    await lock(page).waitFor();
    await leave(page);
  });

  await step(at('one’s own PIN is changed with the old one'), async () => {
    const page = await open({ earlier, people: everybody });
    await signIn(page, 'Ana Torres', '4812');
    await chip(page, 'Ana Torres').click();
    await page.getByText('A manager adds and changes people.').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Deactivate/ }).count(), 0);
    await page.getByRole('button', { name: 'Change my PIN' }).click();
    await page.getByLabel('Current PIN').fill('4812');
    await page.getByLabel('New PIN').fill('77215');
    await page.getByLabel('The PIN again').fill('77215');
    await shoot(page, '7-own-pin');
    await press(page, 'Enter');
    await page.getByText('Your PIN is changed.').first().waitFor();
    await leave(page);
  });

  await step(
    at('a blind second review by keyboard: drawn, judged unseen, left, ended, looked into'),
    async () => {
      const page = await open({ earlier, judged, people: everybody });
      await signIn(page, 'Mia Schneider', '739216');
      await page.getByText('lot 7').click();
      await page.getByRole('listbox').waitFor();
      await page.getByRole('listbox').focus();
      await press(page, 'w');
      await page.getByRole('heading', { name: 'Blind second review' }).waitFor();
      await page.getByLabel('How many parts').selectOption('count');
      await page.getByLabel('A number').fill('0');
      assert.ok(await page.getByRole('button', { name: 'Draw and begin' }).isDisabled());
      await page.getByLabel('A number').fill('6');
      await page.getByText('6 parts of 20 that were judged.').waitFor();
      await shoot(page, '8-draw');
      await press(page, 'Enter');
      await page.getByText('1 of 6').waitFor();
      // Nothing of the first look is on the screen, nor told to a screen reader.
      await page.getByRole('img', { name: 'Photograph of Part 1 of the sample' }).waitFor();
      const text = await page.evaluate(() => document.body.innerHTML);
      const { name, score } = finishedPart(1, 0, null);
      assert.ok(!text.includes(name.split('/').at(-1) ?? ''));
      assert.ok(!text.includes((score ?? 0).toFixed(3).slice(0, 5)));
      const maps = server.asked.map;
      await shoot(page, '9-blind');
      await press(page, 'j', 'k', 'l');
      await page.getByText('3 parts left.').waitFor();
      assert.equal(server.asked.map, maps);
      // Back to one, and another word.
      await press(page, 'ArrowLeft');
      await page.getByText('3 of 6').waitFor();
      await press(page, 'k', 'Escape');
      await page.getByRole('listbox').waitFor();
      await press(page, 'w');
      await page.getByText('One is open: 3 of 6 parts judged a second time.').waitFor();
      await press(page, 'Enter');
      await page.getByText('4 of 6').waitFor();
      await press(page, 'j', 'j', 'j');
      await page.getByText('All parts of the sample are judged.').waitFor();
      assert.deepEqual(
        (await calls(page, 'second.judge')).map(({ verdict }) => verdict),
        ['ok', 'ng', 'unsure', 'ng', 'ok', 'ok', 'ok'],
      );
      await page.getByRole('button', { name: 'End and show the result' }).click();
      await page.getByRole('heading', { name: 'Result of the blind second review' }).waitFor();
      await page.getByText('0.512').waitFor();
      await page.getByText('(95 %: 0.203 to 0.821)').waitFor();
      await shoot(page, '10-result');
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByText('Written to /out.csv').first().waitFor();
      assert.deepEqual((await calls(page, 'history.export'))[0], { runIds: [1], by: 'run', format: 'csv' });
      const row = page.getByRole('listitem').getByRole('button').first();
      const part = (await row.textContent()) ?? '';
      await row.focus();
      await press(page, 'Enter');
      const title = page.locator('#part-title');
      await title.waitFor();
      assert.ok(part.includes((await title.textContent())?.trim() ?? '?'));
      await press(page, 'Escape', 'w');
      await page.getByRole('button', { name: /6 of 6 parts/ }).click();
      await page.getByText('0.512').waitFor();
      await leave(page);
    },
  );

  await step(at('a second verdict that was not saved is told, and led back to'), async () => {
    const page = await open({ earlier, judged });
    await page.getByText('lot 7').click();
    await page.getByRole('button', { name: 'Second look' }).click();
    await page.getByRole('switch', { name: 'Show the heat maps' }).click();
    await page.getByRole('button', { name: 'Draw and begin' }).click();
    await page.getByText('1 of 2').waitFor();
    await shoot(page, '11-blind-with-heat');
    await page.evaluate(() =>
      window.fake.failNext('second.judge', { code: 'history.write_failed', params: { reason: 'full' } }),
    );
    await press(page, 'j');
    await page.getByText('The second verdict was not saved.').waitFor();
    await page.getByText('1 of 2').waitFor();
    await page.getByText('2 parts left.').waitFor();
    await leave(page);
  });
}

await end();
