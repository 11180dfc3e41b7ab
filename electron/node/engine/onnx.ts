// One ONNX Runtime session: where it may run, how it is set up, and its failures in Loupe's words.
// Runs in the inference service (Node): `run()` blocks its thread.
import { env, InferenceSession, listSupportedBackends, type Tensor } from 'onnxruntime-node';
import { LoupeError } from '../../../models/errors.ts';
import type { OnnxModel } from '../../../models/onnx/graph.ts';
import type { Device } from '../../common/inference-service.ts';
import { free } from './free.ts';
import { Gate } from './gate.ts';
import { rulesOf, type Provider } from './providers.ts';
import { defaultThreads } from './threads.ts';

env.logLevel = 'fatal'; // everything that matters comes back as an error; the log would only repeat it on the terminal

type Tensors = Readonly<Record<string, Tensor>>;

interface RawSession {
  run(feeds: Tensors, outputs: readonly string[]): Promise<Tensors>;
  release(): Promise<void>;
}

/** ONNX Runtime as far as Loupe uses it; tests put another one in its place. */
export interface OnnxRuntime {
  /** Names of the providers that it has or could have. */
  backends(): readonly string[];
  create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<RawSession>;
  /** The time by which devices are compared, in milliseconds. */
  readonly now: () => number;
}

export const installedRuntime: OnnxRuntime = {
  backends: () => listSupportedBackends().map(({ name }) => name),
  create: (model, options) => InferenceSession.create(model, options),
  now: () => performance.now(),
};

export interface OnnxOptions {
  readonly device: Device;
  /** Default: the physical cores. */
  readonly threads?: number;
  /** Default: the one that is installed. */
  readonly runtime?: OnnxRuntime;
}

export interface OnnxSession {
  /** Where it runs: never `auto`. */
  readonly device: Provider;
  /** Throws `session.failed`. */
  run(feeds: Tensors, outputs: readonly string[]): Promise<Tensors>;
  dispose(): void;
}

/** The sentence that tells what happened, without the source file and function of ONNX Runtime before it. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  const [, sentence = text] = /^\S*onnxruntime\S*:\d+ .* was false\. (.+)$/s.exec(text) ?? [];
  return sentence.replace(/\s+/g, ' ').trim().slice(0, 300);
};

function settings(device: Provider, threads: number): InferenceSession.SessionOptions {
  const { memoryPattern, arena } = rulesOf(device);
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential', // one chain of layers: nothing could run beside another, and DirectML demands it
    graphOptimizationLevel: 'all',
    enableCpuMemArena: arena,
    enableMemPattern: memoryPattern,
    extra: {
      session: {
        // Weights are never freed before the session: in the arena they would only round its blocks up.
        use_device_allocator_for_initializers: '1',
        // Threads that spin while they wait take the processor from the decoder, the window and everybody else: on a busy
        // computer a photograph cost 106 ms of processor time with it and 61 ms without.
        intra_op: { allow_spinning: '0' },
      },
    },
  };
}

async function create(
  model: Uint8Array | OnnxModel,
  device: Provider,
  threads: number,
  runtime: OnnxRuntime,
): Promise<OnnxSession> {
  const session = await load(model, settings(device, threads), runtime);
  const inTurn = rulesOf(device).overlap ? null : new Gate(1);
  return {
    device,
    run: async (feeds, outputs) => {
      try {
        return await (inTurn === null
          ? session.run(feeds, outputs)
          : inTurn.run(() => session.run(feeds, outputs)));
      } catch (error) {
        throw new LoupeError('session.failed', { reason: reasonOf(error) }, { cause: error });
      }
    },
    dispose: () => void session.release(),
  };
}

/** ONNX Runtime makes its own copy of the constants. Ours is freed then, at once: the collector would leave it for minutes. */
async function load(
  model: Uint8Array | OnnxModel,
  options: InferenceSession.SessionOptions,
  runtime: OnnxRuntime,
): Promise<RawSession> {
  if (model instanceof Uint8Array) return runtime.create(model, options);
  const externalData = Array.from(model.constants, ([path, data]) => ({ path, data }));
  try {
    return await runtime.create(model.graph, { ...options, externalData });
  } finally {
    for (const { data } of externalData) free(data.buffer);
  }
}

/**
 * Loads an ONNX model; the constants beside a graph are used up by it. `auto` is the processor here: which other provider may stand for it shows a trial
 * (choose-device.ts). Throws `device.unavailable` when the device that was asked for cannot run the model, `session.failed`
 * when not even the processor can.
 */
export async function openOnnx(model: Uint8Array | OnnxModel, options: OnnxOptions): Promise<OnnxSession> {
  const { threads = defaultThreads(), runtime = installedRuntime } = options;
  const device = options.device === 'auto' ? 'cpu' : options.device;
  try {
    return await create(model, device, threads, runtime);
  } catch (error) {
    const reason = reasonOf(error);
    const cause = { cause: error };
    if (device === 'cpu') throw new LoupeError('session.failed', { reason }, cause);
    throw new LoupeError('device.unavailable', { device, reason }, cause);
  }
}
