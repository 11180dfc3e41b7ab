// Whether a photograph looks written to its end: what its own format says of its length and its last bytes.
// Runs in Node (main process). Cheap on purpose: a few kilobytes are read and nothing is decoded; the decoder has the last word.
import { open, type FileHandle } from 'node:fs/promises';
import { sniffFormat } from '../image/sniff.ts';

const HEAD = 32;
/** Some cameras write remarks behind the picture. */
const TAIL = 4096;

/** False also for a file that cannot be opened (its writer holds it) or whose first bytes are those of no photograph yet. */
export async function looksWhole(path: string, bytes: number): Promise<boolean> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const head = await read(file, 0, Math.min(HEAD, bytes));
    const tail = await read(file, Math.max(0, bytes - TAIL), Math.min(TAIL, bytes));
    return ends(head, tail, bytes);
  } catch {
    return false;
  } finally {
    await file?.close().catch(() => undefined);
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

const PNG_END = Buffer.from('49454e44ae426082', 'hex');
const JPEG_END = Buffer.from('ffd9', 'hex');

function ends(head: Buffer, tail: Buffer, bytes: number): boolean {
  switch (sniffFormat(head)) {
    case 'jpeg':
      return tail.includes(JPEG_END);
    case 'png':
      return tail.includes(PNG_END);
    case 'webp':
      return head.length >= 8 && head.readUInt32LE(4) + 8 <= bytes;
    case 'bmp':
      // 0 where the writer did not care.
      return head.length >= 6 && head.readUInt32LE(2) <= bytes;
    case 'tiff': {
      // With offsets of 64 bits the table is found elsewhere; such files are rare and the decoder sees to them.
      if (head.length < 8 || head[2] === 43 || head[3] === 43) return true;
      const at = head[0] === 0x49 ? head.readUInt32LE(4) : head.readUInt32BE(4);
      // The table of contents is often written last; until then the header points nowhere.
      return at > 0 && at < bytes;
    }
    case null:
      return false;
  }
}
