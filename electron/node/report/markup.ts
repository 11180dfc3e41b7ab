// Text that becomes part of a page: nothing in it is markup, and nothing in it moves the cursor or turns the writing.
// Runs anywhere (pure TypeScript).
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};

/** Any text as HTML text or attribute value. */
export const markup = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** Longer than a time or a number: a hash, a path. Nothing shorter is ever broken. */
const LONG_WORD = /\S{28}/;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

const classOf = (cell: string): string =>
  LONG_WORD.test(cell) ? ' class="long"' : TIME.test(cell) ? ' class="time"' : '';

/** A row of cells; the style breaks long words where it must, and never a time. */
export const tableRow = (cells: readonly string[], tag: 'td' | 'th' = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}${classOf(cell)}>${markup(cell)}</${tag}>`).join('')}</tr>`;

/** A table with a heading row. */
export const htmlTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead>${tableRow(head, 'th')}</thead><tbody>\n${rows.map((row) => tableRow(row)).join('\n')}\n</tbody></table>`;
