// The Markdown of the guides: every block and mark that they use, and nothing that becomes HTML.
// Runs in Node.
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  anchorOf,
  inline,
  markdown,
  type Block,
  type Inline,
} from '../../renderer/src/features/guide/markdown.ts';

const GUIDES = resolve(import.meta.dirname, '../../docs/guides');
const text = (t: string): Inline => ({ kind: 'text', text: t });

describe('a run of text', () => {
  it('knows words, code, links and pictures', () => {
    expect(inline('a **b** *c* `d*e*` [f](g.md) ![h](../i.png)')).toEqual([
      ...[text('a '), { kind: 'strong', text: 'b' }, text(' '), { kind: 'emphasis', text: 'c' }, text(' ')],
      ...[{ kind: 'code', text: 'd*e*' }, text(' '), { kind: 'link', text: 'f', target: 'g.md' }, text(' ')],
      { kind: 'image', text: 'h', target: '../i.png' },
    ]);
  });

  it('leaves what is no mark as it is, HTML above all', () => {
    for (const plain of ['2 * 3 * 4', 'a_b_c', '<b onclick="x">', '[not a link]', '![', '**', '']) {
      expect(
        inline(plain)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(plain);
      expect(inline(plain).every(({ kind }) => kind === 'text')).toBe(true);
    }
  });
});

describe('blocks', () => {
  it('are headings, paragraphs, lists, code and tables; long lines are one', () => {
    const blocks = markdown(
      '# A\n\none\ntwo\n\n* x\n  y\n* z\n\n1. p\n2. q\n\n```sh\n# no heading\n* no list\n```\n\n| a | b |\n|---|---|\n| 1 | `2` |\n',
    );
    expect(blocks).toEqual<Block[]>([
      { kind: 'heading', level: 1, content: [text('A')], id: 'a' },
      { kind: 'paragraph', content: [text('one two')] },
      { kind: 'list', ordered: false, items: [[text('x y')], [text('z')]] },
      { kind: 'list', ordered: true, items: [[text('p')], [text('q')]] },
      { kind: 'code', text: '# no heading\n* no list' },
      {
        kind: 'table',
        head: [[text('a')], [text('b')]],
        rows: [[[text('1')], [{ kind: 'code', text: '2' }]]],
      },
    ]);
  });

  it('end wherever the text ends', () => {
    expect(markdown('')).toEqual([]);
    expect(markdown('```\nopen')).toEqual([{ kind: 'code', text: 'open' }]);
    expect(markdown('| no table')).toHaveLength(1);
    expect(markdown('- a\r\n- b')).toHaveLength(1);
  });

  it('give headings the anchors that links use', () => {
    expect(anchorOf('Where things lie: C++ & more')).toBe('where-things-lie-c-more');
  });
});

describe.each(readdirSync(GUIDES))('%s', (name) => {
  const source = readFileSync(join(GUIDES, name), 'utf8');
  const pieces = markdown(source).flatMap((block): readonly Inline[] =>
    block.kind === 'heading' || block.kind === 'paragraph'
      ? block.content
      : block.kind === 'list'
        ? block.items.flat()
        : block.kind === 'table'
          ? [...block.head, ...block.rows.flat()].flat()
          : [],
  );

  it('begins with its title and leads nowhere outside', () => {
    expect(markdown(source)[0]).toMatchObject({ kind: 'heading', level: 1 });
    for (const piece of pieces) {
      if (piece.kind === 'link') expect(readdirSync(GUIDES)).toContain(piece.target.split('#')[0]);
      if (piece.kind === 'image')
        expect(readFileSync(join(GUIDES, piece.target)).subarray(1, 4).toString()).toBe('PNG');
    }
  });

  it('uses no mark that would stand there as it is', () => {
    for (const piece of pieces) if (piece.kind !== 'code') expect(piece.text).not.toMatch(/\*\*|\]\(|`/);
  });
});
