// The window: guarded options, remembered bounds that fit the displays, a menu that only sends commands, no way out for the page.
// Runs in the tests (Node, with fake Electron objects).
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { MenuCommand } from '../../electron/common/contract.ts';
import { ENGLISH_MENU, MenuTexts } from '../../electron/common/menu-texts.ts';
import { chooseFiles } from '../../electron/main/choose-files.ts';
import { menuTemplate } from '../../electron/main/menu.ts';
import {
  CONTENT_SECURITY_POLICY,
  hardenContents,
  hardenSession,
  isOurs,
} from '../../electron/main/security.ts';
import { windowOptions } from '../../electron/main/window-options.ts';
import { fitToDisplays, readWindowState, writeWindowState } from '../../electron/main/window-state.ts';
import { whileRunning } from '../../electron/main/while-running.ts';

const folder = mkdtempSync(join(tmpdir(), 'loupe-window-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(`${folder}.new`, { force: true });
});

const FULL_HD = { x: 0, y: 0, width: 1920, height: 1040 };
const LEFT = { x: -1280, y: 100, width: 1280, height: 984 };
const STATE = { x: 100, y: 50, width: 1400, height: 900, maximized: false };

describe('window options', () => {
  it('isolate and sandbox the page', () => {
    const { webPreferences, ...rest } = windowOptions(STATE, '/p.cjs', false);
    expect(webPreferences).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      preload: '/p.cjs',
      devTools: false,
      backgroundThrottling: false,
    });
    expect(rest).toMatchObject({ minWidth: 1024, minHeight: 700, x: 100, y: 50, width: 1400, height: 900 });
  });
});

describe('the remembered place', () => {
  it('stays where it fits', () => {
    expect(fitToDisplays(STATE, [FULL_HD])).toEqual(STATE);
    const onTheLeft = { ...STATE, x: -1270, width: 1200, height: 800, y: 200 };
    expect(fitToDisplays(onTheLeft, [FULL_HD, LEFT])).toEqual(onTheLeft);
  });

  it('comes back to the first display when its own is gone', () => {
    const gone = { ...STATE, x: 5000, maximized: true };
    expect(fitToDisplays(gone, [FULL_HD])).toEqual({
      x: 96,
      y: 52,
      width: 1728,
      height: 936,
      maximized: true,
    });
    expect(fitToDisplays(null, [FULL_HD])).toMatchObject({ x: 96, y: 52, maximized: false });
  });

  it('is always within one display, as large as it may be and as the display allows', () => {
    const int = (min: number, max: number) => fc.integer({ min, max });
    const display = fc.record({
      x: int(-4000, 4000),
      y: int(-3000, 3000),
      width: int(640, 5000),
      height: int(480, 3000),
    });
    const state = fc.record({
      ...{ x: int(-1e6, 1e6), y: int(-1e6, 1e6), width: int(1, 1e6), height: int(1, 1e6) },
      maximized: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.option(state),
        fc.array(display, { minLength: 1, maxLength: 4 }),
        (remembered, displays) => {
          const { x, y, width, height } = fitToDisplays(remembered, displays);
          const within = displays.some(
            (d) => x >= d.x && y >= d.y && x + width <= d.x + d.width && y + height <= d.y + d.height,
          );
          expect(within).toBe(true);
          const narrowest = Math.min(...displays.map((d) => d.width));
          expect(width).toBeGreaterThanOrEqual(Math.min(1024, narrowest));
        },
      ),
    );
  });

  it('survives a round trip, and a file that is bad in any way counts as none', () => {
    const file = join(folder, 'deep/window.json');
    expect(readWindowState(file)).toBeNull();
    writeWindowState(file, STATE);
    expect(readWindowState(file)).toEqual(STATE);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['window.json']);
    for (const bad of [
      '',
      '{',
      'null',
      '[]',
      '{"x":1}',
      JSON.stringify({ ...STATE, width: -1 }),
      '\0\0\0\0',
    ]) {
      writeFileSync(file, bad);
      expect(readWindowState(file)).toBeNull();
    }
    writeWindowState(folder, STATE); // a folder is in the way: a warning, no error
    expect(readFileSync(file)).toBeDefined();
  });
});

describe('the menu', () => {
  it('sends every command of the contract, and takes no single letter', () => {
    const sent: string[] = [];
    const items = menuTemplate((command) => sent.push(command), false, ENGLISH_MENU).flatMap((menu) =>
      Array.isArray(menu.submenu) ? menu.submenu : [],
    );
    for (const item of items) item.click?.({} as never, undefined, {});
    expect(sent.sort()).toEqual([...MenuCommand.options].sort());
    const accelerators = items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(accelerators).size).toBe(accelerators.length);
    for (const accelerator of accelerators) expect(accelerator).toMatch(/^(CmdOrCtrl\+|(Shift\+)?F\d)/);
  });

  it('has developer tools only in development', () => {
    const labels = (development: boolean) =>
      menuTemplate(() => undefined, development, ENGLISH_MENU).map(({ label }) => label);
    expect(labels(false)).not.toContain('&Developer');
    expect(labels(true)).toContain('&Developer');
  });
});

