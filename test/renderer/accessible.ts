// Rules of accessibility that a program can check, on the page as it is drawn: names, roles, order, references, sizes, contrast.
// Runs in Node; the rules themselves, those of axe and Loupe's own, are evaluated in the browser.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_RULES: RunOptions = {
  runOnly: {
    type: 'tag',
    values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  },
  resultTypes: ['violations'],
};
export const THEMES = ['dark', 'light', 'contrast'] as const;

/** What axe finds on the screen as it is, in every theme; [] when nothing. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Through the debugger, because the page's policy lets no script in.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  return page.evaluate(
    async ({ rules, themes }) => {
      const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
      const { dataset } = document.documentElement;
      const own = dataset.theme;
      /** With the themes in which it is one. */
      const faults = new Map<string, string[]>();
      for (const theme of themes) {
        dataset.theme = theme;
        await new Promise(requestAnimationFrame);
        for (const { id, nodes } of (await axe.run(rules)).violations)
          for (const { html, failureSummary } of nodes) {
            const [what, why] = [html, failureSummary ?? ''].map((text) => text.replace(/\s+/g, ' '));
            const fault = `${id}: ${what?.slice(0, 160)} ${why?.slice(0, 200)}`;
            faults.set(fault, [...(faults.get(fault) ?? []), theme]);
          }
      }
      if (own === undefined) delete dataset.theme;
      else dataset.theme = own;
      return [...faults].map(([fault, where]) => `${where.join(', ')}: ${fault}`);
    },
    { rules: AXE_RULES, themes: THEMES },
  );
}

