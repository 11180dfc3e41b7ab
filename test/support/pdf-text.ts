// The text of a PDF as Chromium writes it: what is drawn, in the order of drawing, by the fonts' own tables.
// Runs in the tests (Node). Only as much of the format as Skia uses: no object streams, no encryption.
import { inflateSync } from 'node:zlib';

interface PdfObject {
  readonly dictionary: string;
  readonly stream: Buffer | null;
}

interface Font {
  readonly glyphs: ReadonlyMap<number, string>;
  /** Hexadecimal digits of a glyph's number: two in fonts that are drawn (Type 3), else four. */
  readonly digits: number;
}
const NO_FONT: Font = { glyphs: new Map(), digits: 4 };

/** The pages in order, each as one text; a blank stands where the pen was moved. */
export function pdfPages(pdf: Buffer): string[] {
  const objects = readObjects(pdf);
  const fonts = new Map<number, Font>();
  const fontOf = (id: number): Font => {
    const known = fonts.get(id);
    if (known) return known;
    const dictionary = objects.get(id)?.dictionary ?? '';
    const table = /\/ToUnicode (\d+) 0 R/.exec(dictionary)?.[1];
    const glyphs = table === undefined ? NO_FONT.glyphs : readTable(textOf(objects, Number(table)));
    const read = { glyphs, digits: dictionary.includes('/Type3') ? 2 : 4 };
    fonts.set(id, read);
    return read;
  };
  return pageIds(objects).map((id) => {
    const { dictionary } = objects.get(id)!;
    const names = new Map(
      [...resources(objects, dictionary).matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', font]) => [
        name,
        Number(font),
      ]),
    );
    const contents = /\/Contents (?:(\d+) 0 R|\[([^\]]*)\])/.exec(dictionary);
    const parts =
      contents?.[1] === undefined ? [...(contents?.[2] ?? '').matchAll(/(\d+) 0 R/g)] : [contents];
    return parts
      .map(([, part]) => drawnText(textOf(objects, Number(part)), (name) => fontOf(names.get(name) ?? 0)))
      .join(' ');
  });
}

function readObjects(pdf: Buffer): Map<number, PdfObject> {
  const objects = new Map<number, PdfObject>();
  // Latin-1 keeps one byte one character, so that places in the text are places in the file.
  const text = pdf.toString('latin1');
  for (const match of text.matchAll(/(?:^|[\r\n])(\d+) 0 obj\b/g)) {
    const from = match.index + match[0].length;
    const end = text.indexOf('endobj', from);
    const at = text.indexOf('stream', from);
    if (at < 0 || at > end) {
      objects.set(Number(match[1]), { dictionary: text.slice(from, end), stream: null });
      continue;
    }
    const dictionary = text.slice(from, at);
    const length = Number(/\/Length (\d+)/.exec(dictionary)?.[1] ?? NaN);
    const start = at + 'stream'.length + (text[at + 'stream'.length] === '\r' ? 2 : 1);
    objects.set(Number(match[1]), { dictionary, stream: pdf.subarray(start, start + length) });
  }
  return objects;
}

function textOf(objects: ReadonlyMap<number, PdfObject>, id: number): string {
  const { dictionary, stream } = objects.get(id) ?? { dictionary: '', stream: null };
  if (stream === null) throw new Error(`object ${id} of the PDF has no stream`);
  return (dictionary.includes('/FlateDecode') ? inflateSync(stream) : stream).toString('latin1');
}

/** From the root through the tree. */
function pageIds(objects: ReadonlyMap<number, PdfObject>): number[] {
  const kids = (id: number): number[] => {
    const { dictionary } = objects.get(id) ?? { dictionary: '' };
    const below = /\/Kids \[([^\]]*)\]/.exec(dictionary)?.[1];
    if (below === undefined) return [id];
    return [...below.matchAll(/(\d+) 0 R/g)].flatMap(([, kid]) => kids(Number(kid)));
  };
  const root = [...objects.values()].find(({ dictionary }) => dictionary.includes('/Type /Catalog'));
  return kids(Number(/\/Pages (\d+) 0 R/.exec(root?.dictionary ?? '')?.[1]));
}

function resources(objects: ReadonlyMap<number, PdfObject>, dictionary: string): string {
  const elsewhere = /\/Resources (\d+) 0 R/.exec(dictionary)?.[1];
  return elsewhere === undefined ? dictionary : (objects.get(Number(elsewhere))?.dictionary ?? '');
}

const utf16 = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le');

/** Glyph → text, as the font's ToUnicode table says it. */
function readTable(table: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const [, body = ''] of table.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, glyph = '', text = ''] of body.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g))
      found.set(parseInt(glyph, 16), utf16(text));
  for (const [, body = ''] of table.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, from = '', to = '', text = ''] of body.matchAll(
      /<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g,
    ))
      for (let i = 0; parseInt(from, 16) + i <= parseInt(to, 16); i++)
        found.set(parseInt(from, 16) + i, String.fromCodePoint((utf16(text).codePointAt(0) ?? 0) + i));
  return found;
}

function drawnText(content: string, fontOf: (name: string) => Font): string {
  let font = NO_FONT;
  let text = '';
  const draw = (hex: string): void => {
    for (let at = 0; at < hex.length; at += font.digits)
      text += font.glyphs.get(parseInt(hex.slice(at, at + font.digits), 16)) ?? '\ufffd';
  };
  const operators =
    /\/(F\d+) [\d.-]+ Tf|<([0-9A-Fa-f]*)>\s*Tj|\[((?:[^\][]|<[^>]*>)*)\]\s*TJ|(?:Td|Tm|TD|T\*|\bET)\b/g;
  for (const [, name, one, several] of content.matchAll(operators)) {
    if (name !== undefined) font = fontOf(name);
    else if (one !== undefined) draw(one);
    else if (several !== undefined)
      for (const [, hex = ''] of several.matchAll(/<([0-9A-Fa-f]*)>/g)) draw(hex);
    else if (!text.endsWith(' ')) text += ' ';
  }
  return text;
}
