// The shape of a language: that of English, with any words in it. A missing or an unknown text does not compile.
// Runs anywhere (types only).
import type { ErrorCode } from '../../../models/errors.ts';
import type { en } from './en.ts';

export type Texts = typeof en;

/** What happened, and what to do now; `{name}` stands for a parameter. English has them in models/errors.ts. */
type ErrorTexts = Partial<Record<ErrorCode, readonly [operator: string, remedy: string]>>;

export interface Catalogue {
  /** BCP 47: decides numbers, dates and the order of names. */
  readonly tag: string;
  /** The language's own name for itself. */
  readonly name: string;
  readonly texts: Texts;
  readonly errors: ErrorTexts;
}
