// How the people at this workstation like to work: language, keys, the pace of judging. Beside the session, which keeps a place.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { DefectKind } from './domain.ts';

export const LANGUAGES = ['en', 'de', 'es', 'zh', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

export const Preferences = z.object({
  language: z.enum(['system', ...LANGUAGES]),
  /** A verdict leads to the next part that waits. */
  autoAdvance: z.boolean(),
  /** A verdict takes the same key twice. */
  twoStage: z.boolean(),
  /** NG asks for the kind of defect. */
  askKind: z.boolean(),
  /** Kinds of defects in the words of the shop; the first nine have the digits. */
  defectKinds: z.array(DefectKind).max(30),
  /** Keys that were changed, by command; a name that this version does not know is left alone. */
  keys: z.record(z.string().max(40), z.array(z.string().min(1).max(40)).max(4)),
  /** What the barcode scanner sends before each code; absent: `$`; '': scans are keys like any others. */
  scanPrefix: z.string().max(1).exactOptional(),
  /** The tour was seen or declined. */
  tourSeen: z.boolean(),
});
export type Preferences = z.infer<typeof Preferences>;

/** Before anybody has chosen. */
export const USUAL_PREFERENCES: Preferences = {
  language: 'system',
  autoAdvance: true,
  twoStage: false,
  askKind: false,
  defectKinds: [],
  keys: {},
  tourSeen: false,
};
