// Thousands of ways to write "the folder above": none of them leads out of the bundle, by the whole handler or by its resolver.
// Runs in the tests (Node).
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORIGIN, bundleFile, plainText, serveScheme } from '../../electron/main/scheme.ts';
import { CONTENT_SECURITY_POLICY } from '../../electron/main/security.ts';

const SECRET = 'TOP SECRET';
const folder = mkdtempSync(join(tmpdir(), 'loupe-traversal-'));
const root = join(folder, 'app', 'out', 'renderer');
/** What may be asked of the parts; whoever gets here has asked for a number and a kind. */
const asked: string[] = [];
const serve = serveScheme(root, (id, kind) => {
  asked.push(`${id} ${kind}`);
  return Promise.resolve(plainText(200, 'pixels'));
});

// Names that pass as files of the bundle, one, two and three folders up: only the way there is forbidden.
const TARGETS = ['outside.js', 'main/main.js', 'package.json', 'renderer-2/near.js', 'etc/passwd.json'];

beforeAll(() => {
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), 'page');
  writeFileSync(join(root, 'assets', 'a.js'), 'script');
  for (const above of ['app/out', 'app', '.']) {
    for (const target of TARGETS) {
      const file = join(folder, above, target);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, SECRET);
    }
  }
  symlinkSync(join(folder, 'outside.js'), join(root, 'link.js'));
  symlinkSync(folder, join(root, 'up'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const DOTS = [
  ...[
    '..',
    '%2e%2e',
    '%2E%2E',
    '.%2e',
    '%2e.',
    '%252e%252e',
    '%25%32%65%25%32%65',
    '%c0%ae%c0%ae',
    '%e0%80%ae%e0%80%ae',
  ],
  ...[
    '%u002e%u002e',
    '．．',
    '․․',
    '..;',
    '.. ',
    '..%00',
    '..%20',
    '...',
    '....',
    '.',
    '%00..',
    '..%09',
    '..::$DATA',
  ],
];
const SEPARATORS = [
  '/',
  '%2f',
  '%2F',
  '%252f',
  '\\',
  '%5c',
  '%5C',
  '%255c',
  '//',
  '/./',
  '%c0%af',
  '∕',
  '／',
  '%e2%88%95',
  ';/',
];
const STARTS = [
  '/',
  '//',
  '/assets/',
  '/assets%2f',
  '/./',
  '/%2f',
  '/\\',
  '/C:/',
  '/c%3a%5c',
  '//server/share/',
  '/%5c%5cserver%5c',
  '/up/',
  '/file:///',
  '/index.html/',
  '/~/',
];

function corpus(): string[] {
  const paths: string[] = [];
  for (const start of STARTS)
    for (const dots of DOTS)
      for (const separator of SEPARATORS)
        for (const [i, target] of TARGETS.entries())
          paths.push(
            `${start}${`${dots}${separator}`.repeat((i % 3) + 1)}${target.replaceAll('/', separator)}`,
          );
  return paths;
}

/** Throws when anything but the bundle came out of an address. */
async function mustStayInside(path: string): Promise<void> {
  const file = await bundleFile(root, path);
  if (file !== null && !file.startsWith(realpathSync(root) + sep))
    throw new Error(`${path} leads to ${file}`);
  let request: Request;
  try {
    request = new Request(`${ORIGIN}${path}`);
  } catch {
    return; // not even an address
  }
  const response = await serve(request);
  const text = await response.text();
  if (text.includes(SECRET)) throw new Error(`${path} gives the secret away`);
  if (response.headers.get('content-security-policy') !== CONTENT_SECURITY_POLICY)
    throw new Error(`${path} is answered without the policy`);
  const known = ['page', 'script', 'pixels'].includes(text);
  if (response.status !== (known ? 200 : 404)) throw new Error(`${path} is answered with ${response.status}`);
}

describe('an address of the bundle', () => {
  it('leads out of it in no spelling of a corpus', async () => {
    const paths = corpus();
    expect(paths.length).toBeGreaterThan(15_000);
    for (const path of paths) await mustStayInside(path);
  });

  it('leads out of it in no arrangement that chance finds', async () => {
    const piece = fc.oneof(
      fc.constantFrom(...DOTS, ...SEPARATORS, ...STARTS, ...TARGETS, 'index.html', 'assets', 'link.js', 'up'),
      fc.string({ maxLength: 6, unit: 'binary' }),
      fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
    );
    const path = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);
    await fc.assert(fc.asyncProperty(path, mustStayInside), { numRuns: 10_000 });
  });

  it('is otherwise found: the tests would not pass with everything refused', async () => {
    expect(await (await serve(new Request(`${ORIGIN}/assets/a.js`))).text()).toBe('script');
    expect(await bundleFile(root, '/index.html')).toBe(join(realpathSync(root), 'index.html'));
  });
});

it('an address of the pixels carries a plain number and one of three words', async () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('1', '../1', '1%2f..%2f2', '%31', '1e3', '０', '-1', '+1', '1.0', '0x1'),
  );
  const kind = fc.oneof(
    fc.string(),
    fc.constantFrom('map', 'image', 'map%00', 'map/../image', 'MAP', 'thumbnail?x'),
  );
  asked.length = 0;
  await fc.assert(
    fc.asyncProperty(part, kind, (part, kind) => mustStayInside(`/media/parts/${part}/${kind}`)),
    { numRuns: 5000 },
  );
  for (const one of asked) expect(one).toMatch(/^[1-9]\d{0,14} (thumbnail|image|map)$/);
});

it('no other method, host or scheme is answered', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])
    expect((await serve(new Request(`${ORIGIN}/index.html`, { method }))).status).toBe(405);
  for (const host of ['other', 'app.', 'app.evil', 'APP2', 'localhost', '127.0.0.1'])
    expect((await serve(new Request(`loupe://${host}/index.html`))).status).toBe(404);
});
