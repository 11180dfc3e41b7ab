// CLIP's byte-level BPE tokenizer: words → token ids, from a merges file (OpenAI's own or Hugging Face merges.txt).
// Runs anywhere (pure TypeScript).
import { LoupeError } from '../errors.ts';
import { cleanText } from './clean-text.ts';

/** OpenAI's file lists more merges than the model knows: 49152 − 256 − 2 of them count (Specification § A.2). */
const OPENAI_MERGES = 49152 - 256 - 2;
/** Contractions, runs of letters, single digits, runs of anything else but white space. */
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;

/** One printable character per byte value, in the order of the vocabulary: first the visible ones, then the rest. */
function byteSymbols(): { order: string[]; ofByte: string[] } {
  const visible = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const hidden = bytes.filter((byte) => !visible(byte));
  const symbol = (byte: number) => String.fromCodePoint(visible(byte) ? byte : 256 + hidden.indexOf(byte));
  return { order: [...bytes.filter(visible), ...hidden].map(symbol), ofByte: bytes.map(symbol) };
}

const BYTES = byteSymbols();

/** The merges of a file, in order of rank. `name` is only for the error text. Throws `data.invalid`. */
function parseMerges(text: string, name: string): string[] {
  const fail = (reason: string): never => {
    throw new LoupeError('data.invalid', { path: name, reason: `not a usable list of merges: ${reason}` });
  };
  const [header = '', ...lines] = text.split('\n').map((line) => line.trimEnd());
  if (!header.includes('#version')) return fail('the first line is not "#version"');
  if (lines.at(-1) === '') lines.pop();
  const merges = header.includes('bpe_simple_vocab_16e6') ? lines.slice(0, OPENAI_MERGES) : lines;
  const bad = merges.findIndex((line) => !/^\S+ \S+$/u.test(line));
  return bad < 0 ? merges : fail(`line ${bad + 2} is not a pair`);
}

export class ClipTokenizer {
  readonly vocabSize: number;
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(merges: readonly string[]) {
    const ends = BYTES.order.map((symbol) => `${symbol}</w>`);
    const tokens = [...BYTES.order, ...ends, ...merges.map((pair) => pair.replace(' ', ''))];
    this.#ranks = new Map(merges.map((pair, rank) => [pair, rank]));
    this.#ids = new Map(tokens.map((token, id) => [token, id]));
    this.vocabSize = tokens.length + 2;
  }

  /**
   * Builds the tokenizer from the text of a merges file: a `#version` line, then "a b" per line in order of rank.
   * The vocabulary is the 256 byte symbols, the same with `</w>`, the merges, start, end. Throws `data.invalid`.
   */
  static fromMerges(text: string, name = 'merges.txt'): ClipTokenizer {
    return new ClipTokenizer(parseMerges(text, name));
  }

  get startId(): number {
    return this.vocabSize - 2;
  }

  get endId(): number {
    return this.vocabSize - 1;
  }

  /**
   * Token ids of one text, from the start id to the end id, without padding. A text of more than `limit` tokens is cut there
   * and still closes with the end id, as in CLIP.
   */
  encode(text: string, limit = Infinity): number[] {
    const pieces = cleanText(text).match(PIECES) ?? [];
    const ids = [this.startId, ...pieces.flatMap((piece) => this.#encodePiece(piece))];
    return [...ids.slice(0, limit - 1), this.endId];
  }

  #encodePiece(piece: string): number[] {
    const symbols = Array.from(new TextEncoder().encode(piece), (byte) => BYTES.ofByte[byte] ?? '');
    symbols.push(`${symbols.pop()}</w>`);
    return this.#merge(symbols).map((token) => this.#ids.get(token) ?? this.endId);
  }

  /** Joins the neighbours of lowest rank, everywhere they occur from left to right, until no known pair is left. */
  #merge(symbols: readonly string[]): readonly string[] {
    for (let tokens = symbols; ;) {
      let best = Infinity;
      for (let i = 0; i + 1 < tokens.length; i++) {
        best = Math.min(best, this.#ranks.get(`${tokens[i]} ${tokens[i + 1]}`) ?? Infinity);
      }
      if (best === Infinity) return tokens;
      const joined: string[] = [];
      for (let i = 0; i < tokens.length; i++) {
        const pair = `${tokens[i]} ${tokens[i + 1]}`;
        const hit = i + 1 < tokens.length && this.#ranks.get(pair) === best;
        joined.push(hit ? pair.replace(' ', '') : (tokens[i] ?? ''));
        if (hit) i++;
      }
      tokens = joined;
    }
  }
}
