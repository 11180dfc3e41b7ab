// The statistics of a report as tables and a control chart.
// Runs anywhere (pure TypeScript).
import type { ControlPoint, GroupSummary, Rate, Statistics } from '../../common/statistics.ts';
import { htmlTable, markup } from './markup.ts';

/** "12.5 % (3 of 24; 95 %: 4.3 % to 31.0 %)". */
export function rateText({ value, count, of, interval }: Rate): string {
  if (value === null || interval === null) return 'no case';
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return `${percent(value)} (${count} of ${of}; 95 %: ${percent(interval.lo)} to ${percent(interval.hi)})`;
}

const NAMES = { run: 'Run', lot: 'Lot', recipe: 'Recipe', day: 'Day (UTC)' } as const;
const NONE = '–';

export function summaryHtml(statistics: Statistics): string {
  const { total, groups, by, pareto, confusion, agreement, blind, judges, chart } = statistics;
  const row = ({ key, tally, rates }: GroupSummary): string[] => [
    ...[key || NONE, tally.parts, tally.good, tally.review, tally.reject, tally.failed].map(String),
    ...[tally.accepted, tally.rejected, tally.open].map(String),
    ...[rateText(rates.yield), rateText(rates.review), rateText(rates.reject)],
  ];
  const head = ['', 'Parts', 'Good', 'Review', 'Reject', 'Failed', 'Accepted', 'Rejected', 'Open'];
  const rateNames = ['Yield', 'Review rate', 'Reject rate'];
  const saw = (['good', 'review', 'reject', 'failed'] as const).map((machine) => {
    const { ok, ng, unsure } = confusion.counts[machine];
    return [machine, String(ok), String(ng), String(unsure)];
  });
  return `<section><h2>Summary</h2>
${htmlTable([NAMES[by], ...head.slice(1), ...rateNames], [...groups, { key: 'All', ...total }].map(row))}
<p>Good, review, reject: the machine at the thresholds that each run has now. Accepted: judged OK, or good and not judged;
rejected: judged NG, or rejected and not judged; open: everything else. Yield: accepted of all parts. Intervals: Wilson.</p>
</section>
<div class="pair">
<section><h2>Share of rejected, p-chart by ${NAMES[by].toLowerCase()}</h2>
${controlChart(chart)}
<p>Dashed: mean, and limits three standard deviations from it for the size of each group.
Outside: ${markup(
    chart.points
      .filter(({ out }) => out)
      .map(({ key }) => key || NONE)
      .join(', ') || 'none',
  )}.</p></section>
<section><h2>Kinds of defect</h2>
${
  pareto.length === 0
    ? '<p>No part was judged NG.</p>'
    : htmlTable(
        ['Kind', 'Parts', 'Share', 'Cumulated'],
        pareto.map((p) => [
          p.kind || 'not named',
          String(p.count),
          `${(p.share * 100).toFixed(1)} %`,
          `${(p.cumulated * 100).toFixed(1)} %`,
        ]),
      )
}
</section>
</div>
<section class="whole"><h2>Machine and operator</h2>
${htmlTable(['Machine said', 'OK', 'NG', 'Unsure'], saw)}
<p>False rejects (rejected, but OK): ${rateText(confusion.falseReject)}. Escapes (good, but NG): ${rateText(confusion.escape)}.
Only judged parts count. Two people on the same part: ${agreementText(agreement)}. Blind second reviews: ${agreementText(blind)}.</p>
${
  judges.length === 0
    ? ''
    : htmlTable(
        ['Verdict that stands by', 'OK', 'NG', 'Unsure'],
        judges.map(({ author, ok, ng, unsure }) => [author, String(ok), String(ng), String(unsure)]),
      )
}</section>`;
}

/** "agreed on 70.0 % (…), Cohen's kappa 0.400 (95 %: 0.148 to 0.652)". */
export function agreementText({ pairs, agreed, kappa, interval }: Statistics['agreement']): string {
  if (pairs === 0) return 'none was judged by two';
  const range = interval ? ` (95 %: ${interval.lo.toFixed(3)} to ${interval.hi.toFixed(3)})` : '';
  return `agreed on ${rateText(agreed)}, Cohen's kappa ${kappa === null ? 'not defined' : kappa.toFixed(3)}${range}`;
}

const WIDTH = 640;
const HEIGHT = 160;
const LEFT = 44;

/** More names than these would stand on each other: the first and the last remain. */
const MOST_NAMES = 8;

/** The chart of `pChart` as SVG; groups from left to right, the axis from 0 to a little above what is to be seen. */
function controlChart({ mean, points }: Statistics['chart']): string {
  if (mean === null) return '<p>Nothing was accepted or rejected yet.</p>';
  const top = Math.min(
    1,
    Math.max(0.02, ...points.flatMap(({ p, upper, n }) => (n > 0 ? [p ?? 0, upper] : []))) * 1.1,
  );
  const x = (i: number): string => (LEFT + ((i + 0.5) * (WIDTH - LEFT)) / points.length).toFixed(1);
  const y = (value: number): string => (HEIGHT - (Math.min(value, top) / top) * HEIGHT + 6).toFixed(1);
  const half = (WIDTH - LEFT) / points.length / 2;
  /** Each limit holds for the size of its group alone. */
  const steps = (value: (point: ControlPoint) => number): string =>
    points
      .map((point, i) =>
        point.n === 0
          ? ''
          : `M${(Number(x(i)) - half).toFixed(1)} ${y(value(point))}H${(Number(x(i)) + half).toFixed(1)}`,
      )
      .join('');
  const shares = points.flatMap(({ p }, i) => (p === null ? [] : [`${x(i)} ${y(p)}`]));
  const dots = points.flatMap(({ key, p, n, out }, i) => {
    if (p === null) return [];
    const text = markup(`${key || NONE}: ${(p * 100).toFixed(2)} % of ${n}`);
    // Not by colour alone: what is out of its limits is a square.
    const mark = out
      ? `<rect class="out" x="${Number(x(i)) - 4}" y="${Number(y(p)) - 4}" width="8" height="8">`
      : `<circle cx="${x(i)}" cy="${y(p)}" r="3">`;
    return [`${mark}<title>${text}</title>${out ? '</rect>' : '</circle>'}`];
  });
  const ticks = [0, top / 2, top].map(
    (value) =>
      `<path class="grid" d="M${LEFT} ${y(value)}H${WIDTH}"/>` +
      `<text x="${LEFT - 6}" y="${Number(y(value)) + 4}" text-anchor="end">${(value * 100).toFixed(1)} %</text>`,
  );
  const names = points.flatMap(({ key }, i) => {
    if (points.length > MOST_NAMES && i > 0 && i < points.length - 1) return [];
    const name = Array.from(key || NONE);
    const short = name.length > 14 ? `${name.slice(0, 13).join('')}…` : name.join('');
    return [`<text x="${x(i)}" y="${HEIGHT + 22}" text-anchor="middle">${markup(short)}</text>`];
  });
  return `<svg class="control" viewBox="0 0 ${WIDTH} ${HEIGHT + 28}" role="img" aria-label="p-chart">
${ticks.join('')}<path class="limit" d="${steps(({ upper }) => upper)}"/><path class="limit" d="${steps(({ lower }) => lower)}"/>
<path class="mean" d="M${LEFT} ${y(mean)}H${WIDTH}"/><path class="share" d="M${shares.join('L')}"/>
${dots.join('')}${names.join('')}</svg>`;
}
