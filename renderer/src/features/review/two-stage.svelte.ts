// A verdict that takes the same key twice: the first press arms it, anything else or a moment's wait lets it go.
// Runs in the page.
import type { HumanVerdict } from '../../../../electron/common/domain.ts';

const ARMED_MS = 2000;

export class TwoStage {
  armed = $state.raw<HumanVerdict | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Answers whether this press is the one that counts. */
  press(verdict: HumanVerdict): boolean {
    const confirmed = this.armed === verdict;
    this.release();
    if (confirmed) return true;
    this.armed = verdict;
    this.#timer = setTimeout(() => this.release(), ARMED_MS);
    return false;
  }

  release(): void {
    clearTimeout(this.#timer);
    this.armed = null;
  }
}
