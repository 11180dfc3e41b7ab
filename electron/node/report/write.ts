// Writes an export piece by piece under another name and gives it its own when it is complete.
// Runs in Node (command line).
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LoupeError } from '../../../models/errors.ts';

/** Throws `output.failed`, and what the pieces throw; a file of that name is replaced only by a complete one. */
export async function writePieces(
  path: string,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await pipeline(Readable.from(gathered(pieces)), createWriteStream(unfinished));
    await rename(unfinished, path);
  } catch (thrown) {
    await rm(unfinished, { force: true });
    if (thrown instanceof Error && 'syscall' in thrown) {
      throw new LoupeError('output.failed', { path, reason: thrown.message }, { cause: thrown });
    }
    throw thrown;
  }
}

const GATHER = 65_536;

/** A stream per line would cost more than the lines. */
async function* gathered(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < GATHER) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
