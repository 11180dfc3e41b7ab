// Heat maps drawn by WebGL2 and by the processor give the same pixels: node test/renderer/drawing.e2e.ts
// Runs in Node with Debian's Chromium, where SwiftShader plays the graphics card, under the page's own policy.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import type { HeatDrawing } from '../../renderer/src/lib/heat-drawing.ts';
import { PAGE_FOLDER, startBrowser } from './browser.ts';
import { tally } from './harness.ts';
import { drawnMedia } from './media.ts';
import { servePage } from './server.ts';

type Draws = Pick<HeatDrawing, 'by' | 'draw'>;
declare global {
  interface Window {
    HeatDrawing: new (evenSoftware?: boolean) => Draws;
    /** Every WebGL2 context that was asked for. */
    contexts: (WebGL2RenderingContext | null)[];
    /** A map with every value in it, the same for the same side. */
    mapOf: (side: number) => Uint8Array;
    /** What is seen on black, grey and white, in the size of the map and stretched, faint and full. */
    seen: (canvas: HTMLCanvasElement) => number[];
    /** The largest difference of a pixel between two drawings of one map. */
    apart: (one: Draws, other: Draws, side: number, name: string) => number;
  }
}

const FOLDER = join(PAGE_FOLDER, '..', 'drawing');
await build({
  configFile: false,
  logLevel: 'error',
  build: {
    outDir: FOLDER,
    target: 'chrome140',
    lib: { entry: 'renderer/src/lib/heat-drawing.ts', formats: ['es'], fileName: () => 'heat-drawing.js' },
  },
});
writeFileSync(join(FOLDER, 'index.html'), '<!doctype html><title>Drawing</title><main></main>');
const server = await servePage(FOLDER, await drawnMedia());
const { step, close } = tally('drawing page', () => Promise.resolve());
const complaints: string[] = [];

