// The parts of a run as text: worst first, then those that could not be inspected, then one line that sums up.
// Runs in Node (command line).
import type { Verdict } from '../../models/clip-ad/calibration.ts';
import type { ErrorValue } from '../../models/errors.ts';
import type { SessionInfo } from '../common/inference-service.ts';
import { duration, errorLine, printable, scoreBar, verdictWord } from './output.ts';

/** One photograph: either its result or its error. */
export interface Row {
  readonly name: string;
  readonly result?: { readonly score: number; readonly verdict: Verdict };
  readonly error?: ErrorValue;
}

const VERDICTS = ['reject', 'review', 'good'] as const;

export function partTable(rows: readonly Row[]): string {
  const scored = rows
    .flatMap(({ name, result }) => (result ? [{ name, ...result }] : []))
    .sort((a, b) => b.score - a.score)
    .map(
      ({ name, score, verdict }) =>
        `${score.toFixed(3)} ${scoreBar(score)}  ${verdictWord(verdict)}  ${printable(name)}`,
    );
  const failed = rows.flatMap(({ name, error }) =>
    error
      ? [`  –   ${' '.repeat(10)}  ${verdictWord('failed')}  ${printable(name)}  ${errorLine(error)}`]
      : [],
  );
  return [...scored, ...failed].join('\n');
}

export function summaryText(rows: readonly Row[], info: SessionInfo, ms: number, stopped: boolean): string {
  const count = (verdict: Verdict): number => rows.filter(({ result }) => result?.verdict === verdict).length;
  const failed = rows.filter(({ error }) => error).length;
  const counts = VERDICTS.map((verdict) => `${count(verdict)} ${verdict}`);
  if (failed > 0) counts.push(`${failed} failed`);
  const { packId, packVersion, method, device, precision = 'fp32' } = info;
  const rate = rows.length / (ms / 1000);
  return (
    `\n${stopped ? 'Stopped. ' : ''}${rows.length} parts: ${counts.join(', ')}. ` +
    `${duration(ms / 1000)}, ${rate.toFixed(1)}/s (${packId} ${packVersion}, ${method}, ${device}, ${precision})`
  );
}
