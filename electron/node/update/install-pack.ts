// Takes a model pack of a release into the packs of this user: named by the signed list, and every file hashed on the way.
// Runs in the main process and on the command line (Node).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import { openPack, readManifest } from '../../../models/packs/open.ts';
import type { ReleaseList } from './release-list.ts';

type ListedPack = ReleaseList['packs'][number];

/** Whether this very version is there already. */
export async function isInstalled({ id, version }: ListedPack, root: string): Promise<boolean> {
  try {
    const manifest = await readManifest(join(root, id));
    return manifest.id === id && manifest.version === version;
  } catch {
    return false; // none, or one that cannot be used
  }
}

/**
 * Copies the pack to `<root>/<id>`; what was there is kept beside it. Throws `update.wrong_file` when its pack.json is not
 * the listed one, and what opening a pack throws.
 */
export async function installPack(folder: string, listed: ListedPack, root: string): Promise<string> {
  const source = join(folder, listed.folder);
  const manifest = readFileSync(join(source, 'pack.json'));
  const actual = createHash('sha256').update(manifest).digest('hex');
  const file = `${listed.folder}/pack.json`;
  if (actual !== listed.manifestSha256)
    throw new LoupeError('update.wrong_file', { file, expected: listed.manifestSha256, actual });
  const pack = await openPack(source);
  const target = join(root, listed.id);
  const unfinished = `${target}.new`;
  try {
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    for (const { path } of pack.manifest.files) writeFileSync(join(unfinished, path), pack.bytes(path));
    writeFileSync(join(unfinished, 'pack.json'), manifest);
    await openPack(unfinished); // what was written is what was read
    if (existsSync(target)) renameSync(target, `${target}.before-${Date.now()}`);
    renameSync(unfinished, target);
  } catch (thrown) {
    rmSync(unfinished, { recursive: true, force: true });
    if (thrown instanceof LoupeError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LoupeError('output.failed', { path: target, reason }, { cause: thrown });
  }
  return target;
}
