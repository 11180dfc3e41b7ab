// `loupe inspect`: photographs in, scores out.
// Runs in Node (command line).
import { existsSync } from 'node:fs';
import { verdict } from '../../models/clip-ad/calibration.ts';
import { LoupeError, toErrorValue, type ErrorValue } from '../../models/errors.ts';
import { locatePack } from '../../models/packs/locate.ts';
import type { InspectRequest, InspectResult, SessionInfo } from '../common/inference-service.ts';
import { isMasks, scanPhotographs, type ScannedFile } from '../node/files/scan.ts';
import { EXIT } from './exit-codes.ts';
import { inOrder } from './in-order.ts';
import { IN_FLIGHT, withInference } from './inspector.ts';
import type { InspectOptions } from './options.ts';
import { OutputNames } from './output-names.ts';
import { errorJson, type Output } from './output.ts';
import { packRoots } from './packs.ts';
import { folderWords, ProductSessions } from './products.ts';
import { partTable, summaryText, type Row } from './part-table.ts';
import { withRecipe } from './recipe.ts';
import type { Stop } from './stop.ts';

interface Problem {
  readonly path: string;
  readonly error: ErrorValue;
}

/** Returns the exit code. Throws what stops the whole command. */
export async function inspect(asked: InspectOptions, output: Output, stop: Stop): Promise<number> {
  const options = asked.recipe === undefined ? asked : await withRecipe(asked, asked.recipe);
  const packFolder = await locatePack(options.model, packRoots());
  const { files, problems } = await scan(options.inputs);
  return withInference(async (client) => {
    client.on('session.progress', ({ stage, done, total }) =>
      output.progress(done, total, stage === 'words' ? 'reading the words' : 'loading the model'),
    );
    const sessions = new ProductSessions(client, { ...options.engine, packFolder });
    const productOf = options.productFromFolder ? folderWords : () => options.product;
    const info = await sessions.open([...new Set(files.map(productOf))]);
    stop.holdResults();
    const start = performance.now();
    const work = { files, problems, sessions, productOf, info };
    const rows = await inspectAll(options, work, output, stop);
    await report(rows, info, performance.now() - start, output, stop.requested);
    if (stop.requested) return EXIT.interrupted;
    if (output.closed) return EXIT.outputClosed;
    return rows.some(({ result }) => !result) ? EXIT.someFailed : EXIT.ok;
  });
}

/**
 * All photographs first: overlays that are written below the chosen folder must not be taken for photographs. What cannot
 * be looked at becomes a problem of its own, unless nothing is left: then it throws (`data.*`).
 */
async function scan(inputs: readonly string[]): Promise<{ files: ScannedFile[]; problems: Problem[] }> {
  const present = inputs.filter((path) => existsSync(path));
  const problems: Problem[] = [];
  if (present.length > 0) {
    for (const path of inputs) {
      if (!present.includes(path))
        problems.push({ path, error: { code: 'data.folder_missing', params: { path } } });
    }
  }
  const onError = (error: LoupeError, path: string): void =>
    void problems.push({ path, error: error.toValue() });
  const files: ScannedFile[] = [];
  try {
    for await (const file of scanPhotographs(present.length > 0 ? present : inputs, {
      onError,
      skip: isMasks,
    }))
      files.push(file);
  } catch (error) {
    if (files.length === 0 && problems.length === 0) throw error;
    if (toErrorValue(error).code !== 'data.no_images') throw error;
  }
  return { files, problems };
}

interface Work {
  readonly files: readonly ScannedFile[];
  readonly problems: readonly Problem[];
  readonly sessions: ProductSessions;
  readonly productOf: (file: ScannedFile) => string;
  readonly info: SessionInfo;
}

async function inspectAll(
  options: InspectOptions,
  { files, problems, sessions, productOf, info }: Work,
  output: Output,
  stop: Stop,
): Promise<Row[]> {
  const rows: Row[] = [];
  let failed = 0;
  const fail = async (path: string, name: string, error: ErrorValue): Promise<void> => {
    failed++;
    rows.push({ name, error });
    if (output.json) await output.record({ path, error: errorJson(error) });
  };
  for (const { path, error } of problems) await fail(path, path, error);

  const saves = planFiles(options, files, output);
  const total = files.length + problems.length;
  const work = (file: ScannedFile): Promise<InspectResult> =>
    sessions.of(productOf(file)).inspect({ path: file.path, ...saves(file) });
  for await (const settled of inOrder(files, IN_FLIGHT, work, () => stop.requested || output.closed)) {
    const { path, relative } = settled.item;
    if (settled.ok) {
      const { width, height, score, score0, score1, ms, placement } = settled.value;
      const word = verdict(score, info.thresholds);
      rows.push({ name: relative, result: { score, verdict: word } });
      const product = options.productFromFolder && { product: productOf(settled.item) };
      const scores = { score, score0, score1, verdict: word };
      const found = placement && { placement };
      if (output.json)
        await output.record({ path, ...product, width, height, ...scores, ...found, ms: rounded(ms) });
    } else {
      await fail(path, relative, toErrorValue(settled.error));
    }
    output.progress(rows.length, total, 'inspected', failed);
  }
  return rows;
}

/** Milliseconds to a hundredth: more digits would only be noise. */
const rounded = (ms: InspectResult['ms']): Record<string, number> =>
  Object.fromEntries(Object.entries(ms).map(([stage, value]) => [stage, Math.round(value * 100) / 100]));

/** Which files the service writes for a photograph. */
function planFiles(
  { maps, overlays }: InspectOptions,
  files: readonly ScannedFile[],
  output: Output,
): (file: ScannedFile) => Pick<InspectRequest, 'save'> {
  if (maps === undefined && overlays === undefined) return () => ({});
  const names = new OutputNames(files.map(({ path }) => path));
  const take = (folder: string, { path, relative }: ScannedFile, ending: string): string => {
    const name = names.take(folder, relative, ending);
    if (name.renamed)
      output.problem(`${path}: its ${ending} file is ${name.path}, because that name is taken`);
    return name.path;
  };
  return (file) => ({
    save: {
      ...(maps !== undefined && { npy: take(maps, file, '.npy') }),
      ...(overlays !== undefined && { overlay: take(overlays, file, '.png') }),
    },
  });
}

async function report(
  rows: readonly Row[],
  info: SessionInfo,
  ms: number,
  output: Output,
  stopped: boolean,
): Promise<void> {
  output.clearProgress();
  if (!output.json) {
    await output.text(partTable(rows));
    await output.text(summaryText(rows, info, ms, stopped));
    return;
  }
  const { device, precision, packId: model, modelSha256, method, product } = info;
  const failed = rows.filter(({ result }) => !result).length;
  await output.record({
    summary: {
      ...{ images: rows.length, failed, device, model, modelSha256, method, product },
      ...(precision !== 'fp32' && { precision }),
      ms: Math.round(ms),
    },
  });
}
