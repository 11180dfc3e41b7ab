// Downloads from a server that breaks off, lies about lengths, stalls and serves wrong bytes: the right file or a typed error.
// Runs in the tests (Node), against a server on this computer.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, type DownloadOptions } from '../../electron/node/download/download.ts';
import { KNOWN_MODELS, type RemoteFile } from '../../electron/node/download/known-models.ts';
import { findMirror } from '../../electron/node/download/mirror.ts';
import { builtInConfig } from '../../models/clip/config/built-in.ts';
import { breakOff, oddServer, serveWell, type OddServer } from '../support/odd-server.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');

let folder = '';
let server: OddServer | null = null;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(folder, { recursive: true });
});

type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** Serves with `answer` and downloads from there. */
async function bring(answer: Answer, options: Partial<DownloadOptions & RemoteFile> = {}): Promise<string> {
  server ??= await oddServer(answer);
  const { sha256 = SHA256, bytes, ...others } = options;
  const file = {
    url: `${server.url}/model.pt`,
    name: 'model.pt',
    sha256,
    ...(bytes !== undefined && { bytes }),
  };
  return download(file, { folder, pauseMs: 1, ...others });
}

const good: Answer = (request, response) => serveWell(request, response, BYTES);
const expectFile = (path: string): void =>
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(SHA256);
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

describe('a good server', () => {
  it('gives the file, and is not asked again for one that is there', async () => {
    const seen: (number | null)[] = [];
    const path = await bring(good, { bytes: BYTES.length, onProgress: (_, total) => void seen.push(total) });
    expectFile(path);
    expect(new Set(seen)).toEqual(new Set([BYTES.length]));
    expectFile(await bring(good));
    expect(server!.ranges).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['model.pt']);
  });

  it('is asked only for the rest of a part', async () => {
    writeFileSync(join(folder, 'model.pt.part'), BYTES.subarray(0, 120_000));
    expectFile(await bring(good));
    expect(server!.ranges).toEqual(['bytes=120000-']);
  });

  it('is not asked for more than a part that is complete already', async () => {
    writeFileSync(join(folder, 'model.pt.part'), BYTES);
    expectFile(await bring(good));
  });

  it('starts again when the part is longer than the file', async () => {
    writeFileSync(join(folder, 'model.pt.part'), new Uint8Array(BYTES.length + 5));
    expectFile(await bring(good));
    expect(server!.ranges).toEqual(['bytes=300005-', '']);
  });

  it('need not know ranges', async () => {
    writeFileSync(join(folder, 'model.pt.part'), new Uint8Array(120_000).fill(7));
    expectFile(await bring((_, response) => void response.end(BYTES)));
  });

  it('may be a mirror, where the file has only its name', async () => {
    const asked: string[] = [];
    const mirror = await oddServer((request, response) => {
      asked.push(request.url ?? '');
      serveWell(request, response, BYTES);
    });
    const file = { url: 'http://127.0.0.1:1/far/away.pt', name: 'model 1.pt', sha256: SHA256 };
    expectFile(await download(file, { folder, mirror: `${mirror.url}/models/`, pauseMs: 1 }));
    expect(asked).toEqual(['/models/model%201.pt']);
    await mirror.close();
    await expect(download(file, { folder: join(folder, 'x'), mirror: 'file:///etc' })).rejects.toEqual(
      code('usage'),
    );
  });

  it('needs only the beginning of a hash where the publisher gives no more', async () => {
    expectFile(await bring(good, { sha256: SHA256.slice(0, 8) }));
  });
});

describe('a server that breaks off', () => {
  it('is asked for the rest until the file is complete', async () => {
    expectFile(await bring((request, response) => breakOff(request, response, BYTES, 70_000)));
    const starts = server!.ranges.map((range) => Number(/\d+/.exec(range)?.[0] ?? 0));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts.length).toBeGreaterThan(3);
  });

  it('is given up when nothing more comes, and the part stays for the next time', async () => {
    const stuck: Answer = (request, response, number) => {
      if (number === 0) breakOff(request, response, BYTES, 100_000);
      else request.socket.destroy();
    };
    await expect(bring(stuck)).rejects.toEqual(code('download.failed'));
    expect(server!.ranges).toHaveLength(5);
    expect(readFileSync(join(folder, 'model.pt.part'))).toHaveLength(100_000);
    await server!.close();
    server = null;
    expectFile(await bring(good));
    expect(server!.ranges).toEqual(['bytes=100000-']);
  });

  it('is given up when it sends nothing', async () => {
    const silent: Answer = (_, response) => {
      response.writeHead(200, { 'content-length': '9' }).flushHeaders();
    };
    await expect(bring(silent, { stallMs: 100 })).rejects.toMatchObject({
      code: 'download.failed',
      params: { reason: 'the server stopped sending' },
    });
  });

  it('can be stopped by the user', async () => {
    const abort = new AbortController();
    const answer: Answer = (request, response) => breakOff(request, response, BYTES, 1000);
    const started = bring(answer, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(started).rejects.toThrow(/abort/i);
    expect(existsSync(join(folder, 'model.pt'))).toBe(false);
  });
});

