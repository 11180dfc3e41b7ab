// What a benchmark finds: named figures with their spread, as a table, as JSON, and held against those of another day.
// Runs in Node (pure).

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  /** The quarter and the three-quarter mark of the samples; both the median for a single sample. */
  readonly low: number;
  readonly high: number;
  readonly samples: number;
  readonly better: 'lower' | 'higher';
}

/** Worse by this share, and outside of both spreads, is called slower. */
const TOLERANCE = 0.1;

function quantile(sorted: readonly number[], at: number): number {
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** A figure from its samples. Rates are better when they are higher, everything else when it is lower. */
export function figure(name: string, unit: string, samples: readonly number[]): Figure {
  if (samples.length === 0) throw new Error(`${name} was never measured`);
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    ...{ name, unit, samples: samples.length, better: unit.endsWith('/s') ? 'higher' : 'lower' },
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
  };
}

const digits = (value: number): string => {
  if (value >= 1000) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(3);
};

/** Rows of a Markdown table. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, median, low, high, samples }) => [
    name,
    unit === '×' ? `${digits(median)} ×` : `${digits(median)} ${unit}`,
    samples > 1 ? `${digits(low)} – ${digits(high)}` : '',
  ]);
  const cells = [['what', 'median', 'half of the samples'], ...rows];
  const widths = [0, 1, 2].map((i) => Math.max(3, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [
    line(cells[0] ?? []),
    `|${rule.map((cell) => ` ${cell} `).join('|')}|`,
    ...cells.slice(1).map(line),
  ].join('\n');
}

/** A line of each figure that got worse than it was; one that is not in both files says nothing. */
export function slower(now: readonly Figure[], before: readonly Figure[]): string[] {
  const old = new Map(before.map((one) => [one.name, one]));
  return now.flatMap((figure) => {
    const then = old.get(figure.name);
    if (then?.unit !== figure.unit) return [];
    const higher = figure.better === 'higher';
    const share = higher ? then.median / figure.median - 1 : figure.median / then.median - 1;
    const apart = higher ? figure.high < then.low : figure.low > then.high;
    if (share <= TOLERANCE || !apart) return [];
    return [
      `${figure.name}: ${digits(then.median)} → ${digits(figure.median)} ${figure.unit} (${Math.round(share * 100)} % worse)`,
    ];
  });
}

/** Figures that another benchmark printed as "name, unit    12.34", one a line; other lines are for people. */
export function printedFigures(text: string): Figure[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', unit = '', value = ''] =
      /^(\S.*?)(?:, ([^\s,]+(?: s)?))?\s{2,}(-?[\d.]+)$/.exec(line) ?? [];
    return value === '' || !Number.isFinite(Number(value)) ? [] : [figure(name, unit, [Number(value)])];
  });
}
