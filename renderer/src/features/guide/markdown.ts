// The little Markdown of the guides as plain values: the page builds elements of them, and no text ever becomes HTML.
// Runs anywhere (pure).

export type Inline =
  | { readonly kind: 'text' | 'strong' | 'emphasis' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly target: string }
  | { readonly kind: 'image'; readonly text: string; readonly target: string };

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly content: Inline[]; readonly id: string }
  | { readonly kind: 'paragraph'; readonly content: Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: Inline[][] }
  | { readonly kind: 'table'; readonly head: Inline[][]; readonly rows: Inline[][][] };

const PIECE =
  /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|\*(?<emphasis>[^*\s][^*]*)\*|(?<bang>!?)\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)/g;

/** One run of text. What is no mark stays as it is. */
export function inline(text: string): Inline[] {
  const found: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(PIECE)) {
    if (match.index > at) found.push({ kind: 'text', text: text.slice(at, match.index) });
    at = match.index + match[0].length;
    const { code, strong, emphasis, bang, text: label = '', target } = match.groups ?? {};
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (strong !== undefined) found.push({ kind: 'strong', text: strong });
    else if (emphasis !== undefined) found.push({ kind: 'emphasis', text: emphasis });
    else if (target !== undefined) found.push({ kind: bang === '!' ? 'image' : 'link', text: label, target });
  }
  if (at < text.length) found.push({ kind: 'text', text: text.slice(at) });
  return found;
}

/** As GitHub makes the anchors of headings. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '-');

const cells = (row: string): Inline[][] =>
  row
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => inline(cell.trim()));

const BULLET = /^(?:[-*]|(\d+)\.)\s+(.*)$/;
const isRule = (line: string | undefined): boolean =>
  line !== undefined && /^\|?[\s:|-]+\|[\s:|-]*$/.test(line);

export function markdown(source: string): Block[] {
  const lines = source.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let i = 0;
  const starts = (line: string): boolean =>
    line.trim() === '' || /^(#{1,4} |```|\|)/.test(line) || BULLET.test(line);
  /** Lines until the next block, joined: how long a line is means nothing. */
  const joined = (first: string): string => {
    let text = first;
    while (i < lines.length && !starts(lines[i] ?? '')) text += ` ${(lines[i++] ?? '').trim()}`;
    return text;
  };
  while (i < lines.length) {
    const line = lines[i++] ?? '';
    const heading = /^(#{1,4}) (.+)$/.exec(line);
    const bullet = BULLET.exec(line);
    if (line.trim() === '') continue;
    if (heading) {
      const [, marks = '', text = ''] = heading;
      blocks.push({ kind: 'heading', level: marks.length, content: inline(text), id: anchorOf(text) });
    } else if (line.startsWith('```')) {
      const code: string[] = [];
      while (i < lines.length && !(lines[i] ?? '').startsWith('```')) code.push(lines[i++] ?? '');
      i++;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (line.startsWith('|') && isRule(lines[i])) {
      i++;
      const rows: Inline[][][] = [];
      while ((lines[i] ?? '').startsWith('|')) rows.push(cells(lines[i++] ?? ''));
      blocks.push({ kind: 'table', head: cells(line), rows });
    } else if (bullet) {
      const items: Inline[][] = [inline(joined(bullet[2] ?? ''))];
      for (let next = BULLET.exec(lines[i] ?? ''); next; next = BULLET.exec(lines[i] ?? '')) {
        if ((next[1] === undefined) !== (bullet[1] === undefined)) break;
        i++;
        items.push(inline(joined(next[2] ?? '')));
      }
      blocks.push({ kind: 'list', ordered: bullet[1] !== undefined, items });
    } else blocks.push({ kind: 'paragraph', content: inline(joined(line)) });
  }
  return blocks;
}
