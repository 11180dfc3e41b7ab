// The statistics of the history as text for a terminal.
// Runs anywhere.
import type { Rate, Statistics } from '../common/statistics.ts';
import { agreementText, rateText } from '../node/report/summary-html.ts';
import { printable, table } from './output.ts';

const percent = ({ value }: Rate): string => (value === null ? 'n/a' : `${(value * 100).toFixed(1)} %`);

export function statisticsText({
  by,
  total,
  groups,
  chart,
  pareto,
  confusion,
  agreement,
  blind,
  judges,
}: Statistics): string {
  const rows = [...groups, { key: 'all', ...total }].map(({ key, tally, rates }, i) => {
    const counts = [tally.parts, tally.good, tally.review, tally.reject, tally.failed, tally.open].map(
      String,
    );
    const shares = [rates.yield, rates.review, rates.reject].map(percent);
    return [printable(key || '–'), ...counts, ...shares, chart.points[i]?.out ? 'out of limits' : ''];
  });
  const head = [by, 'parts', 'good', 'review', 'reject', 'failed', 'open', 'yield', 'review', 'reject', ''];
  const kinds = pareto.map(({ kind, count }) => `${printable(kind) || 'not named'} ${count}`);
  const given = judges.map(({ author, ok, ng, unsure }) => `${printable(author)} ${ok + ng + unsure}`);
  return [
    table([head, ...rows], [0, 10]),
    `yield ${rateText(total.rates.yield)}`,
    `false rejects ${rateText(confusion.falseReject)}; escapes ${rateText(confusion.escape)}`,
    ...(kinds.length > 0 ? [`NG: ${kinds.join(', ')}`] : []),
    ...(given.length > 0 ? [`judged by: ${given.join(', ')}`] : []),
    ...(agreement.pairs > 0 ? [`two people: ${agreementText(agreement)}`] : []),
    ...(blind.pairs > 0 ? [`blind second reviews: ${agreementText(blind)}`] : []),
  ].join('\n');
}
