// Makes the pictures of the README from the real program on the bundled samples: `npm run screenshots`.
// Runs in Node, by hand.
import { join, resolve } from 'node:path';
import { Workstation } from '../support/workstation.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TARGET = process.argv[2] ?? join(ROOT, 'docs/screenshots');
const [width, height] = (process.argv[3] ?? '1280x800').split('x').map(Number);

const prepared = await Workstation.prepare();
if (typeof prepared === 'string') throw new Error(prepared);
const loupe = prepared;
loupe.use({ resources: join(ROOT, 'resources'), photos: join(ROOT, 'resources/samples') });

const shot = async (name: string): Promise<void> => {
  await loupe.page.mouse.move(2, 2);
  await loupe.page.waitForTimeout(1500);
  await loupe.page.screenshot({ path: join(TARGET, `${name}.png`) });
};
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await loupe.page.keyboard.press(key);
};
const inspected = (): Promise<void> =>
  loupe.page
    .locator('.status')
    .getByText(/parts inspected/)
    .waitFor({ timeout: 180_000 });

await loupe.start();
await loupe.app.evaluate(
  ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
  { width: width ?? 1280, height: height ?? 800 },
);
await loupe.page.getByRole('button', { name: /Leather/ }).waitFor();
await shot('start');
await loupe.page.getByRole('button', { name: /Leather/ }).click();
await inspected();
await loupe.page.getByRole('button', { name: 'Skip the tour' }).click();
await loupe.page.getByLabel('Sort').selectOption('score');
await loupe.page.getByRole('listbox').focus();
await press('1', 'Home');
await shot('grid');
await press('Enter');
await loupe.page.getByText(/1 of \d+/).waitFor();
await shot('part');
await press('s');
await shot('side-by-side');
await press('s', 'Escape', 'Escape');
await loupe.page.getByRole('button', { name: 'Runs' }).click();
await loupe.page
  .getByRole('button', { name: /Machined ring/ })
  .first()
  .click();
await inspected();
await loupe.page.getByRole('listbox').focus();
await press('1', 'Home');
await shot('ring');
await press('?');
await shot('keys');
await loupe.app.close();
loupe.dispose(false);
console.log(`pictures are in ${TARGET}`);
process.exit(0);
