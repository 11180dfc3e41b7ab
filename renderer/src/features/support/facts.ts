// A fact of the diagnostics in the words of the language: bytes as megabytes, times as the language writes them.
// Runs anywhere (pure).
import type { Fact } from '../../../../electron/common/support.ts';
import * as format from '../../lib/format.ts';
import { texts } from '../../lib/texts.ts';

export const megabytes = (bytes: number): string =>
  bytes < 1e6 ? texts.support.little : texts.support.bytes(Math.round(bytes / 1e6));

export function factText({ value, unit }: Fact): string {
  if (unit === 'bytes') return megabytes(Number(value));
  if (unit === 'time') return format.dateTime(String(value));
  return typeof value === 'number' ? format.count(value) : value;
}
