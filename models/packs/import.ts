// Makes a model pack of somebody's CLIP checkpoint: OpenAI, open_clip or Hugging Face, .safetensors or torch.
// Runs in Node. Specification § B.6 and § H.4.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { runBlock, type BlockRunner } from '../clip-ad/reference.ts';
import type { Activation, ClipArchitecture } from '../clip/architecture.ts';
import type { CheckpointFormat } from '../clip/checkpoint.ts';
import { describeModel } from '../clip/describe.ts';
import { selectTensors, towerTensors } from '../clip/towers.ts';
import type { StoredTensors } from '../clip/tensor-source.ts';
import { detectLayout, type WeightLayout } from '../clip/weights.ts';
import { LoupeError } from '../errors.ts';
import { openCheckpoint, type OpenCheckpoint } from './checkpoint.ts';
import { openFile } from './file-access.ts';
import { checkPack, hashFile } from './import-check.ts';
import { findColourScale, findConfig, findWeights } from './import-files.ts';
import { draftManifest, manifestText, type Draft, type Labels } from './import-manifest.ts';
import { chooseTokenizer } from './import-tokenizer.ts';
import { copyChunks, copySize, planCopy, writePackFile, type TensorCopy } from './import-write.ts';
import type { PackManifest } from './manifest.ts';
import { makeSelfTest, requireEqual, selfTestDifference, selfTestText } from './self-test.ts';

export type ImportStage = 'reading' | 'copying' | 'testing' | 'verifying';

export interface ImportOptions extends Labels {
  /** A file of weights, or a folder with one. */
  readonly source: string;
  /** The folder of the new pack; it must not exist. */
  readonly out: string;
  /** A config file, or the name of a known one. Default: the config beside the weights, else what the weights tell. */
  readonly config?: string | undefined;
  /** A list of merges (merges.txt, OpenAI's .txt.gz, tokenizer.json). Default: the one beside the weights. */
  readonly tokenizer?: string | undefined;
  readonly activation?: Activation | undefined;
  /**
   * Runs the blocks of the vision tower where the pack will run: their numbers must be those of plain arithmetic. Absent =
   * the reference is stored and nothing is compared.
   */
  readonly runBlocks?: ((architecture: ClipArchitecture) => BlockRunner) | undefined;
  /** Bytes of the stage, or blocks when testing. */
  readonly onProgress?: (stage: ImportStage, done: number, total: number) => void;
  /** Stops the import and removes what it has written. */
  readonly signal?: AbortSignal;
}

export interface ImportReport {
  readonly folder: string;
  readonly manifest: PackManifest;
  readonly modelSha256: string;
  readonly format: CheckpointFormat;
  /** Name of the config that was followed; null when everything was read from the weights. */
  readonly config: string | null;
  readonly activationReason: string;
  readonly tokenizerReason: string;
  /** Largest difference of the self-test as a share of the largest value; null when nothing was compared. */
  readonly selfTest: number | null;
  /** What whoever uses the pack should know. */
  readonly notes: readonly string[];
}

const WEIGHTS_FILE = 'model.safetensors';
const MERGES_FILE = 'merges.txt';
const RECORD_FILE = 'import.json';
const SELF_TEST_FILE = 'selftest.json';
/** What Hugging Face calls every file: the folder says which model it is. */
const NAMELESS = /^(open_clip_)?(pytorch_)?model$/;
const NOT_CALIBRATED = 'not calibrated: scores and thresholds are on the general scale of the method';
const LISTED_LIMIT = 100;
/** Leaves room for the constants of the heat map. */
const NETWORK_LIMIT = 2 ** 31 - 2 ** 26;

