// Finds the entries of a zip archive by its central directory; reads only what is stored as it is, as torch stores tensors.
// Runs anywhere (pure TypeScript); made for files from strangers: nothing is unpacked, and every claim is checked.
import type { RandomAccess } from '../random-access.ts';
import type { Fail } from './fail.ts';

/** The place of an entry's bytes in the archive. */
export interface ZipEntry {
  readonly offset: number;
  readonly size: number;
}

export interface ZipArchive {
  readonly names: readonly string[];
  /** Where the bytes of an entry are. Refuses one that does not exist, is compressed or encrypted, or leads outside. */
  find(name: string): ZipEntry;
}

interface Listing {
  readonly header: number;
  readonly size: number;
  readonly stored: boolean;
}

const END = 0x06054b50;
const END_SIZE = 22;
const END_64 = 0x06064b50;
const END_64_SIZE = 56;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_SIZE = 20;
const LISTED = 0x02014b50;
const LISTED_SIZE = 46;
const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
const COMMENT_LIMIT = 0xffff;
/** A directory of 600,000 tensors; CLIP has a few hundred. */
const DIRECTORY_LIMIT = 1 << 26;
/** This number in a 32-bit field says that the real one is in a 64-bit field elsewhere. */
const ELSEWHERE = 0xffffffff;

/** Opens an archive and reads its central directory. */
export function openZip(file: RandomAccess, fail: Fail): ZipArchive {
  const directory = findDirectory(file, fail);
  const listings = readDirectory(file, directory, fail);
  return {
    names: [...listings.keys()],
    find: (name) => {
      const { header, size, stored } = listings.get(name) ?? fail(`the archive has no ${name}`);
      if (!stored) return fail(`${name} is compressed or encrypted; torch stores tensors as they are`);
      if (header + LOCAL_SIZE > directory.offset) return fail(`${name} lies outside the archive`);
      const local = viewOf(file.read(header, LOCAL_SIZE));
      if (local.getUint32(0, true) !== LOCAL) return fail(`${name} has no header in the archive`);
      const offset = header + LOCAL_SIZE + local.getUint16(26, true) + local.getUint16(28, true);
      return offset + size <= directory.offset ? { offset, size } : fail(`${name} lies outside the archive`);
    },
  };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** The end record stands at the very end, before an optional comment; large archives point to a 64-bit record in front. */
function findDirectory(file: RandomAccess, fail: Fail): ZipEntry {
  const tailSize = Math.min(file.size, LOCATOR_64_SIZE + END_SIZE + COMMENT_LIMIT);
  const tailStart = file.size - tailSize;
  const tail = viewOf(file.read(tailStart, tailSize));
  let at = tailSize - END_SIZE;
  const ends = (): boolean =>
    tail.getUint32(at, true) === END && at + END_SIZE + tail.getUint16(at + 20, true) === tailSize;
  while (at >= 0 && !ends()) at--;
  if (at < 0) return fail('it is cut off: the directory at its end is missing');
  const locator = at - LOCATOR_64_SIZE;
  const directory =
    locator >= 0 && tail.getUint32(locator, true) === LOCATOR_64
      ? read64(file, number64(tail, locator + 8), fail)
      : { offset: tail.getUint32(at + 16, true), size: tail.getUint32(at + 12, true) };
  if (directory.size > DIRECTORY_LIMIT) return fail('the directory of the archive is too large');
  return directory.offset + directory.size <= tailStart + at
    ? directory
    : fail('the directory of the archive lies outside of it');
}

function read64(file: RandomAccess, at: number, fail: Fail): ZipEntry {
  if (at + END_64_SIZE > file.size) return fail('the directory of the archive lies outside of it');
  const end = viewOf(file.read(at, END_64_SIZE));
  if (end.getUint32(0, true) !== END_64) return fail('the directory of the archive is damaged');
  return { offset: number64(end, 48), size: number64(end, 40) };
}

/** Numbers that are too large to be exact are also too large for any file: the checks of bounds refuse them. */
const number64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

function readDirectory(file: RandomAccess, { offset, size }: ZipEntry, fail: Fail): Map<string, Listing> {
  const bytes = file.read(offset, size);
  const view = viewOf(bytes);
  const text = new TextDecoder();
  const listings = new Map<string, Listing>();
  for (let at = 0; at < size;) {
    if (at + LISTED_SIZE > size || view.getUint32(at, true) !== LISTED)
      return fail('the directory of the archive is damaged');
    const nameEnd = at + LISTED_SIZE + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > size) return fail('the directory of the archive is damaged');
    const name = text.decode(bytes.subarray(at + LISTED_SIZE, nameEnd));
    if (listings.has(name)) return fail(`the archive lists ${name.slice(0, 100)} twice`);
    listings.set(name, readListing(view, at, nameEnd, extraEnd));
    at = next;
  }
  return listings;
}

function readListing(view: DataView, at: number, extraStart: number, extraEnd: number): Listing {
  const [packed, size, header] = readWide(
    view,
    [view.getUint32(at + 20, true), view.getUint32(at + 24, true), view.getUint32(at + 42, true)],
    extraStart,
    extraEnd,
  );
  const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  const compressed = view.getUint16(at + 10, true) !== 0 || packed !== size;
  return { header, size, stored: !encrypted && !compressed };
}

/** Replaces those of [packed size, size, header offset] that are in the 64-bit extra field: real size first. */
function readWide(
  view: DataView,
  narrow: readonly [number, number, number],
  start: number,
  end: number,
): [number, number, number] {
  let [packed, size, header] = narrow;
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    const wide = (value: number): number => {
      if (value !== ELSEWHERE || field + 8 > end) return value;
      field += 8;
      return number64(view, field - 8);
    };
    size = wide(size);
    packed = wide(packed);
    header = wide(header);
    break;
  }
  return [packed, size, header];
}
