// From judged parts to a recipe version with a trained head in a real Electron, with the real services and a tiny model.
// Runs in Node: `node test/e2e/training.ts`. Masks are painted in the window; the head travels to another data folder by file.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { LoupeBridge } from '../../electron/common/contract.ts';
import type { Part, Run } from '../../electron/common/domain.ts';
import type { Recipe } from '../../electron/common/recipe.ts';
import { equal, suite as newSuite } from '../support/suite.ts';
import { Workstation } from '../support/workstation.ts';

declare const window: { readonly loupe: LoupeBridge };

const suite = newSuite('training');
const prepared = await Workstation.prepare();
const loupe = typeof prepared === 'string' ? suite.skip(prepared) : prepared;

/** The least that a training takes, and one more of each. */
const [OK, NG] = [9, 4];
const PATIENCE = 120_000;
const photos = join(loupe.folder, 'lot 9');
const file = join(loupe.folder, 'nut.loupe-recipe.json');
/** What stands in for the dialogs that choose a recipe's file. */
process.env.LOUPE_TEST_RECIPE = file;
mkdirSync(photos, { recursive: true });
for (let i = 0; i < OK + NG; i++) {
  const [side, scratch] = [96, { left: 30 + i, top: 40, width: 34, height: 10 }];
  const background = { r: 90 + 3 * i, g: 110, b: 120 };
  const plain = sharp({ create: { width: side, height: side, channels: 3, background } });
  const mark = { create: { ...scratch, channels: 3 as const, background: { r: 240, g: 230, b: 40 } } };
  const picture = i < OK ? plain : plain.composite([{ input: mark, left: scratch.left, top: scratch.top }]);
  await picture.png().toFile(join(photos, `${i < OK ? 'ok' : 'scratch'} ${String(i).padStart(2, '0')}.png`));
}
loupe.use({ resources: join(loupe.folder, 'resources'), photos });

/** Asks the real main process; what it refuses fails the check. */
const bridge = {
  opened: (runId: number): Promise<{ run: Run; parts: Part[] }> =>
    loupe.page.evaluate(async (runId) => {
      const reply = await window.loupe.invoke('run.open', { runId });
      if (!reply.ok) throw new Error(reply.error.code);
      return reply.value;
    }, runId),
  recipe: (recipeId: number, version?: number): Promise<Recipe> =>
    loupe.page.evaluate(
      async ([recipeId, version]) => {
        const reply = await window.loupe.invoke('recipe.get', {
          recipeId,
          ...(version !== undefined && { version }),
        });
        if (!reply.ok) throw new Error(reply.error.code);
        return reply.value;
      },
      [recipeId, version] as const,
    ),
  /** The run that this recipe begins, once it has ended. */
  inspect: async (recipeId: number, version: number): Promise<{ run: Run; parts: Part[] }> => {
    const runId = await loupe.page.evaluate(
      async ([folder, recipeId, version]) => {
        const recipe = { recipeId, version };
        const reply = await window.loupe.invoke('run.start', { inputs: [folder], recipe });
        if (!reply.ok) throw new Error(reply.error.code);
        return reply.value.id;
      },
      [photos, recipeId, version] as const,
    );
    for (;;) {
      const opened = await bridge.opened(runId);
      if (!['preparing', 'running'].includes(opened.run.state)) return opened;
      await loupe.page.waitForTimeout(200);
    }
  },
};
const button = (name: string | RegExp) =>
  typeof name === 'string'
    ? loupe.page.getByRole('button', { name, exact: true })
    : loupe.page.getByRole('button', { name });
const dialog = () => loupe.page.getByRole('dialog');

await loupe.start();
loupe.page.setDefaultTimeout(PATIENCE);

await suite.check('a run from a recipe is inspected and judged', async () => {
  const recipeId = await loupe.page.evaluate(async () => {
    const settings = {
      ...{ name: 'Nut', product: 'nut', packId: 'tiny', method: null, tap: null, rvs: null, sigma: null },
      ...{ heat: null, thresholds: { review: 0.4, reject: 0.6 }, regions: null },
    };
    const reply = await window.loupe.invoke('recipe.save', { settings, reason: 'new product' });
    if (!reply.ok) throw new Error(reply.error.code);
    return reply.value.id;
  });
  const { run, parts } = await bridge.inspect(recipeId, 1);
  equal([run.state, run.scored], ['done', OK + NG]);
  for (const { id, name } of parts) {
    const verdict = name.startsWith('ok') ? 'ok' : 'ng';
    await loupe.page.evaluate(
      async ([partId, verdict]) => {
        const reply = await window.loupe.invoke('part.verdict', { partId, verdict });
        if (!reply.ok) throw new Error(reply.error.code);
      },
      [id, verdict] as const,
    );
  }
});

await suite.check('the judged parts are there to learn from', async () => {
  await loupe.page.waitForTimeout(800); // the place on the screen is kept with a short delay
  await loupe.app.close();
  await loupe.start();
  loupe.page.setDefaultTimeout(PATIENCE);
  const list = loupe.page.getByRole('listbox');
  const run = loupe.page.locator('li', { hasText: 'lot 9' }).first();
  await list.or(run).first().waitFor();
  if (!(await list.isVisible())) await run.getByRole('button').first().click();
  await list.waitFor();
  const skip = button('Skip the tour');
  if (await skip.isVisible()) await skip.click();
  await button('Train').click();
  await loupe.page.getByRole('heading', { name: `OK: ${OK} parts` }).waitFor();
  await loupe.page.getByRole('heading', { name: `NG: ${NG} parts` }).waitFor();
});

