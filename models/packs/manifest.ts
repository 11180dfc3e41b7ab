// The contract of pack.json: what a model pack states about itself, and the bounds that every statement must keep.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { RVS_METHODS } from '../clip-ad/rvs.ts';
import { LoupeError } from '../errors.ts';

/** Bytes of all files of a pack: they are read into memory as a whole. */
const TOTAL_LIMIT = 4 * 1024 ** 3;
/** A name inside the pack folder and nothing else: no separator, no drive, no leading or trailing dot. */
const fileName = z
  .string()
  .regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.+-]{0,98}[A-Za-z0-9_+-])?$/, 'is not a plain file name');
const text = z.string().min(1).max(500);
const size = (max: number) => z.int().min(1).max(max);

const transformer = { width: size(8192), layers: size(128), heads: size(128), mlpWidth: size(65536) };
const fitsHeads = ({ width, heads }: { width: number; heads: number }): boolean => width % heads === 0;
const HEADS = { message: 'width is not a multiple of heads' };

const vision = z
  .strictObject({ ...transformer, patch: size(256), imageSize: size(2048) })
  .refine(fitsHeads, HEADS)
  .refine((v) => v.layers % 4 === 0, { message: 'layers is not a multiple of four' })
  .refine((v) => v.imageSize % v.patch === 0, { message: 'imageSize is not a multiple of patch' });
const textTower = z
  .strictObject({ ...transformer, contextLength: size(4096), vocabSize: size(1_000_000) })
  .refine(fitsHeads, HEADS);

const range = z
  .strictObject({ lo: z.number(), hi: z.number() })
  .refine(({ lo, hi }) => lo < hi, { message: 'lo is not below hi' });
const fraction = z.number().min(0).max(1);
const thresholds = z
  .strictObject({ review: fraction, reject: fraction })
  .refine(({ review, reject }) => review <= reject, { message: 'review is above reject' });
export const calibration = z.strictObject({ score0: range, score1: range, heat: range, thresholds });

const packFile = z.strictObject({
  path: fileName,
  bytes: z.int().min(0).max(TOTAL_LIMIT),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hexadecimal'),
});
const triple = (value: z.ZodNumber) => z.tuple([value, value, value]).readonly();

const schema = z
  .strictObject({
    schema: z.literal(1),
    id: z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, 'is not a pack id'),
    version: z.string().regex(/^\d+\.\d+\.\d+$/, 'is not a version like 1.2.3'),
    title: text,
    licence: text,
    source: text,
    architecture: z.strictObject({
      embedDim: size(8192),
      activation: z.enum(['gelu', 'quick_gelu']),
      vision,
      text: textTower.exactOptional(),
    }),
    preprocessing: z.strictObject({ mean: triple(z.number()), std: triple(z.number().positive()) }),
    /** 1-based blocks after which the four stages end (Specification § B.1). */
    stages: z.tuple([size(128), size(128), size(128), size(128)]).readonly(),
    tap: z.enum(['official', 'clean']),
    method: z.enum(['base', 'sdp', 'sdp+']),
    /** Pixels at the size of the model. */
    sigma: z.number().positive().max(256),
    rvs: z.enum(RVS_METHODS),
    /** Magnifications to inspect at, 1 among them (models/clip-ad/tiles.ts); absent = the whole photograph alone. */
    scales: z.array(size(8)).min(1).max(8).readonly().exactOptional(),
    calibration: z.strictObject({
      base: calibration.exactOptional(),
      sdp: calibration.exactOptional(),
      'sdp+': calibration.exactOptional(),
    }),
    weights: z.strictObject({ file: fileName, layout: z.enum(['open_clip', 'hf']) }),
    tokenizer: z.strictObject({ file: fileName }).exactOptional(),
    /** SDP+ layers that come with the pack; a pack that recommends SDP+ needs them. */
    head: z.strictObject({ file: fileName }).exactOptional(),
    /** A photograph and the numbers that it must give (`loupe model verify`). */
    selfTest: z.strictObject({ file: fileName }).exactOptional(),
    files: z.array(packFile).min(1).max(64).readonly(),
  })
  .superRefine((pack, context) => {
    const demand = (holds: boolean, path: string[], message: string): void => {
      if (!holds) context.addIssue({ code: 'custom', path, message });
    };
    const { layers } = pack.architecture.vision;
    const names = pack.files.map((file) => file.path.toLowerCase()); // Windows and macOS ignore case
    const atQuarters = pack.stages.every((stage, i) => stage === ((i + 1) * layers) / 4);
    demand(atQuarters, ['stages'], 'are not the ends of the four quarters of the layers');
    demand(pack.calibration[pack.method] !== undefined, ['calibration'], `lacks the method ${pack.method}`);
    demand(pack.method !== 'sdp+' || pack.head !== undefined, ['head'], 'is missing for sdp+');
    demand(!pack.tokenizer || pack.architecture.text !== undefined, ['tokenizer'], 'has no text tower');
    demand(new Set(names).size === names.length, ['files'], 'lists a file twice');
    const total = pack.files.reduce((sum, file) => sum + file.bytes, 0);
    demand(total <= TOTAL_LIMIT, ['files'], 'are larger than 4 GB together');
    demand(!names.includes('pack.json'), ['files'], 'lists pack.json itself');
    for (const part of ['weights', 'tokenizer', 'head', 'selfTest'] as const) {
      const file = pack[part]?.file;
      demand(!file || pack.files.some((f) => f.path === file), [part], `${file} is not among the files`);
    }
  });

export type PackManifest = z.infer<typeof schema>;

/**
 * Checks the text of a pack.json. `pack` names the pack in the error. Throws `pack.invalid` with the first thing that
 * is wrong, as "architecture.vision: layers is not a multiple of four".
 */
export function parseManifest(json: string, pack: string): PackManifest {
  const fail = (reason: string): never => {
    throw new LoupeError('pack.invalid', { pack, reason });
  };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return fail('it is not valid JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0] ?? { path: [], message: 'unknown' };
  return fail(`${path.length > 0 ? path.join('.') : 'top level'}: ${message}`.slice(0, 300));
}
