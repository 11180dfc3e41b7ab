// The tokenizer against the ids of the official one, and its own promises on files and lengths.
// Runs in Node (vitest).
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ClipTokenizer } from '../../models/clip/bpe.ts';
import { cleanText } from '../../models/clip/clean-text.ts';
import { abnormalPrompts, normalPrompts } from '../../models/clip-ad/prompts.ts';
import { goldenBytes, goldenJson, hasGolden } from '../support/golden.ts';

interface Case {
  readonly text: string;
  readonly ids: number[];
  readonly full_length: number;
  readonly truncated: boolean;
  readonly cleaned: string;
}

const vocabulary = hasGolden
  ? gunzipSync(goldenBytes('tokenizer/bpe_simple_vocab_16e6.txt.gz')).toString('utf8')
  : '#version: 0.2\n';
const tokenizer = ClipTokenizer.fromMerges(vocabulary);
const { cases } = hasGolden ? (goldenJson('tokenizer/cases.json') as { cases: Case[] }) : { cases: [] };

/** Mojibake: ftfy guesses the wrong encoding back; Loupe's users type, they do not paste broken files. */
const MOJIBAKE = ['cafÃ© mojibake', 'â€œbrokenâ€\u009d'];
/** Loupe removes the names of the two special tokens instead of making the tokens (Specification Appendix 4.4). */
const SPECIALS = ['<start_of_text>', 'a <end_of_text> b', '<START_OF_TEXT>'];

describe.skipIf(!hasGolden)('tokens of the official vocabulary', () => {
  it('has the size and the special ids of CLIP', () => {
    expect(tokenizer).toMatchObject({ vocabSize: 49408, startId: 49406, endId: 49407 });
  });

  it('are those of the official tokenizer, except for a known few', () => {
    expect(cases).toHaveLength(150);
    const different = cases.filter(({ text, ids }) => tokenizer.encode(text, 77).join() !== ids.join());
    expect(different.map(({ text }) => text).sort()).toEqual([...MOJIBAKE, ...SPECIALS].sort());
  });

  it('come from the same cleaned text', () => {
    const different = cases.filter(({ text, cleaned }) => cleanText(text) !== cleaned);
    expect(different.map(({ text }) => text).sort()).toEqual([...MOJIBAKE, ...SPECIALS].sort());
  });

  it('keep their full number without a context length', () => {
    const long = cases.filter(({ truncated }) => truncated);
    expect(long.length).toBeGreaterThan(3);
    for (const { text, full_length } of long) expect(tokenizer.encode(text)).toHaveLength(full_length);
  });

  it('never hold a special token that was typed', () => {
    expect(tokenizer.encode('<start_of_text>')).toEqual([49406, 49407]);
    expect(tokenizer.encode('a &lt;END_OF_TEXT&gt; b')).toEqual([49406, 320, 321, 49407]);
    const nested = tokenizer.encode('<start_of<start_of_text>_text> <|startoftext|>');
    expect(nested.filter((id) => id >= 49406)).toEqual([49406, 49407]);
  });

  it('of all prompts for a part of MVTec fit in 19 (Specification § A.2)', () => {
    const prompts = [...normalPrompts('metal_nut'), ...abnormalPrompts('metal_nut')];
    for (const prompt of prompts) expect(tokenizer.encode(prompt).length).toBeLessThanOrEqual(19);
  });

  it('are the same from a Hugging Face merges.txt', () => {
    const lines = vocabulary.split('\n').slice(1, 49152 - 256 - 2 + 1);
    const hf = ClipTokenizer.fromMerges(['#version: 0.2', ...lines, ''].join('\r\n'));
    expect(hf.vocabSize).toBe(49408);
    expect(hf.encode('a photo of a metal_nut')).toEqual(tokenizer.encode('a photo of a metal_nut'));
  });
});

describe('a small vocabulary', () => {
  const small = ClipTokenizer.fromMerges('#version: 0.2\na b\nab c</w>\nb c</w>\n');

  it('numbers bytes, word ends, merges, start and end in this order', () => {
    expect(small).toMatchObject({ vocabSize: 512 + 3 + 2, startId: 515, endId: 516 });
    expect(small.encode('!')).toEqual([515, 256, 516]);
    expect(small.encode('abc')).toEqual([515, 513, 516]);
    expect(small.encode('bc')).toEqual([515, 514, 516]);
  });

  it('merges by rank, not from the left', () => {
    const ranked = ClipTokenizer.fromMerges('#version\nb c</w>\na b\n');
    expect(ranked.encode('abc')).toEqual([514, 'a'.charCodeAt(0) - 33, 512, 515]);
  });

  it('splits digits, contractions and other signs', () => {
    expect(small.encode('12')).toHaveLength(4);
    expect(small.encode("a'll!")).toHaveLength(2 + 1 + 3 + 1);
  });

  it('cuts at the context length and still closes with the end token', () => {
    expect(small.encode('abc abc abc abc', 4)).toEqual([515, 513, 513, 516]);
    expect(small.encode('abc abc', 4)).toEqual([515, 513, 513, 516]);
  });

  it.each([
    ['no header', 'a b\nab c\n'],
    ['an empty file', ''],
    ['three symbols', '#version: 0.2\na b c\n'],
    ['one symbol', '#version: 0.2\na b\n\nabc\n'],
  ])('is refused with %s', (_name, text) => {
    expect(() => ClipTokenizer.fromMerges(text, 'merges.txt')).toThrow(
      expect.objectContaining({
        code: 'data.invalid',
        message: expect.stringContaining('merges.txt') as string,
      }),
    );
  });
});

describe('cleaning text', () => {
  it.each([
    ['&amp;amp;amp;', '&amp;'],
    ['&copy2024 &hellip; &hellip', '©2024 … &hellip'],
    ['&#x41;&#66;&#0;&#x110000;&#xD800;', 'ab\ufffd\ufffd\ufffd'],
    ['&#150; &#129;|', '– \x81|'],
    ['&Omega; &unknown; & &;', 'ω &unknown; & &;'],
    ['ŉ ĳ ｶ　ﬃ', "'n ij カ ffi"],
    ['E\u0301\u2028\u0085x', 'é x'],
  ])('%j becomes %j', (text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });
});
