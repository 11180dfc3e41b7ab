// `loupe model import`: a CLIP checkpoint in, a model pack out.
// Runs in Node (command line).
import { parseArgs } from 'node:util';
import type { Activation } from '../../models/clip/architecture.ts';
import { LoupeError } from '../../models/errors.ts';
import {
  importCheckpoint,
  type ImportOptions,
  type ImportReport,
  type ImportStage,
} from '../../models/packs/import.ts';
import { SELF_TEST_TOLERANCE } from '../../models/packs/self-test.ts';
import { onnxBlockRunner } from '../node/engine/self-test.ts';
import { EXIT } from './exit-codes.ts';
import { printable, type Output } from './output.ts';
import type { Stop } from './stop.ts';

export type ImportCommand = Omit<ImportOptions, 'onProgress' | 'signal' | 'runBlocks'>;

const ACTIVATIONS: readonly Activation[] = ['gelu', 'quick_gelu'];
const STAGE_WORDS: Readonly<Record<ImportStage, string>> = {
  reading: 'MB read',
  copying: 'MB copied',
  testing: 'blocks tested',
  verifying: 'MB verified',
};

const usage = (reason: string, cause?: unknown): LoupeError => new LoupeError('usage', { reason }, { cause });

/** The options behind `loupe model import`. Throws `usage`. */
export function importOptions(args: readonly string[]): ImportCommand {
  const { values, positionals } = parse(args);
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) throw usage('Name one checkpoint: a file or a folder.');
  const {
    out = '',
    activation: asked,
    'source-url': sourceUrl,
    config,
    tokenizer,
    id,
    title,
    licence,
  } = values;
  if (out === '') throw usage('Name the folder of the new pack with --out.');
  const activation = ACTIVATIONS.find((one) => one === asked);
  if (asked !== undefined && !activation)
    throw usage(`--activation must be one of ${ACTIVATIONS.join(', ')}; it is "${asked}".`);
  return { source, out, config, tokenizer, activation, id, title, licence, sourceUrl };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        config: { type: 'string' },
        tokenizer: { type: 'string' },
        activation: { type: 'string' },
        id: { type: 'string' },
        title: { type: 'string' },
        licence: { type: 'string' },
        'source-url': { type: 'string' },
        json: { type: 'boolean' },
        verbose: { type: 'boolean' },
      },
    });
  } catch (error) {
    const [text = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw usage(`${text.replace(/\.$/, '')}.`, error);
  }
}

/** Returns the exit code. Throws what the import throws. */
export async function importModel(command: ImportCommand, output: Output, stop: Stop): Promise<number> {
  const abort = new AbortController();
  stop.holdResults(); // a stopped import first removes what it has written
  try {
    const report = await importCheckpoint({
      ...command,
      runBlocks: onnxBlockRunner,
      signal: abort.signal,
      onProgress: (stage, done, total) => {
        if (stop.requested) abort.abort();
        const unit = stage === 'testing' ? 1 : 1e6;
        output.progress(Math.round(done / unit), Math.round(total / unit), STAGE_WORDS[stage]);
      },
    });
    output.clearProgress();
    if (output.json) await output.record({ pack: reportJson(report) });
    await output.text(reportText(report));
    return EXIT.ok;
  } catch (error) {
    if (stop.requested && abort.signal.aborted) return EXIT.interrupted;
    throw error;
  }
}

const sizeOf = ({ manifest }: ImportReport): number =>
  manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);

/** The first fields are those of `loupe model verify`. */
function reportJson(report: ImportReport) {
  const { manifest, folder, modelSha256, format, config, activationReason, tokenizerReason, notes } = report;
  const { id, version, architecture, files } = manifest;
  return {
    ...{ id, version, folder, modelSha256, files: files.length, bytes: sizeOf(report) },
    ...{ format, config, architecture },
    activation: { value: architecture.activation, reason: activationReason },
    tokenizer: { found: manifest.tokenizer !== undefined, reason: tokenizerReason },
    ...networkOf(report),
    selfTest: { difference: report.selfTest, tolerance: SELF_TEST_TOLERANCE },
    notes,
  };
}

/** Shapes of what goes in and comes out, for one photograph. */
function networkOf({ manifest }: ImportReport) {
  const { imageSize, patch } = manifest.architecture.vision;
  const grid = imageSize / patch;
  return { input: [imageSize, imageSize, 3], heat: [imageSize, imageSize], patches: [grid, grid] };
}

function reportText(report: ImportReport): string {
  const { manifest, folder, modelSha256, format, config, activationReason, tokenizerReason, notes } = report;
  const { id, version, architecture, tokenizer } = manifest;
  const { vision, text, activation, embedDim } = architecture;
  const tower = (name: string, { width, layers, heads }: NonNullable<typeof text> | typeof vision): string =>
    `${name} ${width} wide, ${layers} blocks, ${heads} heads`;
  const words = text ? `; ${tower('text', text)}, ${text.vocabSize} tokens` : '; no text tower';
  return [
    `${id} ${version} is ready: ${printable(folder)} (${(sizeOf(report) / 1e6).toFixed(1)} MB, model ${modelSha256.slice(0, 12)})`,
    `  model       ${tower('vision', vision)}, patches of ${vision.patch} in ${vision.imageSize} pixels${words}`,
    `              ${embedDim} dimensions, from ${format}${config === null ? '' : ` with ${printable(config)}`}`,
    `  activation  ${activation} (${printable(activationReason)})`,
    `  tokenizer   ${tokenizer ? printable(tokenizerReason) : `none (${printable(tokenizerReason)}): needs --text-features`}`,
    `  self-test   passed: differs by ${report.selfTest?.toExponential(1)} from plain arithmetic, ${SELF_TEST_TOLERANCE} is allowed`,
    ...notes.map((note) => `  note        ${printable(note)}`),
  ].join('\n');
}
