// Chooses where a model runs by trying: a provider counts only when it starts, gives the processor's numbers and beats it.
// Runs in the inference service and on the command line (Node).
import { env } from 'onnxruntime-node';
import program from '../../../package.json' with { type: 'json' };
import { toErrorValue, type ErrorValue } from '../../../models/errors.ts';
import type { OpenedPack } from '../../../models/packs/open.ts';
import type { InferenceEvents } from '../../common/inference-service.ts';
import { DeviceStore, type Choice, type Place, type Trial } from './device-store.ts';
import { driverVersions, machineId } from './drivers.ts';
import { Network, type RawResult } from './network.ts';
import { installedRuntime, type OnnxOptions, type OnnxRuntime } from './onnx.ts';
import { testPhotograph } from './precision.ts';
import { candidates, type Provider, type Surroundings } from './providers.ts';
import { resolveSettings } from './settings.ts';

/** Of the largest value of the heat map, and of the image probability; providers on a card stay below 1e-4 in float32. */
const PARITY_TOLERANCE = 1e-3;

/** The first run of a provider may compile its programs and settles its memory. */
const WARM_UP = 2;
const TIMED = 3;

export interface ChooserOptions extends Omit<OnnxOptions, 'device'> {
  readonly store: DeviceStore;
  readonly progress?: (progress: InferenceEvents['session.progress']) => void;
  /** Default: those of this computer. */
  readonly drivers?: () => Promise<string>;
  readonly surroundings?: Surroundings;
  /** Try again although it is known. */
  readonly anew?: boolean;
}

/** The place for which a choice about a pack holds. */
const placeOf = async (
  { modelSha256 }: OpenedPack,
  drivers: () => Promise<string> = driverVersions,
): Promise<Place> => ({
  machine: machineId(),
  model: modelSha256,
  program: `loupe ${program.version}, onnxruntime ${env.versions.node ?? ''}`,
  drivers: await drivers(),
});

/**
 * The choice for a pack: the one that is kept, unless computer, model, program or drivers have changed since; else each
 * provider is tried with the settings that the pack recommends. The processor is always among the trials; where there is
 * nothing else, nothing is tried and its time is left to {@link timed}. Throws what opening a network on the processor
 * throws; what cannot be kept is tried again next time.
 */
export async function chooseDevice(pack: OpenedPack, options: ChooserOptions): Promise<Choice> {
  const { store, runtime = installedRuntime, progress = () => undefined } = options;
  const place = await placeOf(pack, options.drivers);
  const known = options.anew ? null : await store.find(place);
  if (known) return known;

  const crashed = options.anew ? null : await store.interrupted(place);
  const others = candidates(runtime.backends(), options.surroundings);
  const settings = await resolveSettings(pack, { packFolder: pack.folder, product: '' });
  const at = new Date().toISOString();
  const made = { ...place, at, pack: pack.manifest.id };
  if (others.length === 0) return { ...made, trials: [{ device: 'cpu', outcome: 'chosen' }] };
  const total = 1 + others.length;
  const open = (device: Provider): Promise<Network> => {
    const { threads } = options;
    return Network.open(pack, settings, { device, runtime, ...(threads !== undefined && { threads }) });
  };
  progress({ stage: 'device', done: 0, total });
  const reference = await tryOut('cpu', open, pack, runtime);
  const trials: Trial[] = [];
  for (const [i, device] of others.entries()) {
    progress({ stage: 'device', done: 1 + i, total });
    if (device === crashed) {
      trials.push({ device, outcome: 'crashed' });
      continue;
    }
    await store.trying(place, device).catch(() => undefined);
    trials.push(await compare(device, open, pack, reference, runtime));
  }
  progress({ stage: 'device', done: total, total });
  const cpu: Trial = { device: 'cpu', outcome: 'slower', msPerImage: reference.msPerImage };
  const choice = { ...made, trials: settle([...trials, cpu]) };
  await store.put(choice).catch(() => undefined);
  return choice;
}

