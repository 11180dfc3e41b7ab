// Curves as inline SVG for the report: fixed axes from 0 to 1, colours that a stylesheet can change.
// Runs anywhere.
import type { Curve } from '../../models/metrics/curves.ts';
import { markup } from './markup.ts';

export interface Line {
  readonly name: string;
  readonly curve: Curve | null;
}

const SIDE = 180;
const MARGIN = { left: 34, top: 20, right: 8, bottom: 32 };

/** A square chart; lines without a curve are named as not defined. `diagonal` draws what guessing would give. */
export function chart(title: string, x: string, y: string, lines: readonly Line[], diagonal = false): string {
  const { left, top, right, bottom } = MARGIN;
  const px = (value: number): string => (left + value * SIDE).toFixed(1);
  const py = (value: number): string => (top + (1 - value) * SIDE).toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (at) => `<path class="grid" d="M${px(at)} ${py(0)}V${py(1)}M${px(0)} ${py(at)}H${px(1)}"/>`,
  );
  const ticks = [0, 0.5, 1].flatMap((at) => [
    `<text x="${px(at)}" y="${top + SIDE + 13}" text-anchor="middle">${at}</text>`,
    `<text x="${left - 4}" y="${Number(py(at)) + 4}" text-anchor="end">${at}</text>`,
  ]);
  const paths = lines.map(({ curve }, i) => {
    const points = curve?.map(([a, b]) => `${px(a)} ${py(b)}`).join('L');
    return points === undefined ? '' : `<path class="line line${i}" d="M${points}"/>`;
  });
  const legend = lines.map(
    ({ name, curve }, i) =>
      `<tspan class="name${i}" dx="${i > 0 ? 10 : 0}">${markup(name)}${curve ? '' : ': n/a'}</tspan>`,
  );
  const guess = diagonal ? `<path class="guess" d="M${px(0)} ${py(0)}L${px(1)} ${py(1)}"/>` : '';
  const [width, height] = [left + SIDE + right, top + SIDE + bottom];
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
    `aria-label="${markup(`${title}: ${y} over ${x}`)}">${grid.join('')}${guess}${paths.join('')}${ticks.join('')}` +
    `<text x="${left}" y="12"><tspan class="title">${markup(title)} </tspan>${legend.join('')}</text>` +
    `<text x="${left + SIDE / 2}" y="${height - 4}" text-anchor="middle">${markup(`${x} → ${y} ↑`)}</text></svg>`
  );
}
