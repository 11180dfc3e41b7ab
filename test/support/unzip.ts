// Takes single files out of a large zip archive without unpacking the rest.
// Runs in the tests and in `npm run setup:electron` (Node).
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  /** Unix permission bits, 0 when the archive does not say. */
  readonly mode: number;
  read(): Promise<Uint8Array>;
}

const inflate = promisify(inflateRaw);
const END_OF_DIRECTORY = 0x06054b50;
const STORED = 0;
const LARGEST_TAIL = 22 + 65_535; // the end record and the longest comment that may follow it

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new Error('the zip archive is cut off');
  return buffer;
}

/** Lists the entries of an archive (no zip64: below 4 GiB and 65,535 entries) while `use` works on them. */
export async function withZip<T>(path: string, use: (entries: ZipEntry[]) => Promise<T>): Promise<T> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tailLength = Math.min(size, LARGEST_TAIL);
    const tail = await bytesAt(file, size - tailLength, tailLength);
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
    if (end < 0) throw new Error('not a zip archive');
    const directory = await bytesAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    return await use([...entries(file, directory, tail.readUInt16LE(end + 10))]);
  } finally {
    await file.close();
  }
}

function* entries(file: FileHandle, directory: Buffer, count: number): Generator<ZipEntry> {
  for (let at = 0, n = 0; n < count; n++) {
    const method = directory.readUInt16LE(at + 10);
    const packed = directory.readUInt32LE(at + 20);
    const nameLength = directory.readUInt16LE(at + 28);
    const header = directory.readUInt32LE(at + 42);
    yield {
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
      read: async () => {
        // The local header repeats the name and has an extra field of its own length.
        const local = await bytesAt(file, header, 30);
        const start = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
        const data = await bytesAt(file, start, packed);
        return method === STORED ? data : inflate(data);
      },
    };
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
}