/** The fastest of those that gave the right numbers is taken; it comes first, and those that may stand in for it follow. */
function settle(trials: readonly Trial[]): Trial[] {
  const right = trials.filter(({ outcome }) => outcome === 'slower');
  const others = trials.filter(({ outcome }) => outcome !== 'slower');
  const byTime = right.sort((a, b) => (a.msPerImage ?? Infinity) - (b.msPerImage ?? Infinity));
  return [...byTime.map((trial, i): Trial => (i === 0 ? { ...trial, outcome: 'chosen' } : trial)), ...others];
}

/** The providers of a choice that may be used, the best first; the processor is always among them. */
export const usable = ({ trials }: Choice): Provider[] =>
  trials.filter(({ outcome }) => outcome === 'chosen' || outcome === 'slower').map(({ device }) => device);

/** The choice with the time of a network that runs anyway, kept from then on; as it is when it has one. */
export async function timed(
  choice: Choice,
  network: Pick<Network, 'run' | 'imageSize'>,
  pack: OpenedPack,
  store: DeviceStore,
  runtime = installedRuntime,
): Promise<Choice> {
  const [first, ...others] = choice.trials;
  if (first === undefined || first.msPerImage !== undefined) return choice;
  const { msPerImage } = await measure(network, pack, 1, 1, runtime);
  const known = { ...choice, trials: [{ ...first, msPerImage }, ...others] };
  await store.put(known).catch(() => undefined);
  return known;
}

interface Reference {
  readonly result: RawResult;
  readonly msPerImage: number;
}

/** Two text vectors a small angle apart, so that the map has something to show. */
function words(dim: number): Float32Array {
  const text = new Float32Array(2 * dim);
  for (const [row, phase] of [-0.05, 0.05].entries()) {
    const vector = Array.from({ length: dim }, (_, d) => Math.sin(1.3 * d + 0.7) + phase * Math.cos(2.9 * d));
    const length = Math.hypot(...vector);
    vector.forEach((value, d) => (text[row * dim + d] = value / length));
  }
  return text;
}

async function tryOut(
  device: Provider,
  open: (device: Provider) => Promise<Network>,
  pack: OpenedPack,
  runtime: OnnxRuntime,
): Promise<Reference> {
  const network = await open(device);
  try {
    return await measure(network, pack, WARM_UP, TIMED, runtime);
  } finally {
    network.dispose();
  }
}

/** What the test photograph gives, and the median of the times for it. */
async function measure(
  network: Pick<Network, 'run' | 'imageSize'>,
  pack: OpenedPack,
  warmUp: number,
  runs: number,
  { now }: OnnxRuntime,
): Promise<Reference> {
  const pixels = testPhotograph(network.imageSize);
  const text = words(pack.manifest.architecture.embedDim);
  const result = await network.run(pixels, text);
  for (let i = 1; i < warmUp; i++) await network.run(pixels, text);
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = now();
    await network.run(pixels, text);
    times.push(now() - start);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN;
  return { result, msPerImage: Math.round(median * 100) / 100 };
}

async function compare(
  device: Provider,
  open: (device: Provider) => Promise<Network>,
  pack: OpenedPack,
  reference: Reference,
  runtime: OnnxRuntime,
): Promise<Trial> {
  try {
    const { result, msPerImage } = await tryOut(device, open, pack, runtime);
    const difference = differenceBetween(reference.result, result);
    // NaN is no number below the tolerance, and none that the file takes.
    if (!(difference <= PARITY_TOLERANCE))
      return { device, outcome: 'wrong', ...(Number.isFinite(difference) && { difference }) };
    return { device, outcome: 'slower', msPerImage, difference };
  } catch (error) {
    return { device, outcome: 'failed', detail: reasonOf(toErrorValue(error)) };
  }
}

const reasonOf = ({ code, params }: ErrorValue): string => String(params.reason ?? code).slice(0, 300);

/** The largest difference of the maps as a share of the largest value, or that of the image probability if it is larger. */
function differenceBetween(expected: RawResult, got: RawResult): number {
  let [largest, difference] = [0, Math.abs(expected.score0 - got.score0)];
  expected.heat.forEach((value) => (largest = Math.max(largest, Math.abs(value))));
  expected.heat.forEach((value, i) => {
    difference = Math.max(difference, Math.abs((got.heat[i] ?? NaN) - value) / largest);
  });
  return difference;
}
