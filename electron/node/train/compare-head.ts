// Inspects the parts kept aside twice, as their run did and with the new head, and measures both against what people said.
// Runs in the training service (Node).
import { score as calibrated, verdict, type Calibration } from '../../../models/clip-ad/calibration.ts';
import { propose, type KnownPart, type Proposal } from '../../../models/clip-ad/calibrate.ts';
import { ranking } from '../../../models/metrics/ranking.ts';
import type { InspectResult, SessionInfo, SessionOptions } from '../../common/inference-service.ts';
import type { ComparedPart, Comparison, Figures } from '../../common/training.ts';
import type { JobPart, TrainingJob } from '../../common/training-service.ts';
import { Engine } from '../engine/engine.ts';
import { readMask } from '../measure/masks.ts';
import { Measurement } from '../measure/measure.ts';
import { afterMapFile } from '../training/after-map.ts';
import { stopIfAborted } from './cancel.ts';
import type { Tell } from './run-training.ts';

/** Ends of the scale of SDP+ maps: a sum of four probabilities (models/clip-ad/calibrate.ts uses the same). */
const HEAT = { lo: 0, hi: 4 };

export interface Compared {
  /** The session of the new head. */
  readonly info: SessionInfo;
  readonly proposal: Proposal;
  readonly comparison: Comparison;
}

interface Seen {
  readonly info: SessionInfo;
  readonly results: readonly Omit<InspectResult, 'map'>[];
  readonly known: readonly KnownPart[];
  readonly measurement: Measurement;
}

/** Throws the errors of inspecting, `calibration.too_few`, `train.cancelled`. */
export async function compareHead(
  { before, aside, folder }: TrainingJob,
  head: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<Compared> {
  let done = 0;
  const step = (): void => tell.progress({ stage: 'comparing', done: ++done, total: 2 * aside.length });
  tell.progress({ stage: 'comparing', done, total: 2 * aside.length });
  const engine = new Engine(() => undefined);
  // Its own words for the method and its ranges come from the head, never from what the run was set to.
  const { method: _m, head: _h, calibration: _c, heat: _r, thresholds: _t, ...rest } = before;
  const after: SessionOptions = { ...rest, method: 'sdp+', head, heat: HEAT };

  const old = await inspect(engine, before, aside, null, step, signal);
  const now = await inspect(engine, after, aside, folder, step, signal);
  const proposal = propose(now.known, 'sdp+');
  const calibration: Calibration = { ...proposal.calibration, heat: HEAT };

  const oldScores = old.results.map(({ score }) => score);
  const newScores = now.results.map(({ score0, score1 }) => calibrated(score0, score1, calibration));
  const thresholds = { before: old.info.thresholds, after: calibration.thresholds };
  const parts: ComparedPart[] = aside.map(({ partId, name, defective }, i) => ({
    partId,
    name,
    defective,
    before: { score: oldScores[i]!, verdict: verdict(oldScores[i]!, thresholds.before) },
    after: { score: newScores[i]!, verdict: verdict(newScores[i]!, thresholds.after) },
  }));
  const { falseReject } = proposal.expected.reject;
  const { escape } = proposal.expected.review;
  return {
    info: now.info,
    proposal: { ...proposal, calibration },
    comparison: {
      before: figures(old.measurement, oldScores, aside),
      after: figures(now.measurement, newScores, aside),
      thresholds,
      expected: { falseReject, escape },
      parts,
      heat: HEAT,
      mapSize: now.info.mapSize,
    },
  };
}

/** @param save where heat maps go; null: nowhere */
async function inspect(
  engine: Engine,
  options: SessionOptions,
  parts: readonly JobPart[],
  save: string | null,
  step: () => void,
  signal: AbortSignal,
): Promise<Seen> {
  const info = await engine.open(options);
  const measurement = new Measurement(parts.length, info.mapSize);
  const results: Omit<InspectResult, 'map'>[] = [];
  const known: KnownPart[] = [];
  try {
    for (const { partId, path, defective, mask } of parts) {
      stopIfAborted(signal);
      const request = { session: info.session, path, wantMap: true };
      const files = save === null ? {} : { save: { map: afterMapFile(save, partId) } };
      const { map = new Float32Array(), ...result } = await engine.inspect({ ...request, ...files });
      const target = mask === null ? null : await readMask(mask, info.mapSize);
      measurement.add({ ...result, map }, defective, target);
      results.push(result);
      known.push({ defective, score0: result.score0, score1: result.score1, heat: median(map) });
      step();
    }
  } finally {
    await engine.close(info.session);
  }
  return { info, results, known, measurement };
}

const median = (values: Float32Array): number => Float32Array.from(values).sort()[values.length >> 1]!;

/** Images are ranked by the calibrated score, which is what the line judges by. */
function figures(measurement: Measurement, scores: readonly number[], parts: readonly JobPart[]): Figures {
  const labels = Uint8Array.from(parts, ({ defective }) => Number(defective));
  const image = ranking(Float64Array.from(scores), labels);
  const { metrics } = measurement.finish('online');
  return {
    imageAuroc: image.auroc,
    imageF1Max: image.f1max,
    pixelAuroc: metrics.pixel_auroc,
    pixelF1Max: metrics.pixel_f1max,
    pro: metrics.pro_cflow200,
  };
}
