// What identifies a photograph in the history: hash and size of its file, and when it was taken.
// Runs in Node (inference service, command line).
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ImageFacts } from '../../common/inference-service.ts';
import { capturedAt } from './captured.ts';
import type { PhotographFile } from './read-file.ts';

/** Of a file that was read anyway. Hashed in the thread pool: 100 MB must not stand in the way of the network. */
export async function imageFacts({ bytes, modifiedAt }: PhotographFile): Promise<ImageFacts> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  const taken = capturedAt(bytes);
  return {
    sha256: Buffer.from(digest).toString('hex'),
    bytes: bytes.length,
    capturedAt: taken ?? modifiedAt.toISOString(),
    capturedFrom: taken === null ? 'file' : 'exif',
  };
}

/** SHA-256 and size of a file that is looked at again; null when it is not there or cannot be read. */
export async function fileHash(path: string): Promise<{ sha256: string; bytes: number } | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
  } catch {
    return null;
  }
  return { sha256: hash.digest('hex'), bytes };
}
