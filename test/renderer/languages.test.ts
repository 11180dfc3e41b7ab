// Every language is whole: the same texts, the same placeholders, the same errors; and the right one is taken for a system.
// Runs in Node.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../electron/common/preferences.ts';
import { describeError, type ErrorCode } from '../../models/errors.ts';
import type { Catalogue } from '../../renderer/src/languages/catalogue.ts';
import { ENGLISH, LANGUAGE_NAMES, loadLanguage, systemLanguage } from '../../renderer/src/languages/load.ts';
import * as format from '../../renderer/src/lib/format.ts';
import { errorTexts, texts, useCatalogue } from '../../renderer/src/lib/texts.ts';

type Leaf = string | ((...args: never[]) => string);
/** Path → text, through objects and lists. */
function leaves(node: unknown, path = ''): Map<string, Leaf> {
  if (typeof node === 'string' || typeof node === 'function') return new Map([[path, node as Leaf]]);
  const found = new Map<string, Leaf>();
  for (const [name, value] of Object.entries(node as object)) {
    for (const [at, leaf] of leaves(value, path === '' ? name : `${path}.${name}`)) found.set(at, leaf);
  }
  return found;
}

/** Arguments that a text may be called with: what comes out tells which of them it uses. */
const SPECIAL: Record<string, unknown[]> = {
  judgedBy: ['ng', { verdictBy: 'PERSON', verdictAt: '2026-11-23T10:11:00Z' }],
  'scores.meaning': [{ review: 0.123, reject: 0.456 }],
  'scores.moves': [[{ from: 'good', to: 'reject', count: 7013 }]],
  'scores.hover': [
    { packId: 'PACK', packVersion: 'VERSION', method: 'METHOD' },
    { review: 0.123, reject: 0.456 },
  ],
  'recipes.willCreate': ['NAME', { review: 0.123, reject: 0.456 }],
  'regions.peak': ['VALUE', true],
  'area.moved': ['TURN', 'RIGHT', 'DOWN', 'LIKENESS'],
  'overlay.scaleHover': [0.123, 0.456],
  'history.statistics.rate': [7013, 8017, 'LOW', 'HIGH'],
  'history.statistics.point': ['KEY', 'SHARE', 7013, true],
  'history.check.images': [7013, 8017, 9029, 6011],
  'history.challenge.of': ['NAME', 7013, 8017, 9029],
  'station.recipe.scaleNames': [[7013, 8017]],
  'station.recipe.because.scores': [{ review: 0.123, reject: 0.456 }],
  'station.print.thresholds': [{ review: 0.123, reject: 0.456 }],
};
const WORDS = ['ALPHA', 'BETA', 'GAMMA'];
const NUMBERS = [7013, 8017, 9029];

function call(
  leaf: (...args: never[]) => string,
  path: string,
  english: (...args: never[]) => string,
): string {
  const special = SPECIAL[path];
  if (special !== undefined) return leaf(...(special as never[]));
  // Numbers where English can count with them, words elsewhere.
  for (let mask = 0; mask < 2 ** english.length; mask++) {
    const args = Array.from({ length: english.length }, (_, i) =>
      ((mask >> i) & 1) === 1 ? WORDS[i] : NUMBERS[i],
    );
    try {
      const said = english(...(args as never[]));
      if (!/NaN|undefined|\[object/.test(said)) return leaf(...(args as never[]));
    } catch {
      // Not with these.
    }
  }
  throw new Error(`${path} cannot be called`);
}

const digits = (text: string): string =>
  text.replace(/(\d)[.,\s\u202f\u00a0](?=\d{3}(?!\d))/g, '$1').replaceAll(',', '.');
function placeholders(text: string): string[] {
  const plain = digits(text);
  const tokens = [
    ...WORDS,
    'PERSON',
    'PACK',
    'VERSION',
    'METHOD',
    'NAME',
    'VALUE',
    ...NUMBERS.map(String),
    '0.123',
    '0.456',
    '2026',
  ];
  return tokens.filter((token) => plain.includes(token)).sort();
}

const english = leaves(ENGLISH.texts);
afterAll(() => useCatalogue(ENGLISH));

describe.each(LANGUAGES.filter((language) => language !== 'en'))('%s', (language) => {
  let catalogue: Catalogue;
  beforeAll(async () => {
    catalogue = await loadLanguage(language);
    useCatalogue(catalogue);
  });

  it('has every text, none more, and none of them empty', () => {
    const own = leaves(catalogue.texts);
    expect([...own.keys()]).toEqual([...english.keys()]);
    for (const [path, leaf] of own) {
      if (typeof leaf === 'string') expect(leaf.trim(), path).not.toBe('');
      expect(typeof leaf, path).toBe(typeof english.get(path));
    }
  });

  it('says every number and every name that English says', () => {
    for (const [path, leaf] of leaves(catalogue.texts)) {
      const original = english.get(path);
      if (typeof leaf !== 'function' || typeof original !== 'function') continue;
      // The short forms of a duration or a rate may be rounded, but to the same digits.
      const said = call(leaf, path, original);
      const meant = call(original, path, original);
      expect(placeholders(said), `${path}: ${said}`).toEqual(placeholders(meant));
    }
  });

  it('is translated: hardly a sentence is left as in English', () => {
    const same = [...leaves(catalogue.texts)].filter(
      ([path, leaf]) => typeof leaf === 'string' && leaf === english.get(path) && /[a-z] [a-z]/i.test(leaf),
    );
    expect(same).toEqual([]);
  });

  it('keeps the parameters of the errors', () => {
    for (const [code, pair] of Object.entries(catalogue.errors)) {
      const original = describeError({ code: code as ErrorCode, params: {} });
      const names = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
      expect(names(pair[0]), code).toEqual(names(original.operator));
      expect(names(pair[1]), code).toEqual(names(original.remedy));
    }
  });

  it('writes numbers its own way and says errors in its own words', () => {
    expect(format.score(0.5)).toBe(
      new Intl.NumberFormat(catalogue.tag, { minimumFractionDigits: 3 }).format(0.5),
    );
    const error = { code: 'image.empty', params: { path: 'a.png' } } as const;
    expect(errorTexts(error).operator).toContain('a.png');
    expect(errorTexts(error).operator).not.toBe(describeError(error).operator);
    expect(errorTexts(error).engineer).toBe(describeError(error).engineer);
    expect(texts.app).toBe('Loupe');
  });
});

describe('languages', () => {
  it('all have the same errors', async () => {
    const all = await Promise.all(LANGUAGES.filter((l) => l !== 'en').map(loadLanguage));
    const codes = all.map((catalogue) => Object.keys(catalogue.errors).sort());
    for (const own of codes) expect(own).toEqual(codes[0]);
  });

  it('follow the system, and English is there for all others', () => {
    expect(systemLanguage(['de-AT', 'en'])).toBe('de');
    expect(systemLanguage(['zh-CN'])).toBe('zh');
    expect(systemLanguage(['fr-FR', 'ja'])).toBe('ja');
    expect(systemLanguage(['fr-FR'])).toBe('en');
    expect(systemLanguage([])).toBe('en');
  });

  it('are named in their own words', async () => {
    for (const language of LANGUAGES)
      expect((await loadLanguage(language)).name).toBe(LANGUAGE_NAMES[language]);
  });
});
