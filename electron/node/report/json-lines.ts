// Results as JSON Lines: one object per part, and at the end one that sums up and names the chain.
// Runs anywhere (pure TypeScript).
import type { Statistics } from '../../common/statistics.ts';
import type { ResultRow } from './rows.ts';

export interface ExportEnd {
  readonly statistics: Statistics;
  /** chainCode(), and the whole hash. */
  readonly code: string;
  readonly head: string;
  /** UTC, ISO 8601. */
  readonly createdAt: string;
  readonly program: string;
}

export const jsonRow = (row: ResultRow): string => `${JSON.stringify(row)}\n`;

export function jsonEnd({ statistics, code, head, createdAt, program }: ExportEnd): string {
  return `${JSON.stringify({ summary: { createdAt, program, chain: { code, sha256: head }, ...statistics } })}\n`;
}
