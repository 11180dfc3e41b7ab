// Every text that an operator reads, in the language of the moment. No signal is behind it: a grid reads thousands of texts a
// second, and another language makes the page anew (App.svelte). Runs anywhere.
import { describeError, type ErrorValue } from '../../../models/errors.ts';
import type { Catalogue, Texts } from '../languages/catalogue.ts';
import { ENGLISH } from '../languages/load.ts';
import { useLocale } from './format.ts';

let current: Catalogue = ENGLISH;

export const texts = new Proxy({} as Texts, {
  get: (_, name: keyof Texts) => current.texts[name],
});

export function useCatalogue(catalogue: Catalogue): void {
  current = catalogue;
  useLocale(catalogue.tag);
}

const fill = (text: string, params: ErrorValue['params']): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));

/** An error in the language of the moment; the engineer's words are English everywhere. */
export function errorTexts(error: ErrorValue): { operator: string; engineer: string; remedy: string } {
  const english = describeError(error);
  const [operator, remedy] = current.errors[error.code] ?? [english.operator, english.remedy];
  return {
    operator: fill(operator, error.params),
    engineer: english.engineer,
    remedy: fill(remedy, error.params),
  };
}

/** What main says while a run is prepared: "Reading the words 3/7"; what no language knows is shown as it came. */
export function stageText(said: string): string {
  const known = Object.keys(texts.stages).find((stage) => said.startsWith(stage));
  return known === undefined ? said : (texts.stages[known] ?? known) + said.slice(known.length);
}
