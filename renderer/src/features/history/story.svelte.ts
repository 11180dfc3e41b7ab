// The story of one part in the page, and the search through the whole history that leads to one.
// Runs in the page.
import type { FoundPart, PartStory } from '../../../../electron/common/history-service.ts';
import { call } from '../../lib/client.ts';
import { attempt } from '../../state/attempt.ts';
import type { Notices } from '../../state/notices.svelte.ts';
import type { ViewState } from '../../state/view.svelte.ts';

/** As many as anybody reads; more of the name finds fewer. */
export const MOST_FOUND = 100;

export class StoryStore {
  readonly #notices: Notices;
  readonly #view: ViewState;
  busy = $state(false);
  shown = $state.raw<PartStory | null>(null);
  text = $state('');
  /** What was looked for, with what it found; null before the first search. */
  found = $state.raw<{ readonly text: string; readonly parts: readonly FoundPart[] } | null>(null);

  constructor(notices: Notices, view: ViewState) {
    this.#notices = notices;
    this.#view = view;
  }

  /** The sheet opens when there is something to read in it. */
  show(partId: number): Promise<boolean> {
    return this.#attempt(async () => {
      this.shown = await call('part.explain', { partId });
      this.#view.storyOpen = true;
    });
  }

  close(): void {
    this.#view.storyOpen = false;
    this.shown = null;
  }

  search(): Promise<boolean> {
    const text = this.text.trim();
    if (text === '') return Promise.resolve(false);
    return this.#attempt(async () => {
      this.found = { text, parts: await call('part.find', { text, limit: MOST_FOUND }) };
    });
  }

  #attempt(action: () => Promise<void>): Promise<boolean> {
    return attempt(this, this.#notices, action);
  }
}
