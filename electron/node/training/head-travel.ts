// The trained head of a recipe inside the recipe's file, so that one file is all that another computer needs.
// Runs in the main process (Node). What comes in is checked to the end before anything is kept.
import { z } from 'zod';
import { readHead } from '../../../models/clip-ad/head.ts';
import { parseSafetensors } from '../../../models/clip/safetensors.ts';
import { LoupeError } from '../../../models/errors.ts';
import type { PackManifest } from '../../../models/packs/manifest.ts';
import { readManifest } from '../../../models/packs/open.ts';
import type { RecipeSettings } from '../../common/recipe.ts';
import { parseCalibration } from '../engine/calibration-file.ts';
import { readRecipeFile } from '../store/recipe-file.ts';
import { hasHead, mustBeHead, readHeadFiles, writeHeadFiles, type HeadBytes } from './heads.ts';

/** A head for a ViT-L/14 has 13 MB; nothing that Loupe can use has twice as many layers and twice their width. */
const MOST = { head: 40e6, calibration: 1e6, recipe: 1e6 };

/** Base64, which JSON can hold. Their hashes are in the recipe itself and need no second place. */
const Travelling = z.strictObject({ head: z.string(), calibration: z.string() });

export interface HeadPlaces {
  readonly dataFolder: string;
  /** The folder of the pack that a recipe names; throws `pack.missing`. */
  readonly findPack: (packId: string) => Promise<string>;
}

/** The text of a recipe's file with its head in it, where it has one. Throws `head.invalid` when it is not on this computer. */
export async function packHead(dataFolder: string, text: string): Promise<string> {
  const { head } = readRecipeFile(text).settings;
  if (head === undefined) return text;
  const bytes = await readHeadFiles(dataFolder, head);
  const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');
  const trainedHead = { head: base64(bytes.head), calibration: base64(bytes.calibration) };
  return `${JSON.stringify({ ...(JSON.parse(text) as object), trainedHead }, null, 2)}\n`;
}

/**
 * Keeps the head of a recipe's file where recipes find it, and gives back the text without it. A recipe without a head is
 * left as it is; one whose head is on this computer already needs none in its file.
 *
 * @throws `recipe.invalid` for what is no recipe's file or too large, `head.invalid` for a head that is missing, damaged, not
 *   what the recipe was made with, or for other weights than those of the pack here, `pack.missing`, `output.failed`
 */
export async function unpackHead({ dataFolder, findPack }: HeadPlaces, text: string): Promise<string> {
  const { trained, rest } = separate(text);
  const { settings } = readRecipeFile(rest);
  const { head } = settings;
  const refuse = (reason: string): never => {
    throw new LoupeError('head.invalid', { file: settings.name, reason });
  };
  if (head === undefined)
    return trained === undefined ? rest : refuse('the recipe does not use the head in its file');
  if (trained === undefined) {
    if (await hasHead(dataFolder, head)) return rest;
    return refuse('it is not in the file of the recipe and not on this computer; export the recipe again');
  }
  const bytes = decode(trained, refuse);
  mustBeHead(head, bytes, settings.name);
  const manifest = await readManifest(await findPack(settings.packId));
  checkHead(bytes, settings, manifest, refuse);
  await writeHeadFiles(dataFolder, head, bytes);
  return rest;
}

/** What is no JSON at all is left to whoever reads recipes: the refusal is the same with a head and without one. */
function separate(text: string): { trained: unknown; rest: string } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    file = null;
  }
  const isObject = file !== null && typeof file === 'object' && !Array.isArray(file);
  const { trainedHead, ...others } = (isObject ? file : {}) as Record<string, unknown>;
  const rest = trainedHead === undefined ? text : JSON.stringify(others);
  if (rest.length > MOST.recipe)
    throw new LoupeError('recipe.invalid', { reason: `The recipe has ${rest.length} characters.` });
  return { trained: trainedHead, rest };
}

function decode(trained: unknown, refuse: (reason: string) => never): HeadBytes {
  const parsed = Travelling.safeParse(trained);
  if (!parsed.success) return refuse('the file does not hold it as this version of Loupe writes it');
  const bytesOf = (part: keyof HeadBytes): Uint8Array => {
    const text = parsed.data[part];
    const bytes = Math.ceil((text.length * 3) / 4);
    if (bytes > MOST[part]) refuse(`its ${part} has ${bytes} bytes; at most ${MOST[part]} are read`);
    return new Uint8Array(Buffer.from(text, 'base64'));
  };
  return { head: bytesOf('head'), calibration: bytesOf('calibration') };
}

/** A head for other weights gives numbers that mean nothing: it is refused now, not when the line is waiting. */
function checkHead(
  { head, calibration }: HeadBytes,
  settings: RecipeSettings,
  manifest: PackManifest,
  refuse: (reason: string) => never,
): void {
  const modelSha256 = manifest.files.find(({ path }) => path === manifest.weights.file)?.sha256 ?? '';
  const tap = settings.tap ?? manifest.tap;
  const source = parsed(() => parseSafetensors(head, settings.name), refuse);
  const { modelSha256: its, tap: itsTap } = source.metadata;
  if (its !== modelSha256) {
    const short = (sha256 = 'unknown'): string => sha256.slice(0, 12);
    refuse(
      `it was trained for other weights (${short(its)}) than those of the model pack "${manifest.id}" on this computer (${short(modelSha256)})`,
    );
  }
  if (itsTap !== tap) refuse(`it was trained with the tap "${itsTap}", the recipe uses "${tap}"`);
  readHead(source, manifest.architecture, settings.name);
  const use = { product: settings.product, method: 'sdp+', tap, head } as const;
  parseCalibration(new TextDecoder().decode(calibration), settings.name, { manifest, modelSha256 }, use);
}

function parsed<T>(read: () => T, refuse: (reason: string) => never): T {
  try {
    return read();
  } catch (error) {
    return refuse(error instanceof LoupeError ? String(error.params.reason) : 'it cannot be read');
  }
}
