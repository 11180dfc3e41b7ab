// The photographs of known parts on their way into a challenge: found in a folder, and hashed as they are now.
// Runs in Node (history service, command line).
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import { MOST_KNOWN, type Expected, type KnownPart } from '../../common/challenge.ts';
import { isMasks, scanPhotographs } from '../files/scan.ts';
import { fileHash } from '../image/facts.ts';

export interface Candidate {
  readonly path: string;
  readonly name: string;
  readonly expected: Expected;
  /** Of the photograph that a person judged: another one under its path is not that part. Null: nobody noted which it was. */
  readonly sha256?: string | null;
}

const FLAWLESS = /^(good|ok)$/i;

/**
 * Photographs below folders that are named after what the parts are: `good` or `ok`, and any other name for defects; a folder
 * `test` with such folders is looked into, as in the layout of MVTec. Throws `data.folder_missing`, `data.no_images`,
 * `data.layout`.
 */
export async function findKnown(folder: string): Promise<Candidate[]> {
  const root = resolve(folder);
  const test = await stat(join(root, 'test')).catch(() => null);
  const from = test?.isDirectory() ? join(root, 'test') : root;
  const found: Candidate[] = [];
  for await (const { path, relative } of scanPhotographs([from], { skip: isMasks })) {
    const [kind = '', ...below] = relative.split('/');
    if (below.length === 0)
      throw new LoupeError('data.layout', {
        path,
        reason: 'It lies neither in a folder "good" nor in one that is named after a defect.',
      });
    found.push({ path, name: relative, expected: FLAWLESS.test(kind) ? 'ok' : 'ng' });
  }
  return found;
}

/** One line for each photograph: `ok` or `ng`, a blank or comma, and its path, which may start at the folder of the list. */
export function readList(text: string, file: string): Candidate[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((line, i) => {
      if (line.trim() === '' || line.startsWith('#')) return [];
      const [, kind, path] = /^(ok|ng)[\s,;]+(.*\S)\s*$/i.exec(line) ?? [];
      if (kind === undefined || path === undefined)
        throw new LoupeError('data.invalid', {
          path: file,
          reason: `Line ${i + 1} is not "ok <path>" or "ng <path>".`,
        });
      const whole = resolve(dirname(file), path);
      return [{ path: whole, name: basename(whole), expected: kind.toLowerCase() as Expected }];
    });
}

/** Reads each photograph. Throws `challenge.nothing`, `challenge.too_many`, `challenge.photograph`. */
export async function known(candidates: readonly Candidate[]): Promise<KnownPart[]> {
  if (candidates.length === 0) throw new LoupeError('challenge.nothing');
  if (candidates.length > MOST_KNOWN)
    throw new LoupeError('challenge.too_many', { found: candidates.length, most: MOST_KNOWN });
  const parts: KnownPart[] = [];
  const paths = new Set<string>();
  for (const { path, name, expected, sha256 } of candidates) {
    const refuse = (reason: string): never => {
      throw new LoupeError('challenge.photograph', { path, reason });
    };
    if (paths.has(path)) refuse('It is named twice.');
    paths.add(path);
    if (sha256 === null) refuse('Nobody noted which photograph was judged: its part has no SHA-256.');
    const file = (await fileHash(path)) ?? refuse('It is not there or cannot be read.');
    if (sha256 !== undefined && sha256 !== file.sha256)
      refuse('It is not the photograph that was inspected and judged: its SHA-256 differs.');
    parts.push({ path, name, expected, ...file });
  }
  return parts;
}
