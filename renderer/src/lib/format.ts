// Numbers, times and names as operators read them.
// Runs anywhere (pure).

let whole: Intl.NumberFormat;
let oneDigit: Intl.NumberFormat;
let moment: Intl.DateTimeFormat;
/** The sign between a number and its fraction. */
let point = '.';

/** English dates are written with the day first: no customer of a factory reads 11/12 the other way. */
export function useLocale(tag: string): void {
  const dates = tag === 'en' ? 'en-GB' : tag;
  whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
  oneDigit = new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  moment = new Intl.DateTimeFormat(dates, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  point = oneDigit.formatToParts(0.5).find((piece) => piece.type === 'decimal')?.value ?? '.';
}
useLocale('en');

const withPoint = (digits: string): string => (point === '.' ? digits : digits.replace('.', point));

export const count = (value: number): string => whole.format(value);

/** Three digits, cut and not rounded: a part just below a threshold never reads as if it had reached it. */
export function score(value: number | null): string {
  if (value === null || Number.isNaN(value)) return '–';
  // The tiny amount keeps 0.29 × 1000 = 290 − 6e-14 from losing a step.
  return withPoint((Math.floor(value * 1000 + 1e-9) / 1000).toFixed(3));
}

export const percent = (value: number, of: number): string =>
  of === 0 ? '–' : `${oneDigit.format((100 * value) / of)} %`;

export const wholePercent = (share: number): string => `${whole.format(100 * share)} %`;

/** With its sign in front, for what goes either way; 0 has none. */
export function signed(value: number, digits: number): string {
  const size = Math.abs(value).toFixed(digits);
  return `${Number(size) === 0 ? '' : value < 0 ? '−' : '+'}${withPoint(size)}`;
}

/** What a person typed as a number, with a comma or a point. */
export const parse = (typed: string): number => Number.parseFloat(typed.trim().replace(',', '.'));

/** The ends of a scale: as few digits as they need. */
export const short = (value: number): string => withPoint(String(Number(value.toPrecision(3))));

export function raw(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  return withPoint(Math.abs(value) >= 100 ? value.toFixed(1) : value.toFixed(4));
}

export const dateTime = (iso: string): string => {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : moment.format(date);
};

/** Last piece of a path or name with '/' or '\' between the pieces. */
export function baseName(path: string): string {
  const pieces = path.split(/[/\\]/).filter(Boolean);
  return pieces.at(-1) ?? path;
}

/** Everything before the last piece. */
export function folderOf(name: string): string {
  const cut = name.lastIndexOf('/');
  return cut < 0 ? '' : name.slice(0, cut);
}

/** Parts a second: one digit below ten, none above. */
export const rate = (value: number): string => (value < 10 ? oneDigit.format(value) : whole.format(value));

/** Time that is left, rounded as a person would say it. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Sizes as disks are sold: 1 GB = 10⁹ bytes. */
export function bytes(value: number): string {
  if (value === 0) return '0 kB';
  const units = ['kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3) - 1));
  return `${rate(value / 1000 ** (step + 1))} ${units[step] ?? 'kB'}`;
}