const browser = await startBrowser();
async function open(card: boolean): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${server.origin}/index.html`);
  await page.evaluate(async (card) => {
    // A variable, so that nobody looks for the file while this is compiled.
    const address = '/heat-drawing.js';
    const module = (await import(address)) as Pick<Window, 'HeatDrawing'>;
    window.HeatDrawing = module.HeatDrawing;
    window.contexts = [];
    const prototype = OffscreenCanvas.prototype as unknown as { getContext: (...args: unknown[]) => unknown };
    const original = prototype.getContext;
    prototype.getContext = function (this: OffscreenCanvas, ...args: unknown[]) {
      const context = card || args[0] !== 'webgl2' ? original.apply(this, args) : null;
      if (args[0] === 'webgl2') window.contexts.push(context as WebGL2RenderingContext | null);
      return context;
    };
    window.mapOf = (side) =>
      Uint8Array.from({ length: side * side }, (_, i) => (i * 7 + Math.floor(i / side) * 13) % 256);
    window.seen = (canvas) => {
      const seen: number[] = [];
      for (const ground of ['#000', '#777', '#fff'])
        for (const opacity of [0.7, 1])
          for (const [width, height] of [
            [canvas.width, canvas.height],
            [133, 97],
          ] as const) {
            const shown = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
            shown.fillStyle = ground;
            shown.fillRect(0, 0, width, height);
            shown.globalAlpha = opacity;
            shown.drawImage(canvas, 0, 0, width, height);
            for (const value of shown.getImageData(0, 0, width, height).data) seen.push(value);
          }
      return seen;
    };
    window.apart = (one, other, side, name) => {
      const [first = [], second = []] = [one, other].map((drawing) => {
        const canvas = document.createElement('canvas');
        drawing.draw(canvas, window.mapOf(side), side, name as 'viridis');
        return window.seen(canvas);
      });
      if (first.length === 0 || first.length !== second.length || new Set(first).size < 20) return Infinity;
      return first.reduce((most, value, i) => Math.max(most, Math.abs(value - (second[i] ?? NaN))), 0);
    };
  }, card);
  return page;
}

{
  const page = await open(false);
  await step('without a graphics card the processor draws', async () => {
    const drawn = await page.evaluate(() => {
      const drawing = new window.HeatDrawing(true);
      return { by: drawing.by, apart: window.apart(drawing, new window.HeatDrawing(), 240, 'inferno') };
    });
    assert.deepEqual(drawn, { by: '2d', apart: 0 });
  });
  await page.close();
}

const page = await open(true);
await step(
  'a graphics card that is played by the processor is not used, and its context is given back',
  async () => {
    const [by, lost] = await page.evaluate(async () => {
      const drawing = new window.HeatDrawing();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return [drawing.by, window.contexts.map((gl) => gl === null || gl.isContextLost())];
    });
    assert.equal(by, '2d');
    assert.deepEqual(lost, [true]);
  },
);

await step('both give the same pixels, in every colour map and size, faint and full', async () => {
  const most = await page.evaluate(() => {
    const [card, processor] = [new window.HeatDrawing(true), new window.HeatDrawing()];
    if (card.by !== 'webgl2' || processor.by !== '2d') throw new Error(`${card.by} and ${processor.by}`);
    return ['viridis', 'cividis', 'inferno'].flatMap((name) =>
      [16, 37, 240].map((side) => window.apart(card, processor, side, name)),
    );
  });
  console.log(`        largest differences: ${most.join(', ')} of 255`);
  assert.ok(
    most.every((difference) => difference <= 1),
    String(most),
  );
});

await step('many pictures share one context, and each keeps its own pixels', async () => {
  const result = await page.evaluate(() => {
    const before = window.contexts.length;
    const drawing = new window.HeatDrawing(true);
    const pictures = Array.from({ length: 300 }, () => document.createElement('canvas'));
    for (const [i, canvas] of pictures.entries())
      drawing.draw(canvas, new Uint8Array(64 * 64).fill(i % 256), 64, 'viridis');
    const top = (canvas: HTMLCanvasElement): string =>
      [...canvas.getContext('2d')!.getImageData(0, 0, 1, 1).data].join();
    return { contexts: window.contexts.length - before, hot: top(pictures[255]!), cold: top(pictures[0]!) };
  });
  assert.deepEqual(result, { contexts: 1, hot: '253,231,37,255', cold: '0,0,0,0' });
});

await step('a card that is reset draws by the processor until it is back, then by itself again', async () => {
  const said = await page.evaluate(async () => {
    const [card, processor] = [new window.HeatDrawing(true), new window.HeatDrawing()];
    // The card's own, before the processor's drawing asked for one and gave it back.
    const gl = window.contexts.findLast((one) => one !== null && !one.isContextLost())!;
    const handle = gl.getExtension('WEBGL_lose_context')!;
    const said: (string | number)[] = [card.by, window.apart(card, processor, 64, 'viridis')];
    const lost = new Promise((resolve) => gl.canvas.addEventListener('webglcontextlost', resolve));
    handle.loseContext();
    said.push(card.by, window.apart(card, processor, 64, 'viridis'));
    await lost;
    // Only once everybody has heard of it may it be asked back.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const back = new Promise((resolve) => gl.canvas.addEventListener('webglcontextrestored', resolve));
    handle.restoreContext();
    await back;
    said.push(card.by, window.apart(card, processor, 64, 'viridis') <= 1 ? 0 : 1);
    return said;
  });
  assert.equal(said[0], 'webgl2');
  assert.ok(Number(said[1]) <= 1);
  assert.deepEqual(said.slice(2), ['2d', 0, 'webgl2', 0]);
});

await step('a map that is cut short is drawn as far as it goes, by both alike', async () => {
  const same = await page.evaluate(() => {
    const drawn = [new window.HeatDrawing(true), new window.HeatDrawing()].map((drawing) => {
      const canvas = document.createElement('canvas');
      drawing.draw(canvas, new Uint8Array(1000).fill(255), 64, 'viridis');
      return window.seen(canvas).join();
    });
    return drawn[0] === drawn[1];
  });
  assert.ok(same);
});

await step('what each costs is told', async () => {
  const [card = NaN, processor = NaN] = await page.evaluate(() =>
    [new window.HeatDrawing(true), new window.HeatDrawing()].map((drawing) => {
      const map = window.mapOf(240);
      const canvas = document.createElement('canvas');
      const reader = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
      const times: number[] = [];
      for (let i = 0; i < 200; i++) {
        const started = performance.now();
        drawing.draw(canvas, map, 240, i % 2 === 0 ? 'viridis' : 'inferno');
        // Read back, so that nothing is put off.
        reader.drawImage(canvas, 0, 0, 1, 1);
        reader.getImageData(0, 0, 1, 1);
        times.push(performance.now() - started);
      }
      return times.sort((a, b) => a - b)[100] ?? NaN;
    }),
  );
  console.log(
    `        a map of 240 × 240: WebGL2 by SwiftShader ${card.toFixed(2)} ms, processor ${processor.toFixed(2)} ms`,
  );
  assert.ok(card > 0 && processor > 0);
});

await step('no error, no violation of the policy', () => {
  assert.deepEqual(complaints, []);
  return Promise.resolve();
});
await browser.close();
await server.close();
close();
