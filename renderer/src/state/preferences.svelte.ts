// How the people here like to work: read once, saved a moment after a change.
// Runs in the page.
import { USUAL_PREFERENCES, type Preferences } from '../../../electron/common/preferences.ts';
import { call } from '../lib/client.ts';
import { bindingsWith, type KeyBinding } from '../lib/keys.ts';
import { texts } from '../lib/texts.ts';
import type { Notices } from './notices.svelte.ts';

/** The digits 1 to 9 choose a kind. */
export const DIGITS = 9;
const MOST_KINDS = 30;

export class PreferenceStore {
  readonly #notices: Notices;
  current = $state.raw<Preferences>(USUAL_PREFERENCES);
  /** Ends when the newest change is on the disk: changes reach it in their order. */
  #saving: Promise<unknown> = Promise.resolve();

  readonly bindings = $derived.by<readonly KeyBinding[]>(() => bindingsWith(this.current.keys));

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  async load(): Promise<void> {
    this.current = (await call('preferences.load')) ?? USUAL_PREFERENCES;
  }

  set(change: Partial<Preferences>): void {
    this.current = { ...this.current, ...change };
    const now = this.current;
    this.#saving = this.#saving
      .then(() => call('preferences.save', now))
      .catch((thrown: unknown) => this.#notices.fail(thrown, texts.settings.notSaved));
  }

  /** Another key for a command; null gives it back the one that it came with. */
  setKey(command: string, key: string | null): void {
    const { [command]: _, ...others } = this.current.keys;
    this.set({ keys: key === null ? others : { ...others, [command]: [key] } });
  }

  /** A kind that was typed stays at hand. */
  learnKind(kind: string): void {
    const kinds = this.current.defectKinds;
    if (kinds.includes(kind) || kinds.length >= MOST_KINDS) return;
    this.set({ defectKinds: [...kinds, kind] });
  }

  forgetKind(kind: string): void {
    this.set({ defectKinds: this.current.defectKinds.filter((other) => other !== kind) });
  }
}
