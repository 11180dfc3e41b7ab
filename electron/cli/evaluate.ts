// `loupe evaluate`: a labelled data set in, the metrics of the papers out.
// Runs in Node (command line). Specification § D.
import { toErrorValue } from '../../models/errors.ts';
import { locatePack } from '../../models/packs/locate.ts';
import type { Comparison, InspectResult, SessionInfo, SessionOptions } from '../common/inference-service.ts';
import { writeFileSafely } from '../node/engine/write-file.ts';
import { findCategories, layoutOf, type Category, type TestImage } from './dataset.ts';
import { drawExamples, type Scored } from './examples.ts';
import { EXIT } from './exit-codes.ts';
import { inOrder } from './in-order.ts';
import { IN_FLIGHT, Inspector, withInference, type InferenceClient } from './inspector.ts';
import { readMask } from '../node/measure/masks.ts';
import {
  Measurement,
  meanMetrics,
  type ImageScore,
  type Measured,
  type Metrics,
} from '../node/measure/measure.ts';
import type { EvaluateOptions } from './options.ts';
import { errorJson, errorLine, type Output } from './output.ts';
import { packRoots } from './packs.ts';
import { htmlReport } from './report-html.ts';
import { csvReport, publishedBeside, textReport, type CategoryResult, type Evaluation } from './report.ts';
import type { Stop } from './stop.ts';
import { checkTarget } from './target.ts';

/** Returns the exit code. Throws what stops the whole command. */
export async function evaluate(options: EvaluateOptions, output: Output, stop: Stop): Promise<number> {
  if (options.report !== undefined) checkTarget(options.report);
  const packFolder = await locatePack(options.model, packRoots());
  const categories = await findCategories(options.root, options.categories);
  const layout = layoutOf(options.root);
  const start = performance.now();
  const evaluation = await withInference(async (client) => {
    const { rvsProfile = layout === 'visa' ? 'visa' : 'default' } = options.engine;
    const engine = { ...options.engine, rvsProfile, packFolder };
    const job: Job = {
      options,
      engine,
      client,
      output,
      stop,
      progress: new Progress(output, categories, options),
    };
    const results = await measureAll(job, categories);
    return results && { ...results, layout, rvsProfile, score: options.score };
  });
  if (evaluation) await report(evaluation, options, performance.now() - start, output);
  if (stop.requested) return EXIT.interrupted;
  if (output.closed) return EXIT.outputClosed;
  return evaluation?.categories.some(({ failed }) => failed > 0) ? EXIT.someFailed : EXIT.ok;
}

/** What everything below works with. */
interface Job {
  readonly options: EvaluateOptions;
  readonly engine: Omit<SessionOptions, 'product'>;
  readonly client: InferenceClient;
  readonly output: Output;
  readonly stop: Stop;
  readonly progress: Progress;
}

/**
 * All categories by the chosen method, then by each comparison: only one model is in memory at a time. Null when it was
 * stopped before the first category was complete (half a category has no metrics); a comparison that was stopped is left out.
 */
async function measureAll(
  job: Job,
  categories: readonly Category[],
): Promise<Pick<Evaluation, 'categories' | 'info'> | null> {
  const { options, output } = job;
  const results: CategoryResult[] = [];
  const sessions = new Sessions(job);
  let evaluated: SessionInfo | null = null;
  for (const category of categories) {
    const product = options.product ?? category.name;
    const [inspector, info] = await sessions.open(product);
    const main = await measure(job, category, inspector, info, options.score);
    if (!main) break;
    const { normal, defective, failed, measured, scored } = main;
    const examples = wantsHtml(options)
      ? await drawExamples(scored, inspector, info, (error) => output.problem(errorLine(toErrorValue(error))))
      : [];
    const { metrics, curves } = measured;
    const counts = { category: category.name, product, normal, defective, failed };
    results.push({ ...counts, metrics, comparisons: [], curves, examples });
    evaluated = info;
    if (output.json) await output.record({ ...counts, ...metrics });
  }
  await sessions.close();
  if (!evaluated) return null;
  const compared = await compareAll(job, categories);
  return {
    categories: results.map((result, i) => ({
      ...result,
      comparisons: compared.flatMap(({ comparison, all }) => (all[i] ? [[comparison, all[i]] as const] : [])),
    })),
    info: evaluated,
  };
}

interface Compared {
  readonly comparison: Comparison;
  /** In the order of the categories. */
  readonly all: readonly Metrics[];
}

async function compareAll(job: Job, categories: readonly Category[]): Promise<Compared[]> {
  const { options, output, stop } = job;
  const compared: Compared[] = [];
  for (const comparison of options.comparisons) {
    const sessions = new Sessions(job, comparison);
    const all: Metrics[] = [];
    for (const category of categories) {
      if (stop.requested || output.closed) return compared;
      const product = options.product ?? category.name;
      const [inspector, info] = await sessions.open(product);
      const result = await measure(job, category, inspector, info, 'class_probability');
      if (!result) return compared;
      const { metrics } = result.measured;
      all.push(metrics);
      if (output.json) await output.record({ comparison, category: category.name, product, ...metrics });
    }
    await sessions.close();
    compared.push({ comparison, all });
  }
  return compared;
}

