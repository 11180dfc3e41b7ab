// What is published about the very categories that were measured, in the form of a measurement: a row for each of them.
// Runs anywhere. Specification § E.2.
import { meanMetrics, METRICS, type MetricName, type Metrics } from '../node/measure/measure.ts';
import { datasetOf } from './published.ts';

export interface PublishedRows {
  readonly method: string;
  readonly source: string;
  readonly confidence: string;
  /** By category; null where a metric was not published. */
  readonly of: ReadonlyMap<string, Metrics>;
  /** Over these categories. */
  readonly mean: Metrics;
}

const UNPUBLISHED = Object.fromEntries(METRICS.map(([name]) => [name, null])) as Record<MetricName, null>;

/** Null unless all categories belong to one published data set by their names. */
export function publishedRows(categories: readonly string[]): PublishedRows | null {
  const rows = datasetOf(categories)?.winclip;
  const [first] = rows?.values() ?? [];
  if (!rows || !first) return null;
  const of = new Map(
    categories.map((name) => [name, { ...UNPUBLISHED, ...fractions(rows.get(name)?.values ?? {}) }] as const),
  );
  const { method, source, confidence } = first;
  return { method, source, confidence, of, mean: meanMetrics([...of.values()]) };
}

/** Printed with one digit after the point: three as a fraction. */
const fractions = (values: Partial<Record<MetricName, number>>): Partial<Metrics> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Math.round(value * 10) / 1000]));