/** What breaks a rule, as "rule: element"; [] when nothing does. Behind an open sheet nothing counts. */
export const accessibilityFaults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const faults: string[] = [];
    const sheet = document.querySelector('dialog[open]');
    const root: Element = sheet ?? document.body;
    const all = (selector: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(selector)];
    const visible = (element: Element): boolean =>
      element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) &&
      element.closest('[aria-hidden="true"], .unseen') === null;
    const say = (element: Element): string => {
      const own = element.outerHTML.replace(/\s+/g, ' ');
      return own.slice(0, 110);
    };
    const fault = (rule: string, element: Element): void => void faults.push(`${rule}: ${say(element)}`);

    const textOf = (ids: string): string =>
      ids
        .split(/\s+/)
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join(' ')
        .trim();
    const nameOf = (element: HTMLElement): string => {
      const by = element.getAttribute('aria-labelledby');
      if (by !== null) return textOf(by);
      const label = element.getAttribute('aria-label');
      if (label !== null) return label.trim();
      if ('labels' in element) {
        const labels = [...((element as HTMLInputElement).labels ?? [])];
        const text = labels
          .map((one) => one.textContent)
          .join(' ')
          .trim();
        if (text !== '') return text;
      }
      const named = ['BUTTON', 'A', 'SUMMARY', 'OPTION', 'TH'].includes(element.tagName);
      const role = element.getAttribute('role') ?? '';
      if (named || ['option', 'switch', 'button', 'status', 'alert'].includes(role))
        return element.textContent.trim() || element.title;
      return element.title;
    };

    // Names.
    const controls =
      'button, a[href], input, select, textarea, [role=slider], [role=switch], [role=listbox], [role=option], [role=progressbar], [role=dialog], dialog, [role=region], [role=group], [role=img], nav, section[aria-labelledby]';
    for (const element of all(controls))
      if (visible(element) && nameOf(element) === '') fault('no name', element);
    for (const image of all('img')) if (!image.hasAttribute('alt')) fault('no alt', image);

    // References and identities.
    const ids = new Map<string, number>();
    for (const { id } of document.querySelectorAll('[id]')) ids.set(id, (ids.get(id) ?? 0) + 1);
    for (const [id, count] of ids) if (count > 1) faults.push(`two with the id ${id}`);
    for (const attribute of [
      'aria-labelledby',
      'aria-describedby',
      'aria-controls',
      'aria-activedescendant',
      'for',
    ])
      for (const element of all(`[${attribute}]`))
        for (const id of (element.getAttribute(attribute) ?? '').split(/\s+/))
          if (id === '' || !ids.has(id)) fault(`${attribute} leads nowhere`, element);

    // Roles with what they need.
    const needed: Record<string, string[]> = {
      slider: ['aria-valuenow', 'aria-valuemin', 'aria-valuemax'],
      switch: ['aria-checked'],
      checkbox: ['aria-checked'],
      option: ['aria-selected'],
      progressbar: ['aria-valuemin'],
    };
    for (const [role, attributes] of Object.entries(needed))
      for (const element of all(`[role=${role}]`))
        for (const attribute of attributes)
          if (!element.hasAttribute(attribute)) fault(`${role} without ${attribute}`, element);
    for (const option of all('[role=option]'))
      if (option.closest('[role=listbox]') === null) fault('option outside a listbox', option);
    for (const item of all('li'))
      if (!['UL', 'OL', 'MENU'].includes(item.parentElement?.tagName ?? '')) fault('li outside a list', item);
    for (const list of all('ul, ol'))
      for (const child of list.children) if (child.tagName !== 'LI') fault('list with something else', child);
    for (const term of all('dt, dd')) if (term.closest('dl') === null) fault('dt or dd outside a dl', term);

    // Order of the keyboard, and nothing pressed inside something pressed.
    for (const element of all('[tabindex]')) if (element.tabIndex > 0) fault('tabindex above 0', element);
    for (const element of all('[aria-hidden=true]'))
      if (element.querySelector('button, input, select, textarea, a[href], [tabindex="0"]') !== null)
        fault('hidden but with the keyboard', element);
    for (const element of all('button button, button a, button input, a button, label button'))
      fault('a control inside a control', element);

    // Landmarks and headings.
    if (sheet === null) {
      if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
      // The one that is only on paper stands there, too.
      const titles = [...document.querySelectorAll('h1')].filter((title) => title.checkVisibility());
      if (titles.length !== 1) faults.push(`${titles.length} headings of the first level`);
      for (const selector of ['aside', 'nav', 'section[aria-labelledby]', '[role=region]']) {
        const marks = all(selector).filter(visible);
        if (marks.length > 1 && new Set(marks.map(nameOf)).size < marks.length)
          faults.push(`two ${selector} with one name`);
      }
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (parent === null || node.textContent?.trim() === '' || !visible(parent)) continue;
        if (
          parent.closest('main, header, aside, footer, nav, [role=region], [role=alert], script, style') ===
          null
        )
          fault('text outside every landmark', parent);
      }
    }
    let level = sheet === null ? 0 : 1;
    for (const heading of all('h1, h2, h3, h4')) {
      const own = Number(heading.tagName.slice(1));
      if (own > level + 1) fault(`h${own} after h${level}`, heading);
      if (heading.textContent.trim() === '') fault('empty heading', heading);
      level = own;
    }
    if (document.documentElement.lang === '') faults.push('no language');
    if (document.title === '') faults.push('no title');

    // Targets: 44 px as the design has it; the sizes that WCAG 2.2 asks for are smaller.
    for (const element of all('button, select, input')) {
      if (!visible(element)) continue;
      const { width, height } = element.getBoundingClientRect();
      if (height < 43.5 || width < 43.5)
        fault(`target of ${Math.round(width)} × ${Math.round(height)}`, element);
    }

    // Contrast of every text with what it stands on.
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (colour: string): [number, number, number, number] => {
      if (canvas === null) return [0, 0, 0, 1];
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top: number[], below: number[], alpha: number): number[] =>
      below.map((value, i) => alpha * (top[i] ?? 0) + (1 - alpha) * value);
    const ground = (element: Element): number[] => {
      const layers: [number, number, number, number][] = [];
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const layer = rgba(getComputedStyle(at).backgroundColor);
        layers.push(layer);
        if (layer[3] === 1) break;
      }
      return layers
        .reverse()
        .reduce<number[]>((below, [r, g, b, a]) => over([r, g, b], below, a), [255, 255, 255]);
    };
    const luminance = (colour: number[]): number => {
      const [r = 0, g = 0, b = 0] = colour.map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const element = node.parentElement;
      if (element === null || node.textContent?.trim() === '' || !visible(element)) continue;
      // What cannot be used need not be read with ease; what lies on a photograph has a ground of its own.
      if (element.closest(':disabled, [aria-disabled=true], option, script, style') !== null) continue;
      const style = getComputedStyle(element);
      const below = ground(element);
      const [r, g, b, alpha] = rgba(style.color);
      let opacity = alpha;
      for (let at: Element | null = element; at !== null; at = at.parentElement)
        opacity *= Number(getComputedStyle(at).opacity);
      const [high = 0, low = 0] = [luminance(over([r, g, b], below, opacity)), luminance(below)].sort(
        (x, y) => y - x,
      );
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const ratio = (high + 0.05) / (low + 0.05);
      if (ratio < (large ? 3 : 4.5)) fault(`contrast ${ratio.toFixed(2)}`, element);
    }
    return [...new Set(faults)];
  });
