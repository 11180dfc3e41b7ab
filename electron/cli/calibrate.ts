// `loupe calibrate`: known parts in, the ranges of the score and two proposed thresholds out, with their expected errors.
// Runs in Node (command line); the numbers come from models/clip-ad/calibrate.ts. Specification § F-7.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEFAULT_TARGETS,
  propose,
  type KnownPart,
  type Proposal,
  type Targets,
} from '../../models/clip-ad/calibrate.ts';
import { LoupeError, toErrorValue } from '../../models/errors.ts';
import type { Rate } from '../../models/metrics/wilson.ts';
import { locatePack } from '../../models/packs/locate.ts';
import type { SessionInfo } from '../common/inference-service.ts';
import { writeFileSafely } from '../node/engine/write-file.ts';
import { isMasks, scanPhotographs } from '../node/files/scan.ts';
import { findCategories } from './dataset.ts';
import { EXIT } from './exit-codes.ts';
import { inOrder } from './in-order.ts';
import { IN_FLIGHT, Inspector, withInference } from './inspector.ts';
import { COMMON, common, MODEL, number, parse, path, type EngineOptions } from './options.ts';
import { errorJson, errorLine, printable, type Output } from './output.ts';
import { packRoots } from './packs.ts';
import type { Stop } from './stop.ts';
import { checkTarget } from './target.ts';

export interface CalibrateOptions {
  /** Photographs of flawless parts, or one category in the layout of MVTec. */
  readonly inputs: readonly string[];
  readonly defects: readonly string[];
  readonly out: string;
  readonly product: string;
  readonly model: string;
  readonly engine: EngineOptions;
  readonly targets: Targets;
  readonly json: boolean;
}

interface Known {
  readonly path: string;
  readonly defective: boolean;
}

const usage = (reason: string): LoupeError => new LoupeError('usage', { reason });

/** Throws `usage`. */
export function calibrateOptions(args: readonly string[]): CalibrateOptions {
  const { values, positionals } = parse(args, {
    ...COMMON,
    ...MODEL,
    out: { type: 'string' },
    defects: { type: 'string', multiple: true },
    'false-reject': { type: 'string' },
    escape: { type: 'string' },
    review: { type: 'string' },
  });
  const { product = '', out, defects = [], escape, review } = values;
  if (positionals.length === 0) throw usage('Name a folder with photographs of flawless parts.');
  if (out === undefined) throw usage('Name the file of the calibration with --out.');
  if (product.trim() === '' && values['text-features'] === undefined) {
    throw usage('Say what the parts are with --product, for example --product "metal nut".');
  }
  if (values.calibration !== undefined)
    throw usage('A calibration is made of raw values, not of another one.');
  const share = (name: string, text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : number(name, text, 0, 1);
  return {
    inputs: positionals,
    defects,
    out: path('out', out),
    product,
    targets: {
      falseReject: share('false-reject', values['false-reject'], DEFAULT_TARGETS.falseReject),
      escape: share('escape', escape, DEFAULT_TARGETS.escape),
      review: share('review', review, DEFAULT_TARGETS.review),
    },
    ...common(values),
  };
}

/** Returns the exit code. Throws what stops the whole command. */
export async function calibrate(options: CalibrateOptions, output: Output, stop: Stop): Promise<number> {
  checkTarget(options.out);
  const packFolder = await locatePack(options.model, packRoots());
  const known = await findKnown(options);
  return withInference(async (client) => {
    const inspector = new Inspector(client, { ...options.engine, packFolder, product: options.product });
    const info = await inspector.open();
    stop.holdResults();
    const parts = await inspectKnown(known, inspector, output, stop);
    if (stop.requested) return EXIT.interrupted; // half a run is no calibration
    if (output.closed) return EXIT.outputClosed;
    const proposal = propose(parts, info.method, options.targets);
    await writeFileSafely(options.out, `${JSON.stringify(fileOf(options, info, proposal), null, 2)}\n`);
    if (output.json) await output.record({ summary: { ...proposal, failed: known.length - parts.length } });
    await output.text(textOf(options.out, proposal));
    return parts.length < known.length ? EXIT.someFailed : EXIT.ok;
  });
}

async function findKnown({ inputs, defects }: CalibrateOptions): Promise<Known[]> {
  const known: Known[] = [];
  const scan = async (some: readonly string[], defective: boolean): Promise<void> => {
    if (some.length === 0) return;
    for await (const { path } of scanPhotographs(some, { skip: isMasks })) known.push({ path, defective });
  };
  const [category, ...more] = inputs;
  if (category !== undefined && more.length === 0 && existsSync(join(category, 'test'))) {
    for (const { images } of await findCategories(category)) known.push(...images);
  } else await scan(inputs, false);
  await scan(defects, true);
  const places = new Set(known.map(({ path }) => path));
  if (places.size < known.length)
    throw usage('A photograph was named twice, or as flawless and as defective.');
  return known;
}

/** Photographs that fail are reported and left out. */
async function inspectKnown(
  known: readonly Known[],
  inspector: Inspector,
  output: Output,
  stop: Stop,
): Promise<KnownPart[]> {
  const parts: KnownPart[] = [];
  const work = ({ path }: Known) => inspector.inspect({ path, wantMap: true });
  let done = 0;
  for await (const settled of inOrder(known, IN_FLIGHT, work, () => stop.requested || output.closed)) {
    const { path, defective } = settled.item;
    if (settled.ok) {
      const { score0, score1, map } = settled.value;
      parts.push({ defective, score0, score1, heat: median(map!) });
    } else {
      const error = toErrorValue(settled.error);
      if (output.json) await output.record({ path, error: errorJson(error) });
      else output.problem(errorLine(error));
    }
    output.progress(++done, known.length, 'inspected', done - parts.length);
  }
  return parts;
}

const median = (values: Float32Array): number => Float32Array.from(values).sort()[values.length >> 1]!;

/** `calibration` is what a pack.json holds for a method; the rest says what it is worth and what it belongs to. */
function fileOf({ product, targets }: CalibrateOptions, info: SessionInfo, proposal: Proposal) {
  const { packId: id, packVersion: version, modelSha256, method, tap, rvs, sigma, mapSize } = info;
  const { imageSize, scales, headSha256 = null } = info;
  return {
    schema: 1,
    created: new Date().toISOString(),
    product,
    pack: { id, version, modelSha256 },
    method,
    tap,
    rvs,
    sigma,
    mapSize,
    imageSize,
    scales,
    headSha256,
    targets,
    ...proposal,
  };
}

function textOf(
  file: string,
  { calibration, flawless, defective, extrapolated, expected }: Proposal,
): string {
  const { thresholds } = calibration;
  const line = (name: 'review' | 'reject'): string => {
    const { falseReject, escape } = expected[name];
    const rates = `flawless parts at or above it ${percent(falseReject)}; defective parts below it ${percent(escape)}`;
    return `${name.padEnd(6)} at ${thresholds[name].toFixed(3)}: ${rates}`;
  };
  const lines = [`${flawless} flawless and ${defective} defective parts`, line('review'), line('reject')];
  if (extrapolated) {
    lines.push(
      'No defective part was shown: escapes are unknown, and the upper end of the score is a guess.',
    );
  }
  return [...lines, `${printable(file)} written`].join('\n');
}

const percent = (rate: Rate | null): string => {
  if (!rate) return 'unknown';
  const [mean, low, high] = [rate.rate, rate.low, rate.high].map((value) => (100 * value).toFixed(1));
  return `${mean} % (${rate.count} of ${rate.of}; 95 %: ${low} to ${high} %)`;
};
