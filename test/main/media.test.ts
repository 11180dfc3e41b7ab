// Photographs, thumbnails and heat maps of parts as answers: right bytes, right type, clear refusals.
// Runs in the tests (Node).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { displayableMime, serveMedia } from '../../electron/main/media.ts';
import { partFiles } from '../../electron/node/run/part-files.ts';
import { LoupeError } from '../../models/errors.ts';
import { FakeHistory } from '../support/fake-services.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'loupe-media-'));
afterAll(() => rmSync(dataFolder, { recursive: true }));

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const HEADS: readonly [string, string][] = [
  ['image/jpeg', '\xff\xd8\xff\xe0 0123456789'],
  ['image/png', '\x89PNG\r\n\x1a\n 0123456789'],
  ['image/webp', 'RIFF1234WEBPVP8 0123456789'],
  ['image/bmp', 'BM 0123456789012345'],
];

let history: FakeHistory;
let asked: number;
const serve = () =>
  serveMedia({
    history: {
      request: (name, args) => {
        asked++;
        return history.request(name, args);
      },
    },
    inference: {
      request: (_name, { path }) => {
        if (!path.includes('broken'))
          return Promise.resolve({ mime: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) });
        return Promise.reject(new LoupeError('image.corrupt', { path, reason: 'cut off' }));
      },
    },
    dataFolder,
    mask: () => Promise.resolve(null),
    after: () => Promise.resolve(null),
  });

/** A run with one part whose photograph has these bytes. */
async function part(name: string, content: Buffer | null): Promise<number> {
  const path = join(dataFolder, name);
  if (content) writeFileSync(path, content);
  const { id: runId } = await history.request('run.create', { product: 'nut', source: '', inputs: [] });
  await history.request('run.addParts', { runId, parts: [{ path, name, bytes: 1 }] });
  return history.parts.length;
}

beforeEach(() => {
  history = new FakeHistory();
  asked = 0;
});

describe('a photograph', () => {
  it.each(HEADS)('is sent as it is: %s', async (type, content) => {
    const large = Buffer.concat([bytes(content), Buffer.alloc(300_000, 7)]);
    const response = await serve()(await part('wrong-name.txt', large), 'image');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-length')).toBe(String(large.length));
    expect(Buffer.from(await response.arrayBuffer()).equals(large)).toBe(true);
  });

  it('is converted when no page can show it', async () => {
    for (const head of ['II*\0', 'MM\0*']) {
      const response = await serve()(await part('part.tif', bytes(`${head}rest`)), 'image');
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([1, 2, 3]);
    }
    const broken = await serve()(await part('broken.tif', bytes('II*\0rest')), 'image');
    expect(broken.status).toBe(500);
    expect(await broken.text()).toContain('is damaged');
  });

  it('is refused when it is none, gone, a folder or empty', async () => {
    mkdirSync(join(dataFolder, 'folder.png'), { recursive: true });
    const statuses = [
      await serve()(await part('text.png', bytes('<svg onload="alert(1)">')), 'image'),
      await serve()(await part('gone.png', null), 'image'),
      await serve()(await part('empty.png', bytes('')), 'image'),
      await serve()(999, 'image'),
    ].map(({ status }) => status);
    expect(statuses).toEqual([404, 404, 404, 404]);
    expect((await serve()(await part('folder.png', null), 'image')).status).toBeGreaterThanOrEqual(404);
  });
});

describe('what Loupe made of it', () => {
  it('comes from the data folder once it is there', async () => {
    const id = await part('p.png', bytes('\x89PNG\r\n\x1a\n'));
    const media = serve();
    expect((await media(id, 'map')).status).toBe(404);
    expect((await media(id, 'thumbnail')).status).toBe(404);
    const files = partFiles(dataFolder, history.parts[0]?.runId ?? 0, 0);
    mkdirSync(dirname(files.map), { recursive: true });
    writeFileSync(files.map, Buffer.alloc(16, 9));
    writeFileSync(files.thumbnail, bytes('\xff\xd8\xff'));
    const map = await media(id, 'map');
    expect(map.headers.get('content-type')).toBe('application/octet-stream');
    expect(new Uint8Array(await map.arrayBuffer())).toEqual(new Uint8Array(16).fill(9));
    expect((await media(id, 'thumbnail')).headers.get('content-type')).toBe('image/jpeg');
  });

  it('asks the history for each part only once', async () => {
    const id = await part('p.png', bytes('\x89PNG\r\n\x1a\n'));
    const media = serve();
    for (let i = 0; i < 5; i++) await media(id, 'thumbnail');
    expect(asked).toBe(1);
  });
});

it('only the four formats of the web are shown as they are', () => {
  for (const [type, content] of HEADS) expect(displayableMime(bytes(content))).toBe(type);
  for (const other of ['', 'B', 'GIF89a', '<svg', 'RIFF1234WAVE', '%PDF-1.7', '\x89PN']) {
    expect(displayableMime(bytes(other))).toBeNull();
  }
});
