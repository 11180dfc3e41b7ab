// Reads what `loupe calibrate` has written, and refuses it for other parts or another model than it was made with.
// Runs in the inference service (Node).
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Calibration } from '../../../models/clip-ad/calibration.ts';
import { LoupeError } from '../../../models/errors.ts';
import { calibration } from '../../../models/packs/manifest.ts';
import type { OpenedPack } from '../../../models/packs/open.ts';
import type { Method, Tap } from '../../common/inference-service.ts';

const schema = z.object({
  schema: z.literal(1),
  product: z.string(),
  pack: z.object({ modelSha256: z.string() }),
  method: z.string(),
  tap: z.string(),
  headSha256: z.string().nullable(),
  calibration,
});

/** What else decides raw values; `loupe calibrate` writes it, a training does not: a recipe may change it afterwards. */
const settings = z.object({
  rvs: z.string(),
  sigma: z.number(),
  imageSize: z.number(),
  scales: z.array(z.number()),
});

export interface CalibrationUse {
  readonly product: string;
  readonly method: Method;
  readonly tap: Tap;
  /** Bytes of the SDP+ head in use. */
  readonly head?: Uint8Array | undefined;
  /** Of the session; a recipe's file is looked at without one. */
  readonly settings?: Readonly<z.infer<typeof settings>>;
}

/** Throws `calibration.invalid`. */
export async function readCalibration(
  file: string,
  pack: OpenedPack,
  use: CalibrationUse,
): Promise<Calibration> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : 'it cannot be read';
    throw new LoupeError('calibration.invalid', { file, reason }, { cause: error });
  });
  return parseCalibration(text, file, pack, use);
}

/** The same of a text. `file` is for the error. Throws `calibration.invalid`. */
export function parseCalibration(
  text: string,
  file: string,
  pack: Pick<OpenedPack, 'manifest' | 'modelSha256'>,
  { product, method, tap, head, settings: used }: CalibrationUse,
): Calibration {
  const fail = (reason: string): never => {
    throw new LoupeError('calibration.invalid', { file, reason });
  };
  const json = parseJson(text);
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is no calibration'}`);
  }
  const its = parsed.data;
  if (its.pack.modelSha256 !== pack.modelSha256) fail('it was made with another model');
  if (its.method !== method || its.tap !== tap) {
    fail(`it was made with ${its.method} and the tap "${its.tap}", this session uses ${method} and "${tap}"`);
  }
  if (its.product !== product) fail(`it was made for "${its.product}", not for "${product}"`);
  const { head: own, files } = pack.manifest;
  // Without a hash it was made with the head of the pack.
  const itsHead = its.headSha256 ?? files.find(({ path }) => path === own?.file)?.sha256;
  if (head && createHash('sha256').update(head).digest('hex') !== itsHead)
    fail('it was made with another head');
  const made = settings.safeParse(json);
  if (used && made.success) {
    const other = (['rvs', 'sigma', 'imageSize', 'scales'] as const).find(
      (name) => String(made.data[name]) !== String(used[name]),
    );
    if (other)
      fail(`it was made with ${other} ${String(made.data[other])}, this session uses ${String(used[other])}`);
  }
  return its.calibration;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
