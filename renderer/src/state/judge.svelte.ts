// The operator's verdicts: shown at once, confirmed when they are on the disk, taken back in order.
// Runs in the page.
import type { HumanVerdict, Part } from '../../../electron/common/domain.ts';
import { call } from '../lib/client.ts';
import { baseName } from '../lib/format.ts';
import { texts } from '../lib/texts.ts';
import type { ListStore } from './list.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import type { RunStore } from './run.svelte.ts';
import type { UndoStack } from './undo.svelte.ts';

export class Judge {
  readonly #run: RunStore;
  readonly #list: ListStore;
  readonly #notices: Notices;
  readonly #undo: UndoStack;
  /** One after the other: two quick marks of one part must reach the history in the order of the keys. */
  #chain: Promise<unknown> = Promise.resolve();

  constructor(run: RunStore, list: ListStore, notices: Notices, undo: UndoStack) {
    this.#run = run;
    this.#list = list;
    this.#notices = notices;
    this.#undo = undo;
  }

  /** Marks the selected part and goes on to the next one that waits. */
  mark(verdict: HumanVerdict): void {
    const part = this.#list.part;
    if (part === null) return;
    const before = part.verdict;
    if (before !== verdict) {
      void this.#set(part, verdict);
      this.#undo.push({ revert: () => this.#revert(part, before) });
    }
    const marked = texts.notices.marked(baseName(part.name), texts.human[verdict]);
    this.#notices.spoken = marked;
    if (!this.#list.advance()) this.#notices.say(`${marked}. ${texts.notices.noneLeft}`);
  }

  /** On to the next part that waits, without a mark. */
  advance(): void {
    if (!this.#list.advance()) this.#notices.say(texts.notices.noneLeft);
  }

  async undo(): Promise<void> {
    const action = this.#undo.pop();
    this.#notices.say(action === undefined ? texts.notices.nothingToUndo : await action.revert());
  }

  async #revert(part: Part, before: HumanVerdict | null): Promise<string> {
    this.#list.selectSeq(part.seq);
    await this.#set(part, before);
    return texts.notices.takenBack(baseName(part.name));
  }

  #set(part: Part, verdict: HumanVerdict | null): Promise<void> {
    const now = this.#run.parts[part.seq];
    if (now?.id !== part.id) return Promise.resolve();
    const before = now.verdict;
    this.#run.saving.set(part.id, verdict);
    this.#run.setVerdict(now, verdict);
    const saved = this.#chain.then(() => this.#save(part, verdict, before));
    this.#chain = saved;
    return saved;
  }

  async #save(part: Part, verdict: HumanVerdict | null, before: HumanVerdict | null): Promise<void> {
    let answer: Part | null = null;
    try {
      answer = await call('part.verdict', { partId: part.id, verdict });
    } catch (thrown) {
      this.#notices.fail(thrown, texts.notices.verdictNotSaved(baseName(part.name)));
    }
    // A newer mark of the same part is on its way: that one decides what is shown.
    if (this.#run.saving.get(part.id) !== verdict) return;
    this.#run.saving.delete(part.id);
    const now = this.#run.parts[part.seq];
    if (now?.id !== part.id) return;
    if (answer !== null) this.#run.apply([answer]);
    else this.#run.setVerdict(now, before);
  }
}
