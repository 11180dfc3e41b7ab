// The prompt ensemble of CLIP-AD: state phrases times photo templates, for a flawless and for a damaged part.
// Runs anywhere (pure TypeScript).
import { cleanText } from '../clip/clean-text.ts';
import { LoupeError } from '../errors.ts';

const NORMAL_STATES = [
  'flawless {}',
  'perfect {}',
  'unblemished {}',
  '{} without flaw',
  '{} without defect',
  '{} without damage',
  '{} without scratch',
  '{} without crack',
  '{} without contamination',
];

const ABNORMAL_STATES = [
  'damaged {}',
  'imperfect {}',
  'blemished {}',
  'broken {}',
  '{} with flaw',
  '{} with defect',
  '{} with damage',
  '{} with scratch',
  '{} with crack',
  '{} with contamination',
];

const TEMPLATES = [
  'a cropped photo of the {}.',
  'a cropped photo of a {}.',
  'a close-up photo of a {}.',
  'a close-up photo of the {}.',
  'a bright photo of a {}.',
  'a bright photo of the {}.',
  'a dark photo of the {}.',
  'a dark photo of a {}.',
  'a jpeg corrupted photo of a {}.',
  'a jpeg corrupted photo of the {}.',
  'a blurry photo of the {}.',
  'a blurry photo of a {}.',
  'a photo of the {}.',
  'a photo of a {}.',
  'a photo of a large {}.',
  'a photo of the small {}.',
  'a photo of the large {}.',
  'a photo of a small {}.',
  'a photo of the {} for visual inspection.',
  'a photo of a {} for visual inspection.',
  'a photo of the {} for anomaly detection.',
  'a photo of a {} for anomaly detection.',
];

/** CLIP reads 77 tokens; tokenizing a pasted document would only take minutes. */
const LONGEST_PRODUCT = 200;

/** A function as replacement keeps "$&" in the words from being read as a pattern. */
const fill = (pattern: string, words: string): string => pattern.replace('{}', () => words);
const ensemble = (states: readonly string[], product: string): string[] =>
  states.flatMap((state) => TEMPLATES.map((template) => fill(template, fill(state, product))));

/** The 198 prompts for a flawless part: states outside, templates inside (Specification § A.1). */
export const normalPrompts = (product: string): string[] => ensemble(NORMAL_STATES, product);

/** The 220 prompts for a damaged part, in the same order (Specification § A.1). */
export const abnormalPrompts = (product: string): string[] => ensemble(ABNORMAL_STATES, product);

/** The states of WinCLIP with the same templates; a bare `{}` counts as normal (Specification § A.1). */
const WINCLIP_NORMAL_STATES = [
  '{}',
  'flawless {}',
  'perfect {}',
  'unblemished {}',
  '{} without flaw',
  '{} without defect',
  '{} without damage',
];
const WINCLIP_ABNORMAL_STATES = ['damaged {}', '{} with flaw', '{} with defect', '{} with damage'];

export interface PromptPair {
  readonly normal: readonly string[];
  readonly abnormal: readonly string[];
}

/** The prompts of each method (Specification § A.1), WinCLIP's 154 and 88; plain CLIP is asked by a single pair. */
export const PROMPTS: Readonly<Record<'clip-ad' | 'clip' | 'winclip', (product: string) => PromptPair>> = {
  'clip-ad': (product) => ({ normal: normalPrompts(product), abnormal: abnormalPrompts(product) }),
  clip: (product) => ({
    normal: [fill('a photo of a normal {}.', product)],
    abnormal: [fill('a photo of an anomalous {}.', product)],
  }),
  winclip: (product) => ({
    normal: ensemble(WINCLIP_NORMAL_STATES, product),
    abnormal: ensemble(WINCLIP_ABNORMAL_STATES, product),
  }),
};

/**
 * The product words as the tokenizer will read them: cleaned and lower-case, otherwise verbatim ("metal_nut" keeps
 * its underscore, Specification § A.1). Throws `text.empty` when nothing is left, `usage` beyond 200 characters.
 */
export function cleanProduct(words: string): string {
  const product = cleanText(words);
  if (product.length > LONGEST_PRODUCT) {
    throw new LoupeError('usage', {
      reason: `The product words are longer than ${LONGEST_PRODUCT} characters`,
    });
  }
  if (product === '') throw new LoupeError('text.empty');
  return product;
}
