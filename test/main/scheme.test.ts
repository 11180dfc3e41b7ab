// loupe://app/ gives the files of the bundle and the pixels of the parts, and nothing else whatever the address looks like.
// Runs in the tests (Node).
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORIGIN, bundleFile, plainText, serveScheme, type ServeMedia } from '../../electron/main/scheme.ts';
import { CONTENT_SECURITY_POLICY } from '../../electron/main/security.ts';

const folder = mkdtempSync(join(tmpdir(), 'loupe-scheme-'));
const root = join(folder, 'renderer');
const asked: string[] = [];
const media: ServeMedia = (id, kind) => {
  asked.push(`${id}/${kind}`);
  return id === 500
    ? Promise.reject(new Error('the disk is on fire'))
    : Promise.resolve(plainText(200, 'pixels'));
};
const get = (path: string, init?: RequestInit): Promise<Response> =>
  serveScheme(root, media)(new Request(`${ORIGIN}${path}`, init));

beforeAll(() => {
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<!doctype html>');
  writeFileSync(join(root, 'assets/main-Ab_1.js'), 'export {};');
  writeFileSync(join(root, 'assets/source.ts'), 'secret');
  writeFileSync(join(root, '.hidden.js'), 'secret');
  writeFileSync(join(folder, 'outside.js'), 'secret');
  mkdirSync(join(folder, 'renderer-2'));
  writeFileSync(join(folder, 'renderer-2/near.js'), 'secret');
  symlinkSync(join(folder, 'outside.js'), join(root, 'link.js'));
  symlinkSync(join(folder, 'renderer-2'), join(root, 'linked'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the bundle', () => {
  it('serves its files with type, policy and no sniffing', async () => {
    for (const path of ['/', '/index.html']) {
      const page = await get(path);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const script = await get('/assets/main-Ab_1.js?v=1#x');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await script.text()).toBe('export {};');
  });

  it.each([
    '/../outside.js',
    '/assets/../../outside.js',
    '/%2e%2e/outside.js',
    '/%2E%2E%2Foutside.js',
    '/assets/%2e%2e/%2e%2e/outside.js',
    '/..%2foutside.js',
    '/..%5coutside.js',
    '/..\\outside.js',
    '/assets\\..\\..\\outside.js',
    '/%252e%252e/outside.js',
    '/%252e%252e%252foutside.js',
    '/.%2e/outside.js',
    '/....//outside.js',
    '//outside.js',
    '/./outside.js',
    '/C:/Windows/win.ini',
    '/C:%5cWindows%5cwin.ini',
    '/C%3A/outside.js',
    '//server/share/outside.js',
    '/\\\\server\\share\\outside.js',
    '/%5c%5cserver%5cshare%5coutside.js',
    '/index.html%00.js',
    '/%00',
    '/index.html::$DATA',
    '/index.html%3a%3a$DATA',
    '/%c0%ae%c0%ae/outside.js',
    '/%ff',
    '/%',
    '/%E2%80%AE.js',
    '/.hidden.js',
    '/link.js',
    '/linked/near.js',
    '/../renderer-2/near.js',
    '/assets',
    '/assets/',
    '/assets/source.ts',
    '/etc/passwd',
    '/con.js',
    '/nul',
    `/${'a/'.repeat(3000)}x.js`,
  ])('refuses %s', async (path) => {
    expect(await bundleFile(root, path)).toBeNull();
    const response = await get(path).catch(() => plainText(404, 'not even an address'));
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret');
  });

  it('answers only GET, and only for its own host', async () => {
    expect((await get('/index.html', { method: 'POST', body: 'x' })).status).toBe(405);
    const foreign = await serveScheme(root, media)(new Request('loupe://elsewhere/index.html'));
    expect(foreign.status).toBe(404);
  });
});

describe('the pixels of a part', () => {
  it('are asked for by number and kind', async () => {
    asked.length = 0;
    for (const path of ['/media/parts/1/thumbnail', '/media/parts/23/image', '/media/parts/4/map'])
      await get(path);
    expect(asked).toEqual(['1/thumbnail', '23/image', '4/map']);
  });

  it.each([
    '0/map',
    '-1/map',
    '01/map',
    '1e3/map',
    '1/../2/map',
    '1/other',
    '1',
    '1/map/',
    '9'.repeat(16) + '/map',
  ])('refuses %s', async (path) => {
    asked.length = 0;
    const response = await get(`/media/parts/${path}`);
    expect(response.status === 404 || asked[0] === '2/map').toBe(true);
  });

  it('turns what goes wrong into a text, with the same headers', async () => {
    const response = await get('/media/parts/500/image');
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('the disk is on fire');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
