// Builds the page, starts Debian's Chromium without anything that could call home, and opens the page with the fake bridge.
// Runs in Node.
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import type { FakeSettings } from './fake-bridge.ts';

const HERE = import.meta.dirname;
export const PAGE_FOLDER = join(HERE, '../../.cache/page');

/** Suites that may run at the same time each have a folder of their own. */
export async function buildPage(outDir = PAGE_FOLDER): Promise<void> {
  const configFile = join(HERE, '../../renderer/vite.config.ts');
  await build({ configFile, logLevel: 'error', build: { outDir } });
}

/** The page with every text of the English catalogue in brackets: what has none on the screen came from elsewhere. */
export async function buildPseudoPage(outDir: string): Promise<void> {
  const bracketed = `
    const bracket = (node) =>
      typeof node === 'string' ? '⟦' + node + '⟧'
      : typeof node === 'function' ? (...args) => '⟦' + node(...args) + '⟧'
      : Array.isArray(node) ? node.map(bracket)
      : Object.fromEntries(Object.entries(node).map(([name, value]) => [name, bracket(value)]));
    export const en = bracket(plain);`;
  await build({
    configFile: join(HERE, '../../renderer/vite.config.ts'),
    logLevel: 'error',
    build: { outDir },
    plugins: [
      {
        name: 'pseudo-locale',
        enforce: 'post',
        transform: (code, id) =>
          id.endsWith('/languages/en.ts')
            ? code.replace(/export const en\b/, 'const plain').replace(/export \{[^}]*\};?/, '') + bracketed
            : null,
      },
    ],
  });
}

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.LOUPE_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** Both files as one plain script: without types, imports and exports. */
function fakeScript(): string {
  const plain = (file: string): string =>
    stripTypeScriptTypes(readFileSync(join(HERE, file), 'utf8'))
      .replace(/^import .*$/gm, '')
      .replace(/^export /gm, '');
  return `(() => {${plain('fake-data.ts')}\n${plain('fake-support.ts')}\n${plain('fake-bridge.ts')}})();`;
}

export interface Opened {
  page: Page;
  /** Whatever should not have happened: console errors, thrown errors, policy violations, requests to elsewhere. */
  complaints: string[];
}

export async function openPage(
  browser: Browser,
  origin: string,
  settings: Partial<FakeSettings>,
  options: { width?: number; height?: number; deviceScaleFactor?: number; now?: string } = {},
): Promise<Opened> {
  const { width = 1280, height = 800, deviceScaleFactor = 1, now } = options;
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor });
  const page = await context.newPage();
  // It stands still there; timers go on.
  if (now !== undefined) await page.clock.setFixedTime(now);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(origin) && !/^(blob|data):/.test(address))
      complaints.push(`outside request: ${address}`);
  });
  // The console tells of most violations; the event tells of all.
  await page.exposeFunction('tellViolation', (text: string) => complaints.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const tell = (window as unknown as { tellViolation: (text: string) => void }).tellViolation;
      tell(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  await page.addInitScript(`window.fakeSettings = ${JSON.stringify(settings)};`);
  await page.addInitScript(fakeScript());
  await page.goto(`${origin}/index.html`);
  await page.waitForSelector('main');
  return { page, complaints };
}
