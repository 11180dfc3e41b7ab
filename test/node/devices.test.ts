// Devices: chosen by trying, kept, tried again when something changed, and replaced in the middle of a run. The providers are made up.
// Runs in the tests (Node).
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseDevice, usable, type ChooserOptions } from '../../electron/node/engine/choose-device.ts';
import { DeviceStore } from '../../electron/node/engine/device-store.ts';
import { Engine } from '../../electron/node/engine/engine.ts';
import { installedRuntime, openOnnx, type OnnxRuntime } from '../../electron/node/engine/onnx.ts';
import { candidates, rulesOf } from '../../electron/node/engine/providers.ts';
import { TextCache } from '../../electron/node/engine/text-cache.ts';
import { openPack } from '../../models/packs/open.ts';
import { GraphBuilder } from '../../models/onnx/graph.ts';
import type { InferenceEvents } from '../../electron/common/inference-service.ts';
import { writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const packFolder = writeTinyPack(join(folder, 'pack'));
const path = await writePhotograph(join(folder, 'part.png'), 1);

type Outputs = Readonly<Record<string, Tensor>>;
interface Behaviour {
  /** Throws instead of starting. */
  readonly start?: () => void;
  /** Milliseconds that a run takes, in the made-up time of the runtime. */
  readonly slow?: number;
  /** Changes what the processor answered, or throws. */
  readonly answer?: (outputs: Outputs, run: number) => Outputs;
}

/** A runtime in which every provider is the processor, with the given peculiarities. */
function runtimeWith(
  providers: Readonly<Record<string, Behaviour>>,
): OnnxRuntime & { readonly started: string[] } {
  const started: string[] = [];
  let time = 0;
  return {
    started,
    now: () => time,
    backends: () => ['cpu', ...Object.keys(providers)],
    create: async (model, options) => {
      const [name] = options.executionProviders as string[];
      started.push(name!);
      const { start, slow = 10, answer = (outputs: Outputs) => outputs } = providers[name!] ?? {};
      start?.();
      const session = await installedRuntime.create(model, { ...options, executionProviders: ['cpu'] });
      let runs = 0;
      return {
        run: async (feeds, outputs) => {
          time += slow;
          return answer(await session.run(feeds, outputs), runs++);
        },
        release: () => session.release(),
      };
    },
  };
}

const CARD = { platform: 'win32', exists: () => true } as const;
const PROCESSOR = { cpu: { slow: 60 } };
const drivers = (): Promise<string> => Promise.resolve('driver 1');
const storeIn = (name: string): DeviceStore => new DeviceStore(join(folder, name, 'devices.json'));
const choose = async (options: Partial<ChooserOptions> & Pick<ChooserOptions, 'store'>) =>
  chooseDevice(await openPack(packFolder), { drivers, surroundings: CARD, threads: 1, ...options });

describe('the providers that are worth a try', () => {
  it('are those of the runtime, where there is a card', () => {
    const linux = { platform: 'linux', exists: (path: string) => path === '/dev/dri' } as const;
    expect(candidates(['cpu', 'webgpu', 'cuda'], linux)).toEqual(['webgpu']); // CUDA's libraries are not there
    expect(candidates(['cpu', 'webgpu', 'cuda'], { ...linux, exists: () => true })).toEqual([
      'cuda',
      'webgpu',
    ]);
    expect(candidates(['cpu', 'webgpu'], { ...linux, exists: () => false })).toEqual([]);
    expect(candidates(['cpu', 'dml', 'webgpu'], { platform: 'win32', exists: () => false })).toEqual([
      'dml',
      'webgpu',
    ]);
  });

  it('run by their rules: DirectML in turn, without a memory pattern', async () => {
    expect(rulesOf('dml')).toMatchObject({ overlap: false, memoryPattern: false });
    let [inside, most] = [0, 0];
    const seen: unknown[] = [];
    const runtime: OnnxRuntime = {
      backends: () => ['dml'],
      now: () => 0,
      create: (_, options) => {
        seen.push(options);
        const run = async (): Promise<Outputs> => {
          most = Math.max(most, ++inside);
          await new Promise((done) => setTimeout(done, 2));
          inside--;
          return {};
        };
        return Promise.resolve({ run, release: () => Promise.resolve() });
      },
    };
    const session = await openOnnx(new Uint8Array(), { device: 'dml', runtime });
    await Promise.all([1, 2, 3].map(() => session.run({}, [])));
    expect(most).toBe(1);
    expect(seen).toMatchObject([{ executionMode: 'sequential', enableMemPattern: false }]);
  });
});

describe('a choice', () => {
  it('takes the fastest that gives the right numbers, and says why not the others', async () => {
    const other = (outputs: Outputs): Outputs => {
      const { heat } = outputs;
      (heat!.data as Float32Array)[0]! += 0.5;
      return outputs;
    };
    const none = (outputs: Outputs): Outputs => {
      (outputs.heat!.data as Float32Array).fill(NaN);
      return outputs;
    };
    const runtime = runtimeWith({
      cuda: { answer: none },
      dml: { slow: 1 },
      coreml: { start: () => expect.fail('no such card') },
      webgpu: { answer: other },
      ...PROCESSOR,
    });
    const choice = await choose({ store: storeIn('best'), runtime });
    expect(choice.trials.map(({ device, outcome }) => [device, outcome])).toEqual([
      ['dml', 'chosen'],
      ['cpu', 'slower'],
      ['cuda', 'failed'],
      ['coreml', 'failed'],
      ['webgpu', 'wrong'],
    ]);
    expect(choice.trials[3]).toMatchObject({ detail: expect.stringContaining('no such card') as string });
    expect(choice.trials.map(({ msPerImage }) => msPerImage)).toEqual([
      1,
      60,
      undefined,
      undefined,
      undefined,
    ]);
    expect(usable(choice)).toEqual(['dml', 'cpu']);
  });

  it('stays with the processor when nothing beats it', async () => {
    const choice = await choose({ store: storeIn('slow'), runtime: runtimeWith({ webgpu: { slow: 80 } }) });
    expect(choice.trials).toMatchObject([
      { device: 'cpu', outcome: 'chosen' },
      { device: 'webgpu', outcome: 'slower' },
    ]);
  });

  it('is kept, and made anew when the driver or the model changes, or somebody asks', async () => {
    const store = storeIn('kept');
    const runtime = runtimeWith({ webgpu: {}, ...PROCESSOR });
    const first = await choose({ store, runtime });
    const trials = runtime.started.length;
    expect(await choose({ store, runtime })).toEqual(first);
    expect(runtime.started).toHaveLength(trials);
    const updated = { store, runtime, drivers: () => Promise.resolve('driver 2') };
    expect(await choose(updated)).toMatchObject({ drivers: 'driver 2' });
    expect(runtime.started.length).toBeGreaterThan(trials);
    expect(await store.choices()).toHaveLength(1); // the old driver is gone, and what was found out with it
    const other = await openPack(
      writeTinyPack(join(folder, 'other'), {}, (t) => void (t.get('visual.proj')!.data[0]! += 1)),
    );
    await chooseDevice(other, { drivers, surroundings: CARD, store, runtime });
    expect(await store.choices()).toHaveLength(2);
    const before = runtime.started.length;
    await choose({ ...updated, anew: true });
    expect(runtime.started.length).toBeGreaterThan(before);
  });

  it('passes over a provider that took the process down when it was tried', async () => {
    const store = storeIn('crash');
    const stop = new Error('the process ends here');
    const dying = runtimeWith({ webgpu: {}, ...PROCESSOR });
    const store1: DeviceStore = Object.assign(storeIn('crash'), {
      trying: async (...args: Parameters<DeviceStore['trying']>) => {
        await store.trying(...args);
        throw stop;
      },
    });
    // As far as the note before the trial; then the process is gone, and the choice was never written.
    store1.put = () => Promise.resolve();
    await choose({ store: store1, runtime: dying });
    const next = runtimeWith({ webgpu: {}, ...PROCESSOR });
    const choice = await choose({ store, runtime: next });
    expect(next.started).not.toContain('webgpu');
    expect(choice.trials).toMatchObject([
      { device: 'cpu', outcome: 'chosen' },
      { device: 'webgpu', outcome: 'crashed' },
    ]);
    expect(await store.interrupted(choice)).toBeNull();
  });

  it('survives a damaged file and leaves no unfinished one', async () => {
    const store = storeIn('damaged');
    mkdirSync(join(folder, 'damaged'));
    const file = join(folder, 'damaged', 'devices.json');
    for (const text of [
      '{',
      '{"schema":2,"choices":[],"trying":null}',
      '{"schema":1,"choices":[{"pack":1}],"trying":null}',
    ]) {
      writeFileSync(file, text);
      expect(await store.choices()).toEqual([]);
    }
    await choose({ store, runtime: runtimeWith({ webgpu: {}, ...PROCESSOR }) });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ schema: 1, trying: null });
    expect(readdirSync(join(folder, 'damaged'))).toEqual(['devices.json']);
    await store.clear();
    expect(readdirSync(join(folder, 'damaged'))).toEqual([]);
  });
});