/**
 * Writes a pack folder: the weights with the types and (but for `module.`) the names that they have, the tokenizer where
 * one fits, a record of the import, a self-test, pack.json. The folder appears under its name only when it is complete, checked and tested.
 *
 * Memory: the largest tensor while copying, then one block at a time and a quarter of the text tower's while checking.
 *
 * @throws `selftest.failed`, `data.folder_missing`, `weights.invalid`, `weights.mismatch`, `data.invalid` (tokenizer), `usage` (labels,
 *   config, an `out` that exists), `output.failed`, and the reason of `signal`
 */
export async function importCheckpoint(options: ImportOptions): Promise<ImportReport> {
  const out = resolve(options.out);
  if (existsSync(out))
    throw new LoupeError('usage', { reason: `${out} exists already; name a new folder for the pack.` });
  const path = await findWeights(options.source);
  const source = openCheckpoint(path);
  try {
    const plan = await makePlan(source, path, options);
    const { manifest, selfTest } = await writePack(plan, path, out, options);
    return {
      selfTest,
      folder: out,
      manifest,
      modelSha256: manifest.files.find((file) => file.path === WEIGHTS_FILE)?.sha256 ?? '',
      format: source.format,
      ...plan.report,
    };
  } finally {
    source.close();
  }
}

/** Everything that is decided before anything is written. */
interface Plan {
  readonly draft: Draft;
  readonly copy: TensorCopy;
  /** The text of the tokenizer. */
  readonly merges: string | null;
  /** The record of the import without what is known only later. */
  readonly record: Readonly<Record<string, unknown>>;
  readonly report: Pick<ImportReport, 'config' | 'activationReason' | 'tokenizerReason' | 'notes'>;
}

async function makePlan(source: OpenCheckpoint, path: string, options: ImportOptions): Promise<Plan> {
  const { format } = source;
  const layout = detectLayout(source, path);
  const config = (await findConfig(path, layout.naming, options.config)) ?? undefined;
  const fileName = basename(path);
  const { activation } = options;
  const described = describeModel({ source, format, layout, fileName, config, activation });
  const { architecture, activationReason } = described;
  const { kept, leftOut } = selectTensors(source, layout, architecture);
  checkNetworkSize(architecture, layout.naming, path);
  const copy = planCopy(source, kept, layout.prefix);
  const tokenizer = await chooseTokenizer(path, options.tokenizer, architecture.text?.vocabSize);
  const draft = draftManifest(modelName(path), options, {
    architecture,
    naming: layout.naming,
    colours: config?.settings.preprocessing ?? (await findColourScale(path)),
    weights: WEIGHTS_FILE,
    tokenizer: tokenizer.merges === null ? null : MERGES_FILE,
    selfTest: SELF_TEST_FILE,
  });
  checkDraft(draft, copy, path);
  const notes = [...described.notes, NOT_CALIBRATED];
  const report = {
    config: config?.name ?? null,
    activationReason,
    tokenizerReason: tokenizer.reason,
    notes,
  };
  const record = {
    format,
    names: layout,
    config: report.config,
    activation: { value: architecture.activation, reason: activationReason },
    tokenizer: tokenizer.reason,
    leftOut: { count: leftOut.length, names: leftOut.slice(0, LISTED_LIMIT) },
    notes,
  };
  return { draft, copy, merges: tokenizer.merges, record, report };
}

function modelName(path: string): string {
  const name = basename(path, extname(path));
  return NAMELESS.test(name) ? basename(dirname(path)) : name;
}

/** The network is built from the vision tower in float32, and no ONNX file may be larger than 2 GB. */
function checkNetworkSize(
  { text: _text, ...vision }: ClipArchitecture,
  naming: WeightLayout['naming'],
  path: string,
): void {
  const shapes = [...towerTensors(vision, naming).values()];
  const bytes = 4 * shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (bytes < NETWORK_LIMIT) return;
  const reason = `its vision tower takes ${(bytes / 1e9).toFixed(1)} GB as float32; the limit is 2 GB`;
  throw new LoupeError('weights.invalid', { file: path, reason });
}

