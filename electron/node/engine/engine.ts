// The inspection engine: opens sessions on model packs and inspects photographs with them.
// Runs in the inference service (Node); electron/services/inference.ts puts it on a port.
import { hash } from 'node:crypto';
import { env } from 'onnxruntime-node';
import { openPack, type OpenedPack } from '../../../models/packs/open.ts';
import { LoupeError } from '../../../models/errors.ts';
import type {
  InferenceEvents,
  InspectRequest,
  InspectResult,
  SessionInfo,
  SessionOptions,
} from '../../common/inference-service.ts';
import { chooseDevice, timed, usable } from './choose-device.ts';
import { chosen, DeviceStore, type Choice } from './device-store.ts';
import { FailoverNetwork, type DeviceChange, type Runs } from './failover.ts';
import { Network, networkKey } from './network.ts';
import type { OnnxOptions, OnnxRuntime } from './onnx.ts';
import type { Provider, Surroundings } from './providers.ts';
import { checkInt8, deviceFor } from './precision.ts';
import type { Preparer } from './prepare.ts';
import { InspectSession, newLanes, type Lanes } from './session.ts';
import { resolveSettings, type Settings } from './settings.ts';
import { SharedPool, type Lease } from './shared.ts';
import { TextCache } from './text-cache.ts';
import { encodeWords, readTextFeatures, type TextFeatures } from './text-features.ts';

/** What computes, for the history: scores of two versions may differ in the last digits. */
const VERSIONS: SessionInfo['versions'] = {
  node: process.versions.node,
  onnxruntime: String(env.versions.node),
  // Its types promise what only Electron's own processes have.
  ...('electron' in process.versions && { electron: process.versions.electron }),
};

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

type Progress = (progress: InferenceEvents['session.progress']) => void;

export interface EngineParts {
  /** Told when a device was given up in the middle of the work. */
  readonly onDevice?: (change: InferenceEvents['device.changed']) => void;
  /** Tests put another one in its place. */
  readonly runtime?: OnnxRuntime;
  readonly surroundings?: Surroundings;
  /** Default: photographs are prepared in the thread of the network. */
  readonly preparer?: Preparer;
}

export class Engine {
  readonly #progress: Progress;
  readonly #cache: TextCache;
  readonly #parts: EngineParts;
  readonly #lanes: Lanes;
  /** Verified packs, only while sessions are being opened: their bytes would double the memory of the network. */
  readonly #packs = new SharedPool<OpenedPack>();
  readonly #networks = new SharedPool<Runs>((network) => network.dispose());
  readonly #sessions = new Map<number, InspectSession>();
  /** Not from 1: a number of a process that died must not fit a session of the next one. */
  #nextSession = Date.now();

  constructor(progress: Progress, cache = new TextCache(), parts: EngineParts = {}) {
    this.#progress = progress;
    this.#cache = cache;
    this.#parts = parts;
    this.#lanes = newLanes(parts.preparer);
  }

  /**
   * Verifies the pack, reads or encodes the words, compares int8 with fp32 where it was asked for, chooses the device, loads the
   * network. Throws
   * the errors of packs (`pack.*`, `weights.*`), heads, texts, devices and precisions, and `session.failed`.
   */
  async open(options: SessionOptions): Promise<SessionInfo> {
    const lease = await this.#packs.lease(options.packFolder, () => openPack(options.packFolder));
    try {
      return await this.#openOn(lease.value, options);
    } finally {
      lease.release();
    }
  }