describe('a session', () => {
  const opened = async (name: string, runtime: OnnxRuntime, device: 'auto' | 'webgpu' = 'auto') => {
    const changes: InferenceEvents['device.changed'][] = [];
    const stages = new Set<string>();
    const parts = {
      runtime,
      surroundings: CARD,
      onDevice: (change: (typeof changes)[0]) => changes.push(change),
    };
    const cache = new TextCache(join(folder, 'cache'));
    const engine = new Engine(({ stage }) => stages.add(stage), cache, parts);
    const deviceFile = join(folder, name, 'devices.json');
    const info = await engine.open({ packFolder, product: 'nut', device, deviceFile, threads: 1 });
    return { engine, info, changes, stages };
  };
  /** Works while it is tried, and fails from the given run of the session on. */
  const failingFrom = (first: number, until = Infinity): Behaviour => {
    let sessions = 0;
    let mine = 0;
    return {
      start: () => void (mine = ++sessions),
      answer: (outputs, run) => {
        if (mine > 1 && run >= first && run < until) throw new Error('the card was unplugged');
        return outputs;
      },
    };
  };

  it('runs on what was chosen and says why', async () => {
    const { engine, info, stages } = await opened('fast', runtimeWith({ webgpu: {}, ...PROCESSOR }));
    expect(info).toMatchObject({ device: 'webgpu', deviceChoice: { because: 'fastest' } });
    expect(stages).toContain('device');
    expect(await engine.inspect({ session: info.session, path })).toMatchObject({ device: 'webgpu' });
  });

  it('without another device takes the processor at once, and keeps its time', async () => {
    const runtime = runtimeWith({});
    const { info } = await opened('alone', runtime);
    expect(info).toMatchObject({ device: 'cpu', deviceChoice: { because: 'only' } });
    expect(info.deviceChoice!.msPerImage).toBeGreaterThan(0);
    const again = await opened('alone', runtime);
    expect(again.info.deviceChoice).toEqual(info.deviceChoice);
  });

  it('tries a photograph once more, then goes on with the next device and tells', async () => {
    const { engine, info, changes } = await opened(
      'lost',
      runtimeWith({ webgpu: failingFrom(1), ...PROCESSOR }),
    );
    const inspect = () => engine.inspect({ session: info.session, path });
    const before = await inspect();
    const after = await inspect();
    expect([before.device, after.device]).toEqual(['webgpu', 'cpu']);
    expect(after.score).toBe(before.score);
    expect(changes).toMatchObject([
      { sessions: [info.session], from: 'webgpu', to: 'cpu', error: { code: 'session.failed' } },
    ]);
    expect(await inspect()).toMatchObject({ device: 'cpu' });
    expect(changes).toHaveLength(1);
    await engine.close(info.session);
  });

  it('stays where the second try works', async () => {
    const { engine, info, changes } = await opened(
      'hiccup',
      runtimeWith({ webgpu: failingFrom(0, 1), ...PROCESSOR }),
    );
    expect(await engine.inspect({ session: info.session, path })).toMatchObject({ device: 'webgpu' });
    expect(changes).toEqual([]);
  });

  it('takes the next device when the chosen one cannot be opened any more', async () => {
    let starts = 0;
    const start = (): void => {
      if (++starts > 1) throw new Error('in use elsewhere');
    };
    const { info, changes } = await opened('busy', runtimeWith({ webgpu: { start }, ...PROCESSOR }));
    expect(info).toMatchObject({ device: 'cpu', deviceChoice: { because: 'spare' } });
    expect(changes).toMatchObject([{ from: 'webgpu', to: 'cpu', error: { code: 'device.unavailable' } }]);
  });

  it('never replaces a device that a person asked for', async () => {
    const failing: Behaviour = {
      answer: () => {
        throw new Error('the card was unplugged');
      },
    };
    const { engine, info, changes } = await opened('asked', runtimeWith({ webgpu: failing }), 'webgpu');
    expect(info).toMatchObject({ device: 'webgpu', deviceChoice: { because: 'asked' } });
    await expect(engine.inspect({ session: info.session, path })).rejects.toMatchObject({
      code: 'session.failed',
    });
    expect(changes).toEqual([]);
  });
});

describe('weights beside a graph', () => {
  it('give the numbers of weights inside it, and are freed once they are loaded', async () => {
    const g = new GraphBuilder('beside');
    const side = 200; // 160 KB
    const x = g.input('x', 'float32', [1, side]);
    const weight = (): Float32Array => Float32Array.from({ length: side * side }, (_, i) => Math.sin(i));
    const data = weight();
    g.output('y', g.add(g.matMul(x, g.constant(data, [side, side])), 0.5), 'float32', [1, side]);
    const inside = g.toBytes();
    const model = g.toModel();
    expect([...model.constants.values()].map(({ byteLength }) => byteLength)).toEqual([side * side * 4]);
    expect(model.graph.length).toBeLessThan(1000);
    const { Tensor } = await import('onnxruntime-node');
    const run = async (of: Parameters<typeof openOnnx>[0]) => {
      const session = await openOnnx(of, { device: 'cpu', threads: 1 });
      const feeds = { x: new Tensor('float32', weight().slice(0, side), [1, side]) };
      const { y } = await session.run(feeds, ['y']);
      session.dispose();
      return y!.data;
    };
    const expected = await run(inside);
    expect(await run(model)).toEqual(expected);
    expect(data).toHaveLength(0);
  });
});
