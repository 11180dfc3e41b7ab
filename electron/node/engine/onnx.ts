// One ONNX Runtime session: where it may run, how it is set up, and its failures in Loupe's words.
// Runs in the inference service (Node): `run()` blocks its thread.
import { env, InferenceSession, type Tensor } from 'onnxruntime-node';
import { LoupeError } from '../../../models/errors.ts';
import type { Device } from '../../common/services.ts';
import { defaultThreads } from './threads.ts';

env.logLevel = 'fatal'; // everything that matters comes back as an error; the log would only repeat it on the terminal

export interface OnnxOptions {
  readonly device: Device;
  /** Default: the physical cores. */
  readonly threads?: number;
}

export interface OnnxSession {
  /** Where it runs: never `auto`. */
  readonly device: Device;
  /** Throws `session.failed`. */
  run(feeds: Record<string, Tensor>, outputs: readonly string[]): Promise<Record<string, Tensor>>;
  dispose(): void;
}

/** The sentence that tells what happened, without the source file and function of ONNX Runtime before it. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  const [, sentence = text] = /^\S*onnxruntime\S*:\d+ .* was false\. (.+)$/s.exec(text) ?? [];
  return sentence.replace(/\s+/g, ' ').trim().slice(0, 300);
};

const settings = (device: Device, threads: number): InferenceSession.SessionOptions => ({
  executionProviders: [device],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Every photograph has the same size, so the arena settles after the first; DirectML forbids the pattern.
  enableCpuMemArena: true,
  enableMemPattern: device !== 'dml',
  extra: {
    session: {
      // Weights are never freed before the session: in the arena they would only round its blocks up.
      use_device_allocator_for_initializers: '1',
      // Threads that spin while they wait take the processor from the decoder, the window and everybody else: on a busy
      // computer a photograph cost 106 ms of processor time with it and 61 ms without.
      intra_op: { allow_spinning: '0' },
    },
  },
});

async function create(model: Uint8Array, device: Device, threads: number): Promise<OnnxSession> {
  const session = await InferenceSession.create(model, settings(device, threads));
  return {
    device,
    run: async (feeds, outputs) => {
      try {
        return await session.run(feeds, outputs);
      } catch (error) {
        throw new LoupeError('session.failed', { reason: reasonOf(error) }, { cause: error });
      }
    },
    dispose: () => void session.release(),
  };
}

/**
 * Loads an ONNX model. `auto` is DirectML on Windows where it works, and the processor everywhere else. Throws
 * `device.unavailable` when the device that was asked for cannot run the model, `session.failed` when not even the
 * processor can.
 */
export async function openOnnx(model: Uint8Array, options: OnnxOptions): Promise<OnnxSession> {
  const { device, threads = defaultThreads() } = options;
  if (device === 'auto') {
    const onProcessor = (): Promise<OnnxSession> => openOnnx(model, { threads, device: 'cpu' });
    return process.platform === 'win32'
      ? openOnnx(model, { threads, device: 'dml' }).catch(onProcessor)
      : onProcessor();
  }
  try {
    return await create(model, device, threads);
  } catch (error) {
    const reason = reasonOf(error);
    const cause = { cause: error };
    if (device === 'cpu') throw new LoupeError('session.failed', { reason }, cause);
    throw new LoupeError('device.unavailable', { device, reason }, cause);
  }
}