describe('the words of menu and dialogs', () => {
  const own = Object.fromEntries(Object.keys(ENGLISH_MENU).map((name) => [name, `<${name}>`])) as MenuTexts;

  it('are those that the page sent, in every entry', () => {
    const menus = menuTemplate(() => undefined, false, own);
    const items = menus.flatMap((menu) => (Array.isArray(menu.submenu) ? menu.submenu : []));
    for (const { label, type } of [...menus, ...items])
      if (type !== 'separator') expect(label).toMatch(/^<\w+>$/);
    const shown = [...menus, ...items].flatMap(({ label }) => label?.slice(1, -1) ?? []);
    expect([...shown, 'chooseFolder', 'chooseFiles'].sort()).toEqual(Object.keys(ENGLISH_MENU).sort());
  });

  it('title the dialogs', async () => {
    const asked: unknown[] = [];
    const showOpenDialog = (options: unknown) => (asked.push(options), Promise.resolve({ filePaths: [] }));
    await chooseFiles({ showOpenDialog } as never, null, 'files', own, false);
    expect(asked).toMatchObject([{ title: '<chooseFiles>', filters: [{ name: '<chooseFiles>' }] }]);
  });

  it('are refused with one missing or too long', () => {
    const { file: _, ...others } = ENGLISH_MENU;
    expect(MenuTexts.safeParse(ENGLISH_MENU).success).toBe(true);
    expect(MenuTexts.safeParse(others).success).toBe(false);
    expect(MenuTexts.safeParse({ ...ENGLISH_MENU, file: 'x'.repeat(81) }).success).toBe(false);
  });
});

describe('the page', () => {
  it('cannot leave, open, embed or be redirected', () => {
    const app = new EventEmitter();
    hardenContents(app as never, 'loupe://app/index.html');
    let open: ((details: { url: string }) => unknown) | undefined;
    const contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (handler: typeof open) => (open = handler),
    });
    app.emit('web-contents-created', {}, contents);
    const stopped = (event: string, url: string): boolean => {
      let prevented = false;
      contents.emit(event, { url, preventDefault: () => (prevented = true) });
      return prevented;
    };
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      for (const url of [
        'https://example.org/',
        'file:///etc/passwd',
        'loupe://app/other.html',
        'javascript:1',
        '',
      ]) {
        expect(stopped(event, url)).toBe(true);
      }
      expect(stopped(event, 'loupe://app/index.html')).toBe(false);
    }
    expect(stopped('will-attach-webview', '')).toBe(true);
    expect(open?.({ url: 'https://example.org' })).toEqual({ action: 'deny' });
  });

  it('is granted nothing, downloads nothing and reaches only its own addresses', () => {
    const handlers: Partial<
      Record<'request' | 'check' | 'device' | 'before', (...args: unknown[]) => unknown>
    > = {};
    const take = (name: keyof typeof handlers) => (handler: (...args: unknown[]) => unknown) => {
      handlers[name] = handler;
    };
    const spelling: boolean[] = [];
    const session = Object.assign(new EventEmitter(), {
      setPermissionRequestHandler: take('request'),
      setPermissionCheckHandler: take('check'),
      setDevicePermissionHandler: take('device'),
      webRequest: { onBeforeRequest: take('before') },
      setSpellCheckerEnabled: (on: boolean) => spelling.push(on),
      setSpellCheckerLanguages: (languages: string[]) => spelling.push(languages.length > 0),
    });
    hardenSession(session as never, false);
    expect(spelling).toEqual([false, false]); // or a dictionary would be fetched
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'fullscreen',
    ]) {
      let decision: unknown;
      handlers.request?.({}, permission, (granted: boolean) => (decision = granted));
      expect(decision).toBe(false);
      expect(handlers.check?.({}, permission)).toBe(false);
    }
    expect(handlers.device?.()).toBe(false);
    const cancelled = (url: string): unknown => {
      let answer: { cancel: boolean } | undefined;
      handlers.before?.({ url }, (given: { cancel: boolean }) => (answer = given));
      return answer?.cancel;
    };
    expect(cancelled('loupe://app/media/parts/1/map')).toBe(false);
    for (const url of [
      'https://a.b/',
      'http://127.0.0.1/',
      'ws://x/',
      'file:///x',
      'data:,x',
      'devtools://devtools/x',
    ]) {
      expect(cancelled(url)).toBe(true);
    }
    let prevented = false;
    session.emit('will-download', { preventDefault: () => (prevented = true) });
    expect(prevented).toBe(true);
  });

  it('knows its own addresses from lookalikes', () => {
    for (const url of ['loupe://app/', 'loupe://app/x', 'blob:loupe://app/1-2'])
      expect(isOurs(url)).toBe(true);
    for (const url of [
      'loupe://app',
      'loupe://application/',
      'loupe://app.evil/',
      'xloupe://app/',
      'blob:https://x/',
    ]) {
      expect(isOurs(url)).toBe(false);
    }
  });

  it('has a policy that starts from nothing and allows nothing inline', () => {
    expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none'; /);
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|http|data:/);
  });
});

it('a run keeps the computer awake and the taskbar informed, until it ends', () => {
  const calls: string[] = [];
  const blocker = {
    start: (kind: string) => calls.push(kind),
    stop: (id: number) => (calls.push(`stop ${id}`), true),
  };
  const follow = whileRunning(blocker, () => ({
    setProgressBar: (share, how) => void calls.push(['bar', share, how?.mode].filter(Boolean).join(' ')),
  }));
  const progress = { runId: 1, stage: '', total: 4, scored: 1, failed: 1, rate: 1, remaining: 1 };
  follow({ ...progress, state: 'preparing' });
  follow({ ...progress, state: 'running' });
  follow({ ...progress, state: 'running', resting: 'paused' });
  follow({ ...progress, state: 'running', resting: 'waiting' });
  follow({ ...progress, state: 'done' });
  follow({ ...progress, state: 'done' });
  expect(calls).toEqual([
    ...['prevent-app-suspension', 'bar 2', 'bar 0.5', 'bar 0.5 paused', 'bar -1'],
    ...['stop 1', 'bar -1', 'bar -1'],
  ]);
});
