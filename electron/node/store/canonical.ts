// JSON in one form only: sorted keys, no blanks; so that the same content has the same hash on every computer.
// Runs in Node.
import { hash } from 'node:crypto';

/** Values of JSON only; numbers as JavaScript writes them. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(',')}}`;
}

/** 64 hexadecimal digits. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');
