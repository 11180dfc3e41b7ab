// From a day of the calendar on the wall to the moments between which it lies.
// Runs in the page.

/** `day` as YYYY-MM-DD, here: its first moment, or that of the next day; undefined where nothing is chosen. */
export function momentOf(day: string, next: boolean): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  // By the calendar: a day is not always 24 hours long.
  return new Date(year, month - 1, date + (next ? 1 : 0)).toISOString();
}
