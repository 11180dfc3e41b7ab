// Comma-separated values as RFC 4180 wants them, harmless when a spreadsheet opens them.
// Runs anywhere (pure TypeScript).
import { COLUMNS, plain, type ResultRow } from './rows.ts';

/** Characters with which spreadsheets begin a formula, also behind blanks (OWASP, "CSV Injection"). */
const FORMULA = /^[\s]*[=+\-@\t\r]/;

/**
 * One field. Text that a spreadsheet would compute gets an apostrophe in front, which it shows as text; numbers of ours
 * stay numbers, also negative ones.
 */
export function csvField(value: string | number | null): string {
  const text = plain(value);
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A record with its line end, which RFC 4180 wants to be CRLF. */
const csvLine = (values: readonly (string | number | null)[]): string =>
  `${values.map(csvField).join(',')}\r\n`;

/** The byte order mark tells spreadsheets that it is UTF-8. */
export const csvHeader = (): string => `\ufeff${csvLine(COLUMNS)}`;

export const csvRow = (row: ResultRow): string => csvLine(COLUMNS.map((column) => row[column]));
