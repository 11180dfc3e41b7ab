// Diagnostics, support bundle, updates and guides in Debian's Chromium with a made-up main process: node test/renderer/support.e2e.ts
// Runs in Node. SUPPORT_LOOK=<folder> takes pictures of each step at both sizes; any console error fails it.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { FakeSettings } from './fake-bridge.ts';
import { beginSuite, calls, leave } from './operate.ts';

const { SUPPORT_LOOK: look } = process.env;
const { step, shoot, sizes, end } = await beginSuite('support page', { look });

const menu = (page: Page, command: string): Promise<void> =>
  page.evaluate((name) => window.fake.emit('menu.command', name), command);
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

const earlier = [{ product: 'metal nut', source: 'lot 7', total: 40, state: 'done' as const, done: 40 }];
for (const { at, open } of sizes) {
  const page = await open({ earlier });

  await step(at('the menu opens the diagnostics, Escape leads back to the part'), async () => {
    await page.getByText('lot 7').click();
    await page.getByRole('listbox').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText(/1 of \d+/).waitFor();
    await menu(page, 'show-diagnostics');
    await page.getByRole('heading', { name: 'Checks' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(/1 of \d+/).waitFor();
    await menu(page, 'show-diagnostics');
    await page.getByText('Electron 45.4.1, Chromium 156').waitFor();
    await shoot(page, '1-before');
  });

  await step(at('all checks run one after the other and say what is not in order'), async () => {
    await button(page, 'Run all checks').focus();
    await page.keyboard.press('Enter');
    await page.getByText('1 of 8 checks is not in order.').waitFor();
    assert.deepEqual(
      (await calls(page, 'support.check')).map((args) => (args as { id: string }).id),
      ['policy', 'data', 'disk', 'database', 'model', 'services', 'logs', 'crashes'],
    );
    await page.getByText('The model pack "loupe-mini" gives wrong numbers on this device').waitFor();
    await page.getByText('Schema: 7').waitFor();
    await shoot(page, '2-checked');
    await button(page, 'Check again: Model gives the right numbers').click();
    await page.waitForFunction(
      () => window.fake.calls.filter((c) => c.channel === 'support.check').length === 9,
    );
  });

  await step(
    at('the report is copied and saved, and the bundle shows what is in it before it is saved'),
    async () => {
      await button(page, 'Copy report').click();
      await page.getByText('The report is in the clipboard.').first().waitFor();
      await button(page, 'Save report…').click();
      await page.getByText('Written to /home/ana/report.txt').first().waitFor();
      assert.deepEqual(await calls(page, 'support.report'), [{ to: 'clipboard' }, { to: 'file' }]);
      assert.equal(await button(page, 'Save support bundle…').count(), 0);
      await button(page, 'Show what is in it').click();
      await page.getByText('logs/loupe.jsonl').waitFor();
      await shoot(page, '3-bundle');
      await button(page, 'Save support bundle…').click();
      await page.getByText('Written to /home/ana/Loupe support.zip').first().waitFor();
    },
  );

  await step(
    at('a wrong update is refused with a remedy, a right one offered and handed to an administrator'),
    async () => {
      await page.evaluate(() =>
        window.fake.failNext('update.check', {
          code: 'update.signature',
          params: { folder: '/media/stick', reason: 'x' },
        }),
      );
      await button(page, 'Check for update…').click();
      await page.getByText('Do not install it. Get it again from its source.').waitFor();
      assert.equal(await button(page, 'Install 0.2.0').count(), 0);
      await button(page, 'Another folder…').click();
      await page.getByText('Version 0.2.0 is signed and whole. This one is 0.1.0.').waitFor();
      assert.deepEqual(await calls(page, 'update.check'), [{ ask: false }, { ask: true }]);
      await button(page, 'Install loupe-large 1.0.0').click();
      await page.getByText('loupe-large 1.0.0 is installed.').waitFor();
      await shoot(page, '4-update');
      await button(page, 'Install 0.2.0').click();
      await page.getByText(/sudo dpkg -i/).waitFor();
      await page.getByText(/Backup of the history/).waitFor();
      await shoot(page, '5-command');
    },
  );

  await step(at('the guides are read offline, with their pictures'), async () => {
    await menu(page, 'show-guide');
    await page.getByRole('heading', { name: 'Inspecting and judging' }).waitFor();
    const pictures = page.locator('article img');
    await pictures.first().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLImageElement>('article img')].every(
        (image) => image.naturalWidth > 0,
      ),
    );
    assert.ok((await pictures.count()) >= 4);
    await shoot(page, '6-guide');
    for (const name of [
      'Setting up recipes',
      'Installation and administration',
      'Qualification',
      'What is new',
    ]) {
      await button(page, name).click();
      await page.locator('article').getByRole('heading', { level: 2 }).waitFor();
      // A mark that nobody understood would stand there as it is.
      const text = await page.locator('article').evaluate((article) =>
        [...article.querySelectorAll('p, li, td, h1, h2')]
          .map((e) => {
            const copy = e.cloneNode(true) as Element;
            copy.querySelectorAll('code').forEach((code) => code.remove());
            return copy.textContent;
          })
          .join('\n'),
      );
      assert.doesNotMatch(text, /\*\*|\]\(|```|^#/m, name);
      await shoot(page, `7-${name.replaceAll(' ', '-')}`);
    }
    await button(page, 'Setting up recipes').click();
    await page.locator('article').getByRole('button', { name: 'the qualification' }).click();
    await page.getByRole('heading', { name: 'Qualification', level: 2 }).waitFor();
    await button(page, 'Back').click();
    await page.getByText(/1 of \d+/).waitFor();
  });
  await leave(page);

  await step(at('settings lead to both; every target is 44 px high'), async () => {
    const fresh = await open({ earlier });
    for (const [name, heading] of [
      ['Guides', 'Inspecting and judging'],
      ['Diagnostics', 'Checks'],
    ] as const) {
      await button(fresh, 'Settings').click();
      await fresh.getByRole('dialog').getByRole('button', { name, exact: true }).click();
      await fresh.getByRole('heading', { name: heading }).first().waitFor();
    }
    const small = await fresh.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('main .button')]
        .filter((e) => e.getBoundingClientRect().height < 44)
        .map((e) => e.textContent),
    );
    assert.deepEqual(small, []);
    await leave(fresh);
  });

  await step(at('a Loupe that cannot start says why and offers its diagnostics'), async () => {
    const broken = await open();
    await broken.addInitScript(() => {
      // Every call of the start is refused, as main does it.
      const original = window.loupe!.invoke.bind(window.loupe);
      window.loupe!.invoke = (channel, args) =>
        channel.startsWith('support.')
          ? original(channel, args)
          : Promise.resolve({
              ok: false,
              error: {
                code: 'policy.invalid',
                params: { path: '/etc/loupe/policy.json', reason: 'it is no JSON' },
              },
            });
    });
    await broken.reload();
    await broken
      .getByText('The rules of your IT department cannot be read: /etc/loupe/policy.json')
      .waitFor();
    await shoot(broken, '8-broken');
    await button(broken, 'Diagnostics').click();
    await button(broken, 'Run all checks').click();
    await broken.getByText('1 of 8 checks is not in order.').waitFor();
    await leave(broken);
  });

  await step(at('what IT switched off is said, not offered'), async () => {
    const policy = {
      file: '/etc/loupe/policy.json',
      idleLockMinutes: 5,
      disabled: ['updates', 'support-bundle'],
    };
    const ruled = await open({ policy: policy as FakeSettings['policy'] });
    await menu(ruled, 'show-diagnostics');
    await ruled.getByRole('heading', { name: 'Update' }).waitFor();
    assert.equal(await ruled.getByText('Your IT department has switched this off.').count(), 2);
    assert.equal(await button(ruled, 'Check for update…').count(), 0);
    assert.equal(await button(ruled, 'Show what is in it').count(), 0);
    await leave(ruled);
  });
}

await end();
