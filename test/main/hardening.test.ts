// Points of Electron's security list that are about the whole program: every permission there is, no way out of it, its runtime.
// Runs in the tests (Node); what needs a real window is in test/e2e.
import { EventEmitter } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardenSession, stayOffline } from '../../electron/main/security.ts';
import { windowOptions } from '../../electron/main/window-options.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const sources = ['electron', 'renderer'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js|svelte|html)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
);
/** The files that say this, without their comments. */
const saying = (words: RegExp): string[] =>
  sources
    .filter((file) => words.test(readFileSync(file, 'utf8').replaceAll(/\/\*[^]*?\*\/|(?<!:)\/\/.*$/gm, '')))
    .map((file) => file.slice(ROOT.length + 1));

/** Every permission that this Electron knows, from its own types. */
function permissions(handler: string): string[] {
  const types = read('node_modules/electron/electron.d.ts');
  const line = new RegExp(`^ *${handler}\\(handler.*$`, 'm').exec(types)?.[0] ?? '';
  const union = /permission: ((?:'[\w-]+'(?: \| )?)+)/.exec(line)?.[1] ?? '';
  return union.split(' | ').map((name) => name.slice(1, -1));
}

describe('the session', () => {
  type Handler = (...args: unknown[]) => unknown;
  const handlers: Record<string, Handler> = {};
  const take = (name: string) => (handler: Handler) => void (handlers[name] = handler);
  hardenSession(
    Object.assign(new EventEmitter(), {
      setPermissionRequestHandler: take('request'),
      setPermissionCheckHandler: take('check'),
      setDevicePermissionHandler: take('device'),
      setSpellCheckerEnabled: take('spelling'),
      setSpellCheckerLanguages: take('languages'),
      webRequest: { onBeforeRequest: take('before') },
    }) as never,
    false,
  );

  it('denies every permission that this Electron knows, asked for or looked up', () => {
    const [requests, checks] = [
      permissions('setPermissionRequestHandler'),
      permissions('setPermissionCheckHandler'),
    ];
    expect(requests.length).toBeGreaterThan(30);
    expect(checks.length).toBeGreaterThan(30);
    for (const name of requests) {
      const answers: unknown[] = [];
      handlers.request?.({}, name, (granted: boolean) => answers.push(granted));
      expect([name, ...answers]).toEqual([name, false]);
    }
    for (const name of checks)
      expect([name, handlers.check?.({}, name, 'loupe://app')]).toEqual([name, false]);
    for (const deviceType of ['hid', 'serial', 'usb']) expect(handlers.device?.({ deviceType })).toBe(false);
  });
});

it('no name is ever looked up, and Chromium keeps its own services silent', () => {
  const switches = new Map<string, string | undefined>();
  stayOffline({
    commandLine: { appendSwitch: (name: string, value?: string) => switches.set(name, value) },
  } as never);
  expect(switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
  expect([...switches.keys()]).toEqual(
    expect.arrayContaining(['disable-background-networking', 'disable-component-update']),
  );
});

it('no window asks for Blink features, and developer tools are for development', () => {
  const state = { x: 0, y: 0, width: 1024, height: 700, maximized: false };
  const { webPreferences = {} } = windowOptions(state, '/p.cjs', false);
  expect(Object.keys(webPreferences)).not.toContain('enableBlinkFeatures');
  expect(webPreferences.devTools).toBe(false);
  // No other window escapes the options; the one that prints (opened in main.ts) has narrower ones of its own.
  expect(saying(/new BrowserWindow\(/)).toEqual(['electron/main/main.ts', 'electron/main/window.ts']);
  expect(read('electron/main/main.ts').match(/new BrowserWindow\(/g)).toHaveLength(1);
  const printing = read('electron/main/print-pdf.ts');
  for (const narrow of [
    'sandbox: true',
    'contextIsolation: true',
    'nodeIntegration: false',
    'javascript: false',
  ])
    expect(printing).toContain(narrow);
});

it('nothing is opened in another program by its address, and no page comes from a file or a webview', () => {
  expect(saying(/openExternal|openPath/)).toEqual([]);
  expect(saying(/loadFile|['"`]file:/)).toEqual([]);
  expect(saying(/<webview|allowpopups/)).toEqual([]);
  expect(saying(/loadURL/)).toEqual(['electron/main/print-pdf.ts', 'electron/main/window.ts']);
});

it('messages have one way in: only the router listens, only the preload sends', () => {
  expect(saying(/\bipcMain\b/)).toEqual(['electron/main/main.ts']); // which hands it to the router
  expect(read('electron/main/main.ts').match(/\bipcMain\b/g)).toHaveLength(2); // the import and that
  expect(saying(/\bipcRenderer\b|\bcontextBridge\b/)).toEqual(['electron/preload/preload.ts']);
});

it('the Electron of a release is pinned exactly, and is the one whose types are checked', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  const { version } = JSON.parse(read('node_modules/electron/package.json')) as { version: string };
  expect(devDependencies.electron).toBe(version);
});
