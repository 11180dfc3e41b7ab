// The languages: each is one file, loaded when it is first asked for; which one the system would like.
// Runs anywhere (pure, but for the loading).
import type { Language } from '../../../electron/common/preferences.ts';
import type { Catalogue } from './catalogue.ts';
import { en } from './en.ts';

export const ENGLISH: Catalogue = { tag: 'en', name: 'English', texts: en, errors: {} };

/** In their own words, so that everybody finds back. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  zh: '简体中文',
  ja: '日本語',
};

const FILES: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: () => Promise.resolve(ENGLISH),
  de: async () => (await import('./de.ts')).de,
  es: async () => (await import('./es.ts')).es,
  zh: async () => (await import('./zh.ts')).zh,
  ja: async () => (await import('./ja.ts')).ja,
};

export const loadLanguage = (language: Language): Promise<Catalogue> => FILES[language]();

/** The first of the wanted languages (as the browser names them) that there is; English otherwise. */
export function systemLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [language = ''] = tag.toLowerCase().split('-');
    if (Object.hasOwn(FILES, language)) return language as Language;
  }
  return 'en';
}
