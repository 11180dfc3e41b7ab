// The shape of these texts: that of English.
// Runs anywhere (types only).
import type { support } from './en.ts';

export type SupportTexts = typeof support;
