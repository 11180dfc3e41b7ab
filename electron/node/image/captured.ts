// When a photograph was taken, as its camera wrote it (EXIF DateTimeOriginal): a small reader that never leaves the file's bytes.
// Runs in Node (inference service). Exif 2.32, CIPA DC-008; TIFF 6.0 for the directories.

const EXIF_DIRECTORY = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;
const SUB_SEC_TIME_ORIGINAL = 0x9291;
/** Types of a directory's entries. */
const ASCII = 2;
const LONG = 4;

/** Real files have a few dozen of each; a file that announces more is made to keep us busy. */
const MOST_SEGMENTS = 2000;
const MOST_ENTRIES = 1000;
const MOST_TEXT = 64;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const latin = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.subarray(from, to)).toString('latin1');

/**
 * ISO 8601: the camera's local time, with fractions and offset where it wrote them ("2026-11-20T07:31:00.25+01:00"). Null
 * where there is none, or none that is a time.
 */
export function capturedAt(file: Uint8Array): string | null {
  try {
    const exif = exifOf(file);
    return exif && timeIn(exif);
  } catch (thrown) {
    // Directories that point outside of the file: the pixels may be whole all the same.
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** The bytes that are laid out like a TIFF file, in whichever wrapping. */
function exifOf(file: Uint8Array): Uint8Array | null {
  const start = latin(file, 0, 12);
  if (start.startsWith('\xff\xd8\xff')) return inJpeg(file);
  if (start.startsWith('\x89PNG')) return inChunks(file, 8, 'eXIf', false);
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return inChunks(file, 12, 'EXIF', true);
  return start.startsWith('II*\0') || start.startsWith('MM\0*') ? file : null;
}

function inJpeg(file: Uint8Array): Uint8Array | null {
  const view = viewOf(file);
  let at = 2;
  for (let n = 0; n < MOST_SEGMENTS; n++) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at++; // fill bytes
    const marker = view.getUint16(at);
    if (marker < 0xff01 || marker === 0xffda || marker === 0xffd9) return null; // the picture itself, or its end
    const end = at + 2 + view.getUint16(at + 2);
    if (marker === 0xffe1 && latin(file, at + 4, at + 10) === 'Exif\0\0') return file.subarray(at + 10, end);
    at = end;
  }
  return null;
}

/** PNG: length, name, data, checksum, big end first. RIFF: name, length, data, padded to even, little end first. */
function inChunks(file: Uint8Array, from: number, wanted: string, riff: boolean): Uint8Array | null {
  const view = viewOf(file);
  let at = from;
  for (let n = 0; n < MOST_SEGMENTS && at + 8 <= file.length; n++) {
    const name = riff ? latin(file, at, at + 4) : latin(file, at + 4, at + 8);
    const length = riff ? view.getUint32(at + 4, true) : view.getUint32(at);
    if (name === wanted) {
      const data = file.subarray(at + 8, at + 8 + length);
      return latin(data, 0, 6) === 'Exif\0\0' ? data.subarray(6) : data; // some programs leave JPEG's prefix in
    }
    at += 8 + length + (riff ? length % 2 : 4);
  }
  return null;
}

function timeIn(tiff: Uint8Array): string | null {
  const view = viewOf(tiff);
  const little = view.getUint16(0) === 0x4949;
  if (view.getUint16(2, little) !== 42) return null;
  const main = directory(view, view.getUint32(4, little), little);
  const pointer = main.get(EXIF_DIRECTORY);
  if (pointer?.type !== LONG) return null;
  const entries = directory(view, view.getUint32(pointer.at, little), little);
  const text = (tag: number): string => {
    const entry = entries.get(tag);
    if (entry?.type !== ASCII || entry.count > MOST_TEXT) return '';
    const at = entry.count <= 4 ? entry.at : view.getUint32(entry.at, little);
    return (latin(tiff, at, at + entry.count).split('\0', 1)[0] ?? '').trim();
  };
  const time = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text(DATE_TIME_ORIGINAL));
  if (!time) return null;
  const [, year, month, day, hour, minute, second] = time;
  const whole = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // 2026-02-31 is no day, and cameras that were never set write 0000-00-00.
  const moment = Date.parse(`${whole}Z`);
  if (Number.isNaN(moment) || !new Date(moment).toISOString().startsWith(whole)) return null;
  const fraction = /^\d{1,9}$/.exec(text(SUB_SEC_TIME_ORIGINAL));
  const offset = /^[+-]\d\d:\d\d$/.exec(text(OFFSET_TIME_ORIGINAL));
  return `${whole}${fraction ? `.${fraction[0]}` : ''}${offset?.[0] ?? ''}`;
}

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where its value, or the pointer to its value, stands. */
  readonly at: number;
}

function directory(view: DataView, from: number, little: boolean): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  const count = Math.min(view.getUint16(from, little), MOST_ENTRIES);
  for (let i = 0; i < count; i++) {
    const at = from + 2 + 12 * i;
    const tag = view.getUint16(at, little);
    if (entries.has(tag)) continue;
    entries.set(tag, {
      type: view.getUint16(at + 2, little),
      count: view.getUint32(at + 4, little),
      at: at + 8,
    });
  }
  return entries;
}