describe('a server that lies', () => {
  it.each<[string, Answer, string]>([
    [
      'serves wrong bytes',
      (_, response) => void response.end(new Uint8Array(BYTES.length)),
      'download.wrong',
    ],
    ['serves a page', (_, response) => void response.end('<html>log in</html>'), 'download.wrong'],
    ['announces too little', announce(200_000), 'download.wrong'],
    ['announces far too much', announce(9 * 1024 ** 3), 'download.failed'],
    ['answers with another range', otherRange, 'download.failed'],
    ['has no such file', (_, response) => void response.writeHead(404).end(), 'download.failed'],
    ['is always busy', (_, response) => void response.writeHead(503).end(), 'download.failed'],
  ])('%s', async (_what, answer, expected) => {
    if (answer === otherRange) writeFileSync(join(folder, 'model.pt.part'), BYTES.subarray(0, 1000));
    await expect(bring(answer)).rejects.toEqual(code(expected));
    expect(existsSync(join(folder, 'model.pt'))).toBe(false);
    if (expected === 'download.wrong') expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused before anything is read when the size is known', async () => {
    await expect(bring(announce(200_000), { bytes: BYTES.length })).rejects.toMatchObject({
      code: 'download.failed',
      params: { reason: 'the server announces 200000 bytes, the file has 300000' },
    });
  });

  it('without a length fills no disk: a known size ends it', async () => {
    const endless: Answer = (_, response) => {
      const more = (): void => void response.write(new Uint8Array(1 << 16), () => setImmediate(more));
      response.on('error', () => undefined);
      more();
    };
    await expect(bring(endless, { bytes: BYTES.length })).rejects.toEqual(code('download.failed'));
    expect(readFileSync(join(folder, 'model.pt.part')).length).toBeLessThanOrEqual(BYTES.length);
  });

  it('is found out by the hash of a file that was there already', async () => {
    writeFileSync(join(folder, 'model.pt'), 'something else');
    await expect(bring(good)).rejects.toEqual(code('download.wrong'));
    expectFile(await bring(good));
  });
});

it('nobody there is a typed error', async () => {
  const file = { url: 'http://127.0.0.1:1/x', name: 'x', sha256: SHA256 };
  await expect(download(file, { folder, pauseMs: 1 })).rejects.toEqual(code('download.failed'));
});

it('a folder that cannot be made is a typed error', async () => {
  writeFileSync(join(folder, 'file'), '');
  const file = { url: 'http://127.0.0.1:1/x', name: 'x', sha256: SHA256 };
  await expect(download(file, { folder: join(folder, 'file/below') })).rejects.toEqual(code('output.failed'));
});

it('nothing but "loupe model fetch" can download', () => {
  const electron = join(import.meta.dirname, '../../electron');
  const using = readdirSync(electron, { recursive: true, encoding: 'utf8' }).filter(
    (path) =>
      path.endsWith('.ts') &&
      !path.startsWith(join('node', 'download')) &&
      readFileSync(join(electron, path), 'utf8').includes('node/download/'),
  );
  expect(using).toEqual([join('cli', 'fetch.ts')]);
});

describe('the known models', () => {
  it('are complete', () => {
    expect(new Set(KNOWN_MODELS.map(({ name }) => name)).size).toBe(KNOWN_MODELS.length);
    for (const { checkpoint, tokenizer, config, licence, activation } of KNOWN_MODELS) {
      expect(licence).toBe('MIT');
      expect(builtInConfig(config)).not.toBeNull();
      expect(config.endsWith('-quickgelu')).toBe(activation === 'quick_gelu');
      for (const { url, name, sha256 } of [checkpoint, tokenizer]) {
        expect(url).toMatch(/^https:\/\//);
        expect(url.endsWith(`/${name}`)).toBe(true);
        expect(sha256).toMatch(/^([0-9a-f]{8}|[0-9a-f]{64})$/);
      }
      expect(checkpoint.url).toContain(checkpoint.sha256.slice(0, 8)); // both publishers put it into the address
    }
  });
});

describe('the mirror', () => {
  const settings = (text: string): NodeJS.ProcessEnv => {
    writeFileSync(join(folder, 'settings.json'), text);
    return { LOUPE_SETTINGS: join(folder, 'settings.json') };
  };

  it('comes from the command line, then the environment, then the settings', async () => {
    const env = settings('{"mirror": "http://settings", "other": 1}');
    expect(await findMirror('http://asked', { ...env, LOUPE_MIRROR: 'http://env' })).toBe('http://asked');
    expect(await findMirror(undefined, { ...env, LOUPE_MIRROR: 'http://env' })).toBe('http://env');
    expect(await findMirror(undefined, env)).toBe('http://settings');
    expect(await findMirror(undefined, settings('{}'))).toBeUndefined();
    expect(await findMirror(undefined, { LOUPE_SETTINGS: join(folder, 'none.json') })).toBeUndefined();
  });

  it.each(['', '[]', '{"mirror": 7}', '{"mirror": ""}', 'http://x'])(
    'settings %j are refused',
    async (text) => {
      await expect(findMirror(undefined, settings(text))).rejects.toEqual(code('data.invalid'));
    },
  );
});

/** Announces a length that is not the real one. */
function announce(length: number): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-length': String(length) });
    response.end(BYTES.subarray(0, length));
  };
}

function otherRange(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(206, { 'content-range': `bytes 0-${BYTES.length - 1}/${BYTES.length}` }).end(BYTES);
}
