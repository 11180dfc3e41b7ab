// WCAG contrast of the colour tokens in every theme: text on what it stands on, edges and shapes beside what surrounds them.
// Runs in Node.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../renderer/src/styles/tokens.css', import.meta.url), 'utf8');

/** Tokens of a rule; what a theme does not name it has from the root. */
function tokens(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  if (start < 0) throw new Error(`no rule ${selector}`);
  const body = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries([...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!.trim()]));
}
const themes = Object.fromEntries(
  ['dark', 'light', 'contrast'].map((name) => [
    name,
    { ...tokens(':root'), ...tokens(`:root[data-theme='${name}']`) },
  ]),
);

function luminance(colour: string): number {
  const hex = colour.slice(1).replace(/^(.)(.)(.)$/, '$1$1$2$2$3$3');
  const [r = 0, g = 0, b = 0] = (hex.match(/../g) ?? []).map((pair) => {
    const share = Number.parseInt(pair, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Text: 4.5 : 1 (7 : 1 with high contrast). Muted text never stands on what is pressed. */
const TEXT: [string, string][] = [
  ...['ground', 'panel', 'control', 'control-hover', 'pressed', 'mat'].map((on): [string, string] => [
    'text',
    on,
  ]),
  ...['ground', 'panel', 'control'].map((on): [string, string] => ['muted', on]),
  ['on-strong', 'strong'],
  ...['good', 'review', 'reject'].map((on): [string, string] => ['on-verdict', on]),
];
/** What must be seen to be used, and shapes that carry meaning: 3 : 1. */
const SHAPES: [string, string][] = [
  ['edge', 'ground'],
  ['edge', 'panel'],
  ['focus', 'ground'],
  ['focus', 'panel'],
  ['focus', 'control'],
  ['focus', 'mat'],
  ['bar', 'panel'],
  ['strong', 'panel'],
];

describe.each(Object.keys(themes))('theme %s', (name) => {
  const theme = themes[name]!;
  const at = (one: string, other: string): number => contrast(theme[`--${one}`]!, theme[`--${other}`]!);

  it.each(TEXT)('text %s on %s can be read', (one, other) => {
    expect(at(one, other)).toBeGreaterThanOrEqual(name === 'contrast' ? 7 : 4.5);
  });

  it.each(SHAPES)('%s can be told from %s', (one, other) => {
    expect(at(one, other)).toBeGreaterThanOrEqual(3);
  });

  it.each(['good', 'review', 'reject', 'failed'])(
    'the shape of %s shows, by its colour or its edge',
    (verdict) => {
      const edge = theme['--shape-edge']!;
      const best = Math.max(
        at(verdict, 'panel'),
        edge === 'transparent' ? 0 : contrast(edge, theme['--panel']!),
      );
      expect(best).toBeGreaterThanOrEqual(3);
    },
  );
});
