// The guides that travel inside the page: each is loaded when it is read, with the addresses of its pictures.
// Runs in the page.
import { markdown, type Block } from './markdown.ts';

export const GUIDES = ['operator', 'engineer', 'it', 'validation', 'changes'] as const;
export type Guide = (typeof GUIDES)[number];

const TEXTS: Readonly<Record<Guide, () => Promise<{ default: string }>>> = {
  operator: () => import('../../../../docs/guides/operator.md?raw'),
  engineer: () => import('../../../../docs/guides/engineer.md?raw'),
  it: () => import('../../../../docs/guides/it.md?raw'),
  validation: () => import('../../../../docs/guides/validation.md?raw'),
  changes: () => import('../../../../CHANGELOG.md?raw'),
};

const PICTURES = import.meta.glob<string>('../../../../docs/screenshots/*.png', {
  query: '?url',
  import: 'default',
  eager: true,
});

export async function loadGuide(guide: Guide): Promise<Block[]> {
  return markdown((await TEXTS[guide]()).default);
}

/** The address of a picture of the guides, by its path in the text; null when there is none. */
export function pictureOf(target: string): string | null {
  const name = target.split('/').at(-1) ?? '';
  return PICTURES[`../../../../docs/screenshots/${name}`] ?? null;
}

/** The guide that a link leads to; null when it leads elsewhere: there is no elsewhere in this program. */
export function guideOf(target: string): Guide | null {
  const [, name] = /^(?:\.\/)?([\w-]+)\.md(?:#.*)?$/.exec(target) ?? [];
  return GUIDES.find((guide) => guide === name) ?? null;
}
