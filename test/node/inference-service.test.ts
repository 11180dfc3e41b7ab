// The inference service over its real port: sessions, photographs, failures, and its death in the middle of the work.
// Runs in the tests (Node); every test starts or shares a real child process.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type {
  InferenceApi,
  InferenceEvents,
  SessionOptions,
} from '../../electron/common/inference-service.ts';
import { forkNodeService, ServiceClient } from '../../electron/node/service-client.ts';
import { toErrorValue, type ErrorCode } from '../../models/errors.ts';
import { parseNpy, writeNpy } from '../../models/npy.ts';
import { childrenOf } from '../support/processes.ts';
import { writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

// A machine that is busy with other things may take its time to start a process.
vi.setConfig({ testTimeout: 300_000 });

const ENTRY = join(import.meta.dirname, '../../electron/services/inference.ts');
const folder = temporaryFolder();
const packFolder = join(folder, 'pack');
const photograph = (i: number): string => join(folder, 'photographs', `${i}.png`);

type Client = ServiceClient<InferenceApi, InferenceEvents>;
const clients: Client[] = [];
function start(): Client {
  const client: Client = new ServiceClient({ name: 'inference', start: () => forkNodeService(ENTRY) });
  clients.push(client);
  return client;
}

const options: SessionOptions = { packFolder, product: 'metal nut', device: 'cpu', threads: 1 };

/** The code that the work is refused with. */
const codeOf = (work: Promise<unknown>): Promise<ErrorCode | 'none'> =>
  work.then(
    () => 'none' as const,
    (error: unknown) => toErrorValue(error).code,
  );

beforeAll(async () => {
  process.env.LOUPE_CACHE = join(folder, 'cache');
  writeTinyPack(packFolder);
  for (let i = 0; i < 6; i++) await writePhotograph(photograph(i), i);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});
afterAll(() => {
  delete process.env.LOUPE_CACHE;
  rmSync(folder, { recursive: true });
});

describe('session', () => {
  it('tells everything that decides the numbers', async () => {
    const info = await start().request('session.open', options);
    expect(info).toMatchObject({
      packId: 'tiny',
      packVersion: '1.0.0',
      method: 'sdp',
      tap: 'official',
      rvs: 'dbscan',
      sigma: 2,
      device: 'cpu',
      product: 'metal nut',
      mapSize: 32,
      heat: { lo: -0.5, hi: 0.5 },
      thresholds: { review: 0.4, reject: 0.6 },
    });
    expect(info.modelSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('encodes words once, finds them again, and ignores a damaged cache', async () => {
    const client = start();
    let encoded = 0;
    client.on('session.progress', ({ stage, done }) => {
      if (stage === 'words' && done === 0) encoded++;
    });
    const scoreOf = async (): Promise<number> => {
      const { session } = await client.request('session.open', { ...options, product: 'Cache  TEST' });
      return (await client.request('inspect', { session, path: photograph(0) })).score1;
    };
    const first = await scoreOf();
    expect(await scoreOf()).toBe(first);
    expect(encoded).toBe(1);
    const cache = join(folder, 'cache/text');
    for (const name of readdirSync(cache)) {
      const bytes = readFileSync(join(cache, name));
      bytes[40]! ^= 1;
      writeFileSync(join(cache, name), bytes);
    }
    expect(await scoreOf()).toBe(first);
    expect(encoded).toBe(2);
  });

  it('uses given text features as they are, rows normal and abnormal', async () => {
    const client = start();
    const row = (angle: number) =>
      Array.from({ length: 16 }, (_, i) => (i === 0 ? Math.cos(angle) : i === 1 ? Math.sin(angle) : 0));
    const score0 = async (name: string, rows: number[][]): Promise<number> => {
      const textFeatures = join(folder, name);
      writeFileSync(textFeatures, writeNpy(Float32Array.from(rows.flat()), [2, 16]));
      const { session } = await client.request('session.open', { ...options, product: '', textFeatures });
      return (await client.request('inspect', { session, path: photograph(1) })).score0;
    };
    const forward = await score0('forward.npy', [row(0), row(0.02)]);
    const backward = await score0('backward.npy', [row(0.02), row(0)]);
    expect(forward).not.toBeCloseTo(0.5, 3);
    expect(forward + backward).toBeCloseTo(1, 5);
  });

  it('is refused with the reason', async () => {
    const client = start();
    const open = (more: Partial<SessionOptions>) =>
      codeOf(client.request('session.open', { ...options, ...more }));
    const file = (name: string, bytes: string | Uint8Array): string => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    expect(await open({ packFolder: join(folder, 'nowhere') })).toBe('pack.missing');
    expect(await open({ product: ' \u00a0 ' })).toBe('text.empty');
    expect(await open({ product: 'a very long name '.repeat(20) })).toBe('usage');
    expect(await open({ device: 'cuda' })).toBe('device.unavailable');
    expect(await open({ method: 'sdp+' })).toBe('head.invalid');
    expect(await open({ head: file('head.safetensors', 'no head') })).toBe('head.invalid');
    expect(await open({ head: join(folder, 'no-head'), method: 'sdp' })).toBe('usage');
    expect(await open({ textFeatures: join(folder, 'no.npy') })).toBe('text.features_invalid');
    expect(await open({ textFeatures: file('x.npy', 'no npy') })).toBe('text.features_invalid');
    const wide = file('wide.npy', writeNpy(new Float32Array(34), [2, 17]));
    expect(await open({ textFeatures: wide })).toBe('text.features_invalid');
    const nan = file('nan.npy', writeNpy(new Float32Array(32).fill(NaN), [2, 16]));
    expect(await open({ textFeatures: nan })).toBe('text.features_invalid');
  });

  it('never opens a pack whose weights were changed', async () => {
    const changed = writeTinyPack(join(folder, 'changed'));
    const weights = join(changed, 'weights.safetensors');
    const bytes = readFileSync(weights);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(weights, bytes);
    expect(await codeOf(start().request('session.open', { ...options, packFolder: changed }))).toBe(
      'pack.hash_mismatch',
    );
  });
});

describe('inspection', () => {
  it('gives the same numbers alone, together and in a session of its own', async () => {
    const client = start();
    const { session } = await client.request('session.open', options);
    const { session: other } = await client.request('session.open', { ...options, method: 'base' });
    const inspect = (i: number, id = session) =>
      client.request('inspect', { session: id, path: photograph(i) });
    const alone = [];
    for (const i of [0, 1, 2]) alone.push((await inspect(i)).score1);
    const together = await Promise.all([inspect(0), inspect(1), inspect(0, other), inspect(2)]);
    expect([together[0], together[1], together[3]].map((result) => result.score1)).toEqual(alone);
    expect(together[2].score1).not.toBe(alone[0]);
    expect(new Set(alone).size).toBe(3);
  });

  it('writes the files that were asked for, and score1 is the highest heat', async () => {
    const client = start();
    const { session } = await client.request('session.open', options);
    const at = (name: string): string => join(folder, 'out', 'deep', name);
    const save = { npy: at('a.npy'), map: at('a.map'), thumbnail: at('a.jpg'), overlay: at('a.png') };
    const result = await client.request('inspect', { session, path: photograph(3), save, wantMap: true });
    const { data, shape } = parseNpy(new Uint8Array(readFileSync(save.npy)));
    expect(shape).toEqual([32, 32]);
    expect(data).toEqual(result.map);
    expect(Math.max(...(data as Float32Array))).toBe(result.score1);
    const map = readFileSync(save.map);
    expect(map.length).toBe(32 * 32);
    expect(map[5]).toBe(Math.round(((data[5] as number) + 0.5) * 255));
    expect(readFileSync(save.thumbnail).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    expect(readFileSync(save.overlay).subarray(1, 4).toString()).toBe('PNG');
    expect(readdirSync(join(folder, 'out/deep')).sort()).toEqual(['a.jpg', 'a.map', 'a.npy', 'a.png']);
  });

  it('fails photograph by photograph', async () => {
    const client = start();
    const { session } = await client.request('session.open', options);
    const bad = (name: string, bytes: string | Uint8Array): string => {
      mkdirSync(join(folder, 'bad'), { recursive: true });
      writeFileSync(join(folder, 'bad', name), bytes);
      return join(folder, 'bad', name);
    };
    const whole = readFileSync(photograph(0));
    const inspect = (path: string) => codeOf(client.request('inspect', { session, path }));
    const paths = [
      bad('empty.png', ''),
      bad('text.png', 'this is no photograph'),
      bad('cut.png', whole.subarray(0, whole.length >> 1)),
      join(folder, 'bad/none.png'),
      folder,
      photograph(0),
    ];
    expect(await Promise.all(paths.map(inspect))).toEqual([
      'image.empty',
      'image.not_an_image',
      'image.corrupt',
      'image.missing',
      'image.unreadable',
      'none',
    ]);
  });

  it('says when a file cannot be written', async () => {
    const client = start();
    const { session } = await client.request('session.open', options);
    const save = { npy: join(photograph(0), 'below-a-file.npy') };
    expect(await codeOf(client.request('inspect', { session, path: photograph(0), save }))).toBe(
      'output.failed',
    );
  });

  it('never turns NaN into a score', async () => {
    const spoilt = writeTinyPack(join(folder, 'nan'), {}, (tensors) =>
      tensors.get('visual.ln_post.weight')!.data.fill(NaN),
    );
    const client = start();
    const { session } = await client.request('session.open', { ...options, packFolder: spoilt });
    expect(await codeOf(client.request('inspect', { session, path: photograph(0) }))).toBe('session.failed');
  });

  it('is refused after the session was closed', async () => {
    const client = start();
    const { session } = await client.request('session.open', options);
    const last = client.request('inspect', { session, path: photograph(0) });
    await client.request('session.close', { session });
    expect((await last).width).toBe(40);
    expect(await codeOf(client.request('inspect', { session, path: photograph(0) }))).toBe('internal');
  });
});

describe.skipIf(process.platform !== 'linux')('death of the service', () => {
  it('refuses what was under way, and the next request starts it again', async () => {
    const client = start();
    const { session } = await client.request('session.open', options);
    const underWay = [0, 1, 2].map((i) =>
      codeOf(client.request('inspect', { session, path: photograph(i) })),
    );
    const [pid] = childrenOf(process.pid, 'inference.ts');
    process.kill(pid!, 'SIGKILL');
    expect(await Promise.all(underWay)).toEqual(['service.died', 'service.died', 'service.died']);
    expect(client.deaths).toBe(1);

    // The old number must not fit a session of the new process.
    const { session: next } = await client.request('session.open', options);
    expect(next).not.toBe(session);
    expect(await codeOf(client.request('inspect', { session, path: photograph(0) }))).toBe('internal');
    expect((await client.request('inspect', { session: next, path: photograph(0) })).width).toBe(40);
  });
});
