// Seals a pack folder that somebody made or changed by hand: the stored self-test, and sizes and hashes in pack.json.
// Runs in Node (command line). What import does for checkpoints, for packs that this project trains itself.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSafetensors } from '../../../models/clip/safetensors.ts';
import { LoupeError } from '../../../models/errors.ts';
import { parseManifest, type PackManifest } from '../../../models/packs/manifest.ts';
import { readManifest, type OpenedPack } from '../../../models/packs/open.ts';
import { makeSelfTest, selfTestText } from '../../../models/packs/self-test.ts';
import { testPack, type SelfTestReport } from './self-test.ts';
import { writeFileSafely } from './write-file.ts';

const SELF_TEST_FILE = 'selftest.json';

export interface Sealed {
  readonly manifest: PackManifest;
  readonly modelSha256: string;
  readonly selfTest: SelfTestReport;
}

/**
 * Computes the reference of the pack's weights in plain arithmetic, runs the pack against it on the processor, and only
 * then writes the reference and pack.json with the sizes and hashes of the files as they are now. Says nothing about
 * where the files came from: whoever seals a pack vouches for them.
 *
 * @throws `pack.missing`, `pack.invalid`, `weights.invalid`, `weights.mismatch`, `selftest.failed`, `output.failed`
 */
export async function sealPack(folder: string): Promise<Sealed> {
  const manifest = await readManifest(folder);
  const files = new Map<string, Uint8Array>();
  for (const { path } of manifest.files)
    if (path !== manifest.selfTest?.file) files.set(path, await readListed(folder, path));
  const weights = files.get(manifest.weights.file) ?? new Uint8Array();
  const test = await makeSelfTest(parseSafetensors(weights, manifest.weights.file), manifest);
  const file = manifest.selfTest?.file ?? SELF_TEST_FILE;
  const reference = new TextEncoder().encode(selfTestText(test));
  files.set(file, reference);

  const listed = [...files].map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes) }));
  // Files last, as people read it; everything else stays where its author put it.
  const { files: _, ...rest } = JSON.parse(await readFile(join(folder, 'pack.json'), 'utf8')) as PackManifest;
  const text = `${JSON.stringify({ ...rest, selfTest: { file }, files: listed }, null, 2)}\n`;
  const sealed = opened(folder, parseManifest(text, folder), files);
  const selfTest = await testPack(sealed, { device: 'cpu' });
  await writeFileSafely(join(folder, file), reference);
  await writeFileSafely(join(folder, 'pack.json'), text);
  return { manifest: sealed.manifest, modelSha256: sealed.modelSha256, selfTest };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const readListed = (folder: string, path: string): Promise<Uint8Array> =>
  readFile(join(folder, path)).catch((error: unknown) => {
    const reason = `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`;
    throw new LoupeError('pack.invalid', { pack: folder, reason }, { cause: error });
  });

function opened(folder: string, manifest: PackManifest, files: ReadonlyMap<string, Uint8Array>): OpenedPack {
  const bytes = (path: string): Uint8Array => {
    const found = files.get(path);
    if (!found)
      throw new LoupeError('pack.invalid', { pack: folder, reason: `${path} is not among the files` });
    return found;
  };
  return { manifest, folder, modelSha256: sha256(bytes(manifest.weights.file)), bytes };
}
