// The inspection engine: opens sessions on model packs and inspects photographs with them.
// Runs in the inference service (Node); electron/services/inference.ts puts it on a port.
import { openPack, type OpenedPack } from '../../../models/packs/open.ts';
import { LoupeError } from '../../../models/errors.ts';
import type {
  InferenceEvents,
  InspectRequest,
  InspectResult,
  SessionInfo,
  SessionOptions,
} from '../../common/services.ts';
import { Network, networkKey } from './network.ts';
import type { OnnxOptions } from './onnx.ts';
import { checkInt8, deviceFor } from './precision.ts';
import { InspectSession, newLanes } from './session.ts';
import { resolveSettings, type Settings } from './settings.ts';
import { SharedPool } from './shared.ts';
import { TextCache } from './text-cache.ts';
import { encodeWords, readTextFeatures, type TextFeatures } from './text-features.ts';

type Progress = (progress: InferenceEvents['session.progress']) => void;

export class Engine {
  readonly #progress: Progress;
  readonly #cache: TextCache;
  readonly #lanes = newLanes();
  /** Verified packs, only while sessions are being opened: their bytes would double the memory of the network. */
  readonly #packs = new SharedPool<OpenedPack>();
  readonly #networks = new SharedPool<Network>((network) => network.dispose());
  readonly #sessions = new Map<number, InspectSession>();
  /** Not from 1: a number of a process that died must not fit a session of the next one. */
  #nextSession = Date.now();

  constructor(progress: Progress, cache = new TextCache()) {
    this.#progress = progress;
    this.#cache = cache;
  }

  /**
   * Verifies the pack, reads or encodes the words, compares int8 with fp32 where it was asked for, loads the network. Throws
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
    const { threads, precision = 'fp32' } = options;
    const device = deviceFor(precision, options.device ?? 'auto');
    const onnx: OnnxOptions = threads === undefined ? { device } : { device, threads };
    const settings = await resolveSettings(pack, options);
    const text = await this.#textFeatures(pack, options, { ...onnx, ...settings });

    this.#progress({ stage: 'model', done: 0, total: 1 });
    const loss = precision === 'int8' && (await checkInt8(pack, settings, onnx, text, this.#cache));
    const key = networkKey(pack, settings, onnx);
    const network = await this.#networks.lease(key, () => Network.open(pack, settings, onnx));
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
      precision,
      ...(loss && { precisionLoss: loss }),
      product: options.product,
      mapSize: network.value.mapSize * Math.max(...settings.scales),
      ...calibration,
    };
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