/** The sessions of one method; the next one is opened before the last is closed, so that both share the model. */
class Sessions {
  readonly #job: Job;
  readonly #options: Omit<SessionOptions, 'product'>;
  #last: Inspector | null = null;

  constructor(job: Job, comparison?: Comparison) {
    const { head: _, method: __, ...others } = job.engine;
    this.#job = job;
    this.#options = comparison === undefined ? job.engine : { ...others, comparison };
  }

  async open(product: string): Promise<[Inspector, SessionInfo]> {
    const inspector = new Inspector(this.#job.client, { ...this.#options, product });
    const info = await inspector.open();
    await this.close();
    this.#last = inspector;
    this.#job.stop.holdResults();
    return [inspector, info];
  }

  async close(): Promise<void> {
    await this.#last?.close();
    this.#last = null;
  }
}

interface Result {
  readonly normal: number;
  readonly defective: number;
  readonly failed: number;
  readonly measured: Measured;
  readonly scored: readonly Scored[];
}

/** One category; null when it was stopped. Photographs that fail are reported (by the first method) and left out. */
async function measure(
  { output, progress, stop }: Job,
  { name, images }: Category,
  inspector: Inspector,
  info: SessionInfo,
  score: ImageScore,
): Promise<Result | null> {
  const measurement = new Measurement(images.length, info.mapSize);
  const first = score !== 'class_probability';
  const done: TestImage[] = [];
  let failed = 0;
  const work = async ({ path, mask }: TestImage): Promise<[InspectResult, Uint8Array | null]> =>
    Promise.all([
      inspector.inspect({ path, wantMap: true }),
      mask === null ? null : readMask(mask, info.mapSize),
    ]);
  for await (const settled of inOrder(images, IN_FLIGHT, work, () => stop.requested || output.closed)) {
    const { path, defective } = settled.item;
    if (settled.ok) {
      const [{ score, score0, score1, map = new Float32Array() }, mask] = settled.value;
      measurement.add({ score, score0, score1, map }, defective, mask);
      done.push(settled.item);
    } else {
      failed++;
      const error = toErrorValue(settled.error);
      if (first && output.json) await output.record({ path, error: errorJson(error) });
      else if (first) output.problem(errorLine(error));
    }
    progress.step(name, !settled.ok);
  }
  if (stop.requested || output.closed) return null;
  const { normal, defective, masksMissing } = measurement;
  if (first && masksMissing > 0) {
    output.problem(
      `${name}: ${masksMissing} of ${defective} defective photographs have no mask: no pixel metrics`,
    );
  }
  const measured = measurement.finish(score);
  const scored = done.map((image, i) => ({ image, score: measured.scores[i] ?? NaN }));
  return { normal, defective, failed, measured, scored };
}

class Progress {
  readonly #output: Output;
  readonly #total: number;
  #done = 0;
  #failed = 0;

  constructor(output: Output, categories: readonly Category[], { comparisons }: EvaluateOptions) {
    this.#output = output;
    const images = categories.reduce((sum, { images }) => sum + images.length, 0);
    this.#total = images * (1 + comparisons.length);
  }

  step(category: string, failed: boolean): void {
    this.#done++;
    if (failed) this.#failed++;
    this.#output.progress(this.#done, this.#total, category, this.#failed);
  }
}

const wantsHtml = ({ report }: EvaluateOptions): boolean => report !== undefined && /\.html?$/i.test(report);

async function report(
  evaluation: Evaluation,
  options: EvaluateOptions,
  ms: number,
  output: Output,
): Promise<void> {
  const { categories, info } = evaluation;
  if (output.json) {
    const { device, precision, packId: model, modelSha256, method } = info;
    const failed = categories.reduce((sum, category) => sum + category.failed, 0);
    const images = categories.reduce((sum, { normal, defective }) => sum + normal + defective, failed);
    await output.record({ mean: meanMetrics(categories.map(({ metrics }) => metrics)) });
    for (const comparison of categories[0]?.comparisons.map(([name]) => name) ?? []) {
      const all = categories.flatMap(({ comparisons }) => new Map(comparisons).get(comparison) ?? []);
      await output.record({ comparison, mean: meanMetrics(all) });
    }
    const published = publishedBeside(evaluation);
    if (published) {
      const { method, source, confidence, of, mean } = published;
      for (const [category, metrics] of of) await output.record({ published: method, category, ...metrics });
      await output.record({ published: method, mean, source, confidence });
    }
    await output.record({
      summary: {
        images,
        failed,
        device,
        precision,
        model,
        modelSha256,
        method,
        score: options.score,
        ms: Math.round(ms),
      },
    });
  }
  await output.text(textReport(evaluation));
  if (options.report !== undefined)
    await writeFileSafely(
      options.report,
      wantsHtml(options) ? htmlReport(evaluation) : csvReport(evaluation),
    );
}