  async #openOn(pack: OpenedPack, options: SessionOptions): Promise<SessionInfo> {
    const { precision = 'fp32', threads } = options;
    const { runtime } = this.#parts;
    const device = deviceFor(precision, options.device ?? 'auto');
    const onnx = { device, ...(threads !== undefined && { threads }), ...(runtime && { runtime }) };
    const settings = await resolveSettings(pack, options);
    const text = await this.#textFeatures(pack, options, { ...onnx, ...settings });
    const loss = precision === 'int8' && (await checkInt8(pack, settings, onnx, text, this.#cache));
    const store = new DeviceStore(options.deviceFile ?? null);
    const choice = device === 'auto' ? await this.#choose(pack, onnx, store) : null;

    this.#progress({ stage: 'model', done: 0, total: 1 });
    const devices = choice ? usable(choice) : [device as Provider];
    const network = await this.#network(pack, settings, onnx, devices);
    this.#progress({ stage: 'model', done: 1, total: 1 });

    const session = this.#nextSession++;
    this.#sessions.set(session, new InspectSession(network, text, settings, this.#lanes));
    const { id, title, version } = pack.manifest;
    const { calibration, method, tap, rvs, sigma } = settings;
    return {
      session,
      packId: id,
      packTitle: title,
      packVersion: version,
      modelSha256: pack.modelSha256,
      method,
      tap,
      rvs,
      sigma,
      device: network.value.device,
      deviceChoice: await this.#because(choice, network.value, pack, store),
      precision,
      imageSize: settings.imageSize,
      scales: settings.scales,
      headSha256: settings.head ? sha256(settings.head.bytes) : null,
      versions: VERSIONS,
      ...(loss && { precisionLoss: loss }),
      product: options.product,
      mapSize: network.value.mapSize * Math.max(...settings.scales),
      ...calibration,
    };
  }

  async #choose(pack: OpenedPack, onnx: OnnxOptions, store: DeviceStore): Promise<Choice> {
    const { surroundings } = this.#parts;
    const { device: _, ...rest } = onnx;
    // Before a trial, so that the memory of two networks is never needed at once with what runs already.
    return this.#lanes.network.run(() =>
      chooseDevice(pack, { ...rest, store, progress: this.#progress, ...(surroundings && { surroundings }) }),
    );
  }

  /** One network for all sessions with the same key; with somebody behind it where there is more than one device. */
  #network(
    pack: OpenedPack,
    settings: Settings,
    onnx: OnnxOptions,
    devices: readonly Provider[],
  ): Promise<Lease<Runs>> {
    const [first = 'cpu', ...others] = devices;
    if (others.length === 0) {
      const only = { ...onnx, device: first };
      return this.#networks.lease(networkKey(pack, settings, only), () => Network.open(pack, settings, only));
    }
    const { folder, modelSha256 } = pack;
    // The pack is opened again for a device that takes over later: kept until then, it would double the memory.
    const open = async (device: Provider): Promise<Runs> => {
      const again = await openPack(folder);
      if (again.modelSha256 !== modelSha256)
        throw new LoupeError('session.failed', { reason: 'the model pack was replaced meanwhile' });
      return Network.open(again, settings, { ...onnx, device });
    };
    return this.#networks.lease(networkKey(pack, settings, { ...onnx, device: 'auto' }), () =>
      FailoverNetwork.open(devices, open, (change) => this.#changed(change)),
    );
  }

  #changed({ from, to, error }: DeviceChange): void {
    const sessions = [...this.#sessions].filter(([, session]) => session.device === to).map(([id]) => id);
    this.#parts.onDevice?.({ sessions, from, to, error });
  }

  async #because(
    choice: Choice | null,
    network: Runs,
    pack: OpenedPack,
    store: DeviceStore,
  ): Promise<NonNullable<SessionInfo['deviceChoice']>> {
    if (choice === null) return { because: 'asked' };
    const known = await this.#lanes.network.run(() =>
      timed(choice, network, pack, store, this.#parts.runtime),
    );
    const trial = chosen(known);
    if (trial?.device !== network.device) return { because: 'spare' };
    const because = known.trials.length === 1 ? 'only' : 'fastest';
    return { because, ...(trial.msPerImage !== undefined && { msPerImage: trial.msPerImage }) };
  }

  #textFeatures(
    pack: OpenedPack,
    { product, textFeatures }: SessionOptions,
    how: OnnxOptions & Pick<Settings, 'rvs' | 'rvsProfile' | 'comparison'>,
  ): Promise<TextFeatures> {
    if (textFeatures !== undefined)
      return readTextFeatures(textFeatures, pack.manifest.architecture.embedDim);
    const progress = (done: number, total: number): void => this.#progress({ stage: 'words', done, total });
    return encodeWords(pack, { ...how, product, cache: this.#cache, progress });
  }

  /** Throws what `InspectSession.inspect` throws, and `internal` for a session that is not open. */
  async inspect(request: InspectRequest): Promise<InspectResult> {
    const session = this.#sessions.get(request.session);
    if (!session) throw new LoupeError('internal', { reason: `Session ${request.session} is not open.` });
    return session.inspect(request);
  }

  /** Closing twice is no error. */
  async close(session: number): Promise<void> {
    const open = this.#sessions.get(session);
    this.#sessions.delete(session);
    await open?.close();
  }
}
