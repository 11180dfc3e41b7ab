// `loupe bench`: how fast this computer inspects, from the start of the program to photographs per second, and what the network takes of it.
// Runs in Node (command line). On drawn photographs: nothing but their size matters to the time.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import { locatePack } from '../../models/packs/locate.ts';
import type { InspectResult, SessionInfo } from '../common/inference-service.ts';
import { drawPhotographs, sizeOf } from '../node/measure/drawn-photographs.ts';
import { EXIT } from './exit-codes.ts';
import { inOrder } from './in-order.ts';
import { IN_FLIGHT, Inspector, withInference } from './inspector.ts';
import { COMMON, common, MODEL, number, parse, whole, type EngineOptions } from './options.ts';
import { table, type Output } from './output.ts';
import { packRoots } from './packs.ts';
import type { Stop } from './stop.ts';

export interface BenchOptions {
  readonly model: string;
  readonly product: string;
  readonly photographs: number;
  readonly megapixels: number;
  readonly engine: EngineOptions;
  readonly json: boolean;
}

/** Throws `usage`. */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parse(args, {
    ...COMMON,
    ...MODEL,
    product: { type: 'string' },
    photographs: { type: 'string' },
    megapixels: { type: 'string' },
  });
  if (positionals.length > 0) throw new LoupeError('usage', { reason: '"loupe bench" takes no names.' });
  const { product = 'part', photographs, megapixels } = values;
  return {
    product,
    photographs: photographs === undefined ? 24 : whole('photographs', photographs, 3, 10_000),
    megapixels: megapixels === undefined ? 5 : number('megapixels', megapixels, 0.01, 100),
    ...common(values),
  };
}

/** How many files there are; each is inspected again and again. */
const FILES = 4;
/** The first ones are slower: pages that are touched, threads that start. */
const WARM = 2;

interface Measured {
  /** From the start of the service to the first score, in milliseconds. */
  readonly first: number;
  /** Medians of photographs that are inspected alone, in milliseconds. */
  readonly alone: InspectResult['ms'] & { readonly all: number };
  /** With as many under way as `loupe inspect` has. */
  readonly perSecond: number;
}

/** Returns the exit code. Throws what stops the whole command. */
export async function bench(options: BenchOptions, output: Output, stop: Stop): Promise<number> {
  const packFolder = await locatePack(options.model, packRoots());
  const size = sizeOf(options.megapixels);
  stop.holdResults(); // from here on there is a folder to take away
  const folder = await mkdtemp(join(tmpdir(), 'loupe-bench-'));
  try {
    const paths = await drawPhotographs(folder, Math.min(FILES, options.photographs), size);
    return await withInference(async (client) => {
      const inspector = new Inspector(client, { ...options.engine, packFolder, product: options.product });
      const began = performance.now();
      const info = await inspector.open();
      const opened = performance.now() - began;
      const measured = await measure(inspector, paths, { ...options, began }, output, stop);
      if (measured === null) return EXIT.interrupted; // half a measurement is none
      output.clearProgress();
      const result = resultOf(info, options, size, { opened, ...measured });
      if (output.json) await output.record({ bench: result });
      await output.text(textOf(result));
      return EXIT.ok;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  inspector: Inspector,
  paths: readonly string[],
  { photographs, began }: BenchOptions & { readonly began: number },
  output: Output,
  stop: Stop,
): Promise<Measured | null> {
  const total = WARM + 2 * photographs;
  let done = 0;
  const pathOf = (i: number): string => paths[i % paths.length]!;
  const one = async (i: number): Promise<InspectResult> => {
    const result = await inspector.inspect({ path: pathOf(i) });
    output.progress(++done, total, 'inspected', 0);
    return result;
  };
  let first = NaN;
  const alone: (InspectResult['ms'] & { all: number })[] = [];
  for (let i = 0; i < WARM + photographs; i++) {
    if (stop.requested || output.closed) return null;
    const start = performance.now();
    const { ms } = await one(i);
    const end = performance.now();
    if (i === 0) first = end - began;
    if (i >= WARM) alone.push({ ...ms, all: end - start });
  }
  const start = performance.now();
  const indices = Array.from({ length: photographs }, (_, i) => i);
  for await (const settled of inOrder(indices, IN_FLIGHT, one, () => stop.requested || output.closed))
    if (!settled.ok) throw settled.error;
  if (stop.requested || output.closed) return null;
  const perSecond = (1000 * photographs) / (performance.now() - start);
  const median = (name: keyof (typeof alone)[number]): number =>
    alone.map((times) => times[name]).sort((a, b) => a - b)[alone.length >> 1] ?? NaN;
  return {
    ...{ first, perSecond },
    alone: {
      ...{ decode: median('decode'), resize: median('resize'), infer: median('infer') },
      ...{ post: median('post'), all: median('all') },
    },
  };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

function resultOf(
  { packId, packVersion, method, device, precision, scales, imageSize }: SessionInfo,
  { photographs, engine }: BenchOptions,
  { width, height }: { readonly width: number; readonly height: number },
  { opened, first, alone, perSecond }: Measured & { readonly opened: number },
) {
  const { decode, resize, infer, post, all } = alone;
  return {
    ...{ model: packId, version: packVersion, method, device, precision, scales, imageSize },
    threads: engine.threads ?? null,
    ...{ photographs, width, height },
    openedMs: rounded(opened, 0),
    firstScoreMs: rounded(first, 0),
    aloneMs: {
      ...{ decode: rounded(decode, 1), resize: rounded(resize, 1), infer: rounded(infer, 1) },
      ...{ post: rounded(post, 1), all: rounded(all, 1) },
    },
    perSecond: rounded(perSecond, 2),
    // 1: photographs come as fast as the bare network could take them.
    ofTheNetwork: rounded((perSecond * infer) / 1000, 3),
  };
}

function textOf(result: ReturnType<typeof resultOf>): string {
  const { aloneMs: ms, scales = [] } = result;
  const rows = [
    ['from the start to the open session', `${result.openedMs} ms`],
    ['from the start to the first score', `${result.firstScoreMs} ms`],
    ['one photograph alone, median', `${ms.all} ms`],
    ['  decode', `${ms.decode} ms`],
    ['  resize', `${ms.resize} ms`],
    ['  network', `${ms.infer} ms`],
    ['  score and files', `${ms.post} ms`],
    ['one after the other', `${result.perSecond} photographs/s`],
    ['of what the network alone could do', `${(100 * result.ofTheNetwork).toFixed(1)} %`],
  ];
  return [
    `${result.model} ${result.version}, ${result.method} on ${result.device}, ${result.precision ?? ''}, scales ${scales.join(', ')}`,
    `${result.photographs} drawn photographs of ${result.width} × ${result.height} pixels`,
    table(rows, [0]),
  ].join('\n');
}