await suite.check(
  'masks are painted in the window: with the pointer, and with zoom and keys alone',
  async () => {
    for (let i = 0; i < NG; i++) {
      await button(/Draw the mask/)
        .nth(i)
        .click();
      await dialog().waitFor();
      const clear = dialog().getByRole('button', { name: 'Clear' });
      // The heat is the first proposal; this model has learnt nothing, so that it is thrown away.
      if (i === 0) await loupe.page.waitForTimeout(500);
      if (await clear.isEnabled()) await clear.click();
      const stage = dialog().getByRole('application');
      if (i % 2 === 0) {
        const box = (await dialog().locator('canvas').nth(1).boundingBox())!;
        const y = box.y + box.height * 0.47;
        await loupe.page.mouse.move(box.x + box.width * 0.42, y);
        await loupe.page.mouse.down();
        await loupe.page.mouse.move(box.x + box.width * 0.75, y, { steps: 5 });
        await loupe.page.mouse.up();
      } else {
        await stage.focus();
        await loupe.page.keyboard.press('+');
        await loupe.page.keyboard.down(' ');
        for (let step = 0; step < 4; step++) await loupe.page.keyboard.press('ArrowRight');
        await loupe.page.keyboard.up(' ');
        await loupe.page.keyboard.press('0');
      }
      await loupe.look(`training-mask-${i}`);
      await dialog().getByRole('button', { name: 'Keep the mask' }).click();
      await dialog().waitFor({ state: 'detached' });
    }
    await loupe.page.getByText(`Ready: ${OK} OK and ${NG} NG.`).waitFor();
    equal(readdirSync(join(loupe.folder, 'data/masks')).length >= 2, true);
  },
);

await suite.check('a head is trained beside the line, and shown before and after', async () => {
  await button('Start training').click();
  await loupe.page.getByRole('heading', { name: 'Before and after' }).waitFor();
  const row = loupe.page.getByRole('row', { name: /pixel AUROC/ });
  if (!/\d+\.\d %\s+\d+\.\d %/.test(await row.innerText()))
    throw new Error(`no figures: ${await row.innerText()}`);
  await loupe.look('training-result');
  equal((await bridge.recipe(1)).version, 1); // nothing has changed on the line
});

await suite.check('it is adopted into a new version, and the old one stays as it was', async () => {
  await loupe.page.getByLabel('Why').fill('scratches were missed');
  await button('Adopt').click();
  await loupe.page.getByText('Adopted into “Nut”, version 2.').waitFor();
  await loupe.look('training-adopted');
  const [old, adopted] = [await bridge.recipe(1, 1), await bridge.recipe(1)];
  equal([old.method, old.head ?? null, old.versions], [null, null, 2]);
  equal([adopted.version, adopted.method, adopted.reason], [2, 'sdp+', 'scratches were missed']);
  if (!adopted.head) throw new Error('no head');
  equal(existsSync(join(loupe.folder, `data/heads/${adopted.head.sha256}.safetensors`)), true);
});

await suite.check('the line inspects with it', async () => {
  const { run, parts } = await bridge.inspect(1, 2);
  equal([run.state, run.scored, run.recipe?.version], ['done', OK + NG, 2]);
  equal(
    parts.every(({ score }) => score !== null && score >= 0 && score <= 1),
    true,
  );
});

const exchange = (what: 'recipe.export' | 'recipe.import'): Promise<string> =>
  loupe.page.evaluate(async (what) => {
    const reply =
      what === 'recipe.export'
        ? await window.loupe.invoke(what, { recipeId: 1 })
        : await window.loupe.invoke(what, {});
    return reply.ok ? 'ok' : reply.error.code;
  }, what);

await suite.check(
  'one file brings recipe and head to another computer, and a changed one is refused',
  async () => {
    equal(await exchange('recipe.export'), 'ok');
    await loupe.app.close();
    rmSync(join(loupe.folder, 'data'), { recursive: true });
    await loupe.start();
    loupe.page.setDefaultTimeout(PATIENCE);
    const text = readFileSync(file, 'utf8');
    const broken = JSON.parse(text) as { trainedHead: { head: string } };
    const bytes = Buffer.from(broken.trainedHead.head, 'base64');
    bytes[bytes.length - 2] = bytes[bytes.length - 2]! ^ 1;
    broken.trainedHead.head = bytes.toString('base64');
    writeFileSync(file, JSON.stringify(broken));
    equal(await exchange('recipe.import'), 'head.invalid');
    equal(existsSync(join(loupe.folder, 'data/heads')), false);
    writeFileSync(file, text);
    equal(await exchange('recipe.import'), 'ok');
    const { run } = await bridge.inspect(1, 1);
    equal([run.state, run.scored], ['done', OK + NG]);
  },
);

await loupe.app.close();
loupe.dispose(suite.failed > 0);
suite.finish();
