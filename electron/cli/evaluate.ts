// `loupe evaluate`: a labelled data set in, the metrics of the papers out.
// Runs in Node (command line). Specification § D.
import { toErrorValue } from '../../models/errors.ts';
import { locatePack } from '../../models/packs/locate.ts';
import type { InspectResult, SessionInfo } from '../common/services.ts';
import { writeFileSafely } from '../node/engine/write-file.ts';
import { findCategories, type Category, type TestImage } from './dataset.ts';
import { EXIT } from './exit-codes.ts';
import { inOrder } from './in-order.ts';
import { IN_FLIGHT, Inspector, withInference, type InferenceClient } from './inspector.ts';
import { readMask } from './masks.ts';
import { Measurement, meanMetrics } from './measure.ts';
import type { EvaluateOptions } from './options.ts';
import { errorJson, errorLine, type Output } from './output.ts';
import { packRoots } from './packs.ts';
import { csvReport, htmlReport, textReport, type CategoryResult, type Evaluation } from './report.ts';
import type { Stop } from './stop.ts';

/** Returns the exit code. Throws what stops the whole command. */
export async function evaluate(options: EvaluateOptions, output: Output, stop: Stop): Promise<number> {
  const packFolder = await locatePack(options.model, packRoots());
  const categories = await findCategories(options.root, options.categories);
  const start = performance.now();
  const evaluation = await withInference((client) =>
    measureAll(options, packFolder, categories, client, output, stop),
  );
  if (evaluation) await report(evaluation, options, performance.now() - start, output);
  if (stop.requested) return EXIT.interrupted;
  if (output.closed) return EXIT.outputClosed;
  return evaluation?.categories.some(({ failed }) => failed > 0) ? EXIT.someFailed : EXIT.ok;
}

/** Null when it was stopped before the first category was complete: half a category has no metrics. */
async function measureAll(
  options: EvaluateOptions,
  packFolder: string,
  categories: readonly Category[],
  client: InferenceClient,
  output: Output,
  stop: Stop,
): Promise<Evaluation | null> {
  const progress = new Progress(output, categories);
  const results: CategoryResult[] = [];
  let last: Inspector | null = null;
  let evaluated: SessionInfo | null = null;
  for (const category of categories) {
    const product = options.product ?? category.name;
    const inspector = new Inspector(client, { ...options.engine, packFolder, product });
    const info = await inspector.open();
    await last?.close(); // only now: the two sessions share the model in memory
    last = inspector;
    stop.holdResults();
    const result = await measure(category, inspector, info, options, output, progress, stop);
    if (!result) break;
    results.push(result);
    evaluated = info;
    if (output.json) await output.record({ ...result, metrics: undefined, ...result.metrics });
  }
  return evaluated && { categories: results, info: evaluated, score: options.score };
}

/** One category; null when it was stopped. Photographs that fail are reported and left out. */
async function measure(
  category: Category,
  inspector: Inspector,
  info: SessionInfo,
  options: EvaluateOptions,
  output: Output,
  progress: Progress,
  stop: Stop,
): Promise<CategoryResult | null> {
  const { name, images } = category;
  const measurement = new Measurement(images.length, info.mapSize);
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
    } else {
      failed++;
      const error = toErrorValue(settled.error);
      if (output.json) await output.record({ path, error: errorJson(error) });
      else output.problem(errorLine(error));
    }
    progress.step(name, !settled.ok);
  }
  if (stop.requested || output.closed) return null;
  const { normal, defective, masksMissing } = measurement;
  if (masksMissing > 0) {
    output.problem(
      `${name}: ${masksMissing} of ${defective} defective photographs have no mask: no pixel metrics`,
    );
  }
  const product = options.product ?? name;
  return { category: name, product, normal, defective, failed, metrics: measurement.metrics(options.score) };
}

class Progress {
  readonly #output: Output;
  readonly #total: number;
  #done = 0;
  #failed = 0;

  constructor(output: Output, categories: readonly Category[]) {
    this.#output = output;
    this.#total = categories.reduce((sum, { images }) => sum + images.length, 0);
  }

  step(category: string, failed: boolean): void {
    this.#done++;
    if (failed) this.#failed++;
    this.#output.progress(this.#done, this.#total, category, this.#failed);
  }
}

async function report(
  evaluation: Evaluation,
  options: EvaluateOptions,
  ms: number,
  output: Output,
): Promise<void> {
  const { categories, info } = evaluation;
  if (output.json) {
    const { device, packId: model, modelSha256, method } = info;
    const failed = categories.reduce((sum, category) => sum + category.failed, 0);
    const images = categories.reduce((sum, { normal, defective }) => sum + normal + defective, failed);
    await output.record({ mean: meanMetrics(categories.map(({ metrics }) => metrics)) });
    await output.record({
      summary: {
        images,
        failed,
        device,
        model,
        modelSha256,
        method,
        score: options.score,
        ms: Math.round(ms),
      },
    });
  }
  await output.text(textReport(evaluation));
  if (options.report !== undefined) {
    const render = /\.csv$/i.test(options.report) ? csvReport : htmlReport;
    await writeFileSafely(options.report, render(evaluation));
  }
}