/** Whatever makes no pack is refused before anything is written: pack.json is complete but for the hashes. */
function checkDraft(draft: Draft, copy: TensorCopy, path: string): void {
  const unhashed = (file: string, bytes: number) => ({ path: file, bytes, sha256: '0'.repeat(64) });
  const others = [MERGES_FILE, RECORD_FILE, SELF_TEST_FILE].map((file) => unhashed(file, 0));
  const files = [unhashed(WEIGHTS_FILE, copySize(copy)), ...others];
  manifestText(draft, files, path);
}

async function writePack(
  { draft, copy, merges, record }: Plan,
  path: string,
  out: string,
  { onProgress, signal, runBlocks }: ImportOptions,
): Promise<{ manifest: PackManifest; selfTest: number | null }> {
  const progress = (stage: ImportStage, done: number, total: number): void => {
    signal?.throwIfAborted();
    onProgress?.(stage, done, total);
  };
  const total = copySize(copy);
  const onCopied = (done: number): void => progress('copying', done, total);
  const from = {
    file: basename(path),
    ...(await hashOf(path, (done, bytes) => progress('reading', done, bytes))),
  };
  return writeFolder(out, async (folder) => {
    const write = (name: string, text: string) =>
      writePackFile(folder, name, [new TextEncoder().encode(text)]);
    const files = [
      await writePackFile(folder, WEIGHTS_FILE, copyChunks(copy), onCopied),
      ...(merges === null ? [] : [await write(MERGES_FILE, merges)]),
      await write(RECORD_FILE, `${JSON.stringify({ from, ...record }, null, 2)}\n`),
    ];
    const test = await testPack(copy.source, draft, runBlocks, (done, all) => progress('testing', done, all));
    files.push(await write(SELF_TEST_FILE, test.text));
    await write('pack.json', manifestText(draft, files, path));
    const manifest = await checkPack(folder, (done, bytes) => progress('verifying', done, bytes));
    return { manifest, selfTest: test.difference };
  });
}

/** Makes the self-test by plain arithmetic and, where blocks can be run, passes it. Throws `selftest.failed`. */
async function testPack(
  source: StoredTensors,
  draft: Draft,
  runBlocks: ImportOptions['runBlocks'],
  onBlock: (done: number, total: number) => void,
): Promise<{ text: string; difference: number | null }> {
  const { architecture } = draft;
  const total = architecture.vision.layers * (runBlocks ? 2 : 1);
  let done = 0;
  const counted =
    (run: BlockRunner): BlockRunner =>
    async (weights, h) => {
      onBlock(done++, total);
      await setImmediate(); // lets Ctrl-C in
      return run(weights, h);
    };
  const plain = counted((weights, h) => runBlock(weights, h, architecture));
  const test = await makeSelfTest(source, draft, plain);
  if (!runBlocks) return { text: selfTestText(test), difference: null };
  const { expected } = await makeSelfTest(source, draft, counted(runBlocks(architecture)));
  const difference = selfTestDifference(expected, test.expected);
  requireEqual(difference, draft.id, 'cpu');
  return { text: selfTestText(test), difference };
}

/** Size and SHA-256 of the checkpoint: which file this pack was made of. */
async function hashOf(path: string, onRead: (done: number, total: number) => void) {
  const file = openFile(path);
  try {
    return { bytes: file.size, sha256: await hashFile(file, (done) => onRead(done, file.size)) };
  } finally {
    file.close();
  }
}

/** Fills a folder under a temporary name beside `out` and renames it; leaves nothing behind when that fails. */
async function writeFolder<T>(out: string, fill: (folder: string) => Promise<T>): Promise<T> {
  const temporary = `${out}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(out), { recursive: true });
    await mkdir(temporary);
    const result = await fill(temporary);
    await rename(temporary, out);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof Error && 'code' in error && 'syscall' in error)
      throw new LoupeError('output.failed', { path: out, reason: error.message }, { cause: error });
    throw error;
  }
}
