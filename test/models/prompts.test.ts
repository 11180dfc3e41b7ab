// The prompt ensemble: its size, its order and the cleaning of the product words.
// Runs in Node (vitest).
import { describe, expect, it } from 'vitest';
import { abnormalPrompts, cleanProduct, normalPrompts } from '../../models/clip-ad/prompts.ts';

describe('the prompt ensemble', () => {
  it('has 198 normal and 220 abnormal prompts, all different', () => {
    const all = [...normalPrompts('metal_nut'), ...abnormalPrompts('metal_nut')];
    expect(normalPrompts('metal_nut')).toHaveLength(198);
    expect(new Set(all).size).toBe(198 + 220);
    expect(all.every((prompt) => prompt.includes('metal_nut') && !prompt.includes('{'))).toBe(true);
  });

  it('runs through the templates inside and the states outside', () => {
    const normal = normalPrompts('bottle');
    expect(normal.slice(0, 2)).toEqual([
      'a cropped photo of the flawless bottle.',
      'a cropped photo of a flawless bottle.',
    ]);
    expect(normal[22]).toBe('a cropped photo of the perfect bottle.');
    expect(normal[197]).toBe('a photo of a bottle without contamination for anomaly detection.');
    const abnormal = abnormalPrompts('bottle');
    expect(abnormal[0]).toBe('a cropped photo of the damaged bottle.');
    expect(abnormal[8 * 22 + 14]).toBe('a photo of a large bottle with crack.');
    expect(abnormal[219]).toBe('a photo of a bottle with contamination for anomaly detection.');
  });

  it('takes the words as they are, whatever they mean to a pattern', () => {
    expect(normalPrompts('$& {} nut')[0]).toBe('a cropped photo of the flawless $& {} nut.');
  });
});

describe('cleaning the product words', () => {
  it.each([
    ['  Metal   Nut ', 'metal nut'],
    ['metal_nut', 'metal_nut'],
    ['nut <end_of_text>', 'nut'],
    ['Mutter “groß”', 'mutter "groß"'],
  ])('%j becomes %j', (words, product) => {
    expect(cleanProduct(words)).toBe(product);
  });

  it.each(['', ' \t\n', '<start_of_text>', '\u0000\ufeff'])('refuses %j, which says nothing', (words) => {
    expect(() => cleanProduct(words)).toThrow(expect.objectContaining({ code: 'text.empty' }));
  });

  it('refuses a document', () => {
    expect(cleanProduct('x'.repeat(200))).toHaveLength(200);
    expect(() => cleanProduct('x'.repeat(201))).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
