// What a person can say of a part: each verdict with its sign and its key, in the order in which the buttons stand.
// Runs anywhere (pure TypeScript).
import type { HumanVerdict } from '../../../electron/common/domain.ts';
import type { Command } from './keys.ts';

export const VERDICTS = [
  { verdict: 'ok', icon: 'tick', command: 'mark-ok' },
  { verdict: 'ng', icon: 'cross', command: 'mark-ng' },
  { verdict: 'unsure', icon: 'question', command: 'mark-unsure' },
] as const satisfies readonly { verdict: HumanVerdict; icon: string; command: Command }[];
