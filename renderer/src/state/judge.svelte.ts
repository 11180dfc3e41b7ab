// The operator's verdicts: shown at once, confirmed when they are on the disk, taken back in order; one part or many at a time.
// Runs in the page.
import type { HumanVerdict, Part } from '../../../electron/common/domain.ts';
import { TwoStage } from '../features/review/two-stage.svelte.ts';
import { call } from '../lib/client.ts';
import { texts } from '../lib/texts.ts';
import type { ListStore } from './list.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import type { PreferenceStore } from './preferences.svelte.ts';
import { markOf, sameMark, type Mark, type RunStore } from './run.svelte.ts';
import type { UndoStack } from './undo.svelte.ts';

/** What the small sheet asks for. */
export type Asking = 'kind' | 'comment';

export class Judge {
  readonly #run: RunStore;
  readonly #list: ListStore;
  readonly #notices: Notices;
  readonly #undo: UndoStack;
  readonly #preferences: PreferenceStore;
  readonly twoStage = new TwoStage();
  /** The small sheet over the page, while it is open. */
  asking = $state<Asking | null>(null);
  /** The verdict under which a kind is asked for. */
  askingFor = $state<HumanVerdict>('ng');
  /** One after the other: two quick marks of one part must reach the history in the order of the keys. */
  #chain: Promise<unknown> = Promise.resolve();

  constructor(
    run: RunStore,
    list: ListStore,
    notices: Notices,
    undo: UndoStack,
    preferences: PreferenceStore,
  ) {
    this.#run = run;
    this.#list = list;
    this.#notices = notices;
    this.#undo = undo;
    this.#preferences = preferences;
  }

  /** A key was pressed: with two stages the first press only arms. */
  press(verdict: HumanVerdict): void {
    if (this.#list.targets.length === 0) return;
    if (this.#preferences.current.twoStage && !this.twoStage.press(verdict)) {
      this.#notices.spoken = texts.review.again(texts.human[verdict]);
      return;
    }
    this.choose(verdict);
  }

  /** A button was pressed, or a key for good. */
  choose(verdict: HumanVerdict): void {
    this.twoStage.release();
    if (verdict === 'ng' && this.#preferences.current.askKind) this.ask('kind', verdict);
    else this.mark(verdict);
  }

  ask(what: Asking, verdict?: HumanVerdict): void {
    const [first] = this.#list.targets;
    if (first === undefined) return;
    // A part that is called unsure stays so when it gets a kind; any other one with a defect is NG.
    this.askingFor = verdict ?? (first.verdict === 'unsure' ? 'unsure' : 'ng');
    this.asking = what;
  }

  /** Marks the chosen parts and goes on to the next one that waits. A comment stays through a change of mind. */
  mark(verdict: HumanVerdict, kind: string | null = null): void {
    const marked = this.#give((part) => ({
      verdict,
      defectKind: verdict === 'ok' ? null : (kind ?? (part.verdict === verdict ? part.defectKind : null)),
      comment: part.comment,
    }));
    if (marked === 0) return;
    if (kind !== null) this.#preferences.learnKind(kind);
    const word = kind === null ? texts.human[verdict] : `${texts.human[verdict]}, ${kind}`;
    this.#tell(marked, word);
  }

  /** A comment belongs to a verdict: what nobody has judged yet is unsure. '' takes it off. */
  comment(text: string): void {
    const comment = text.trim() === '' ? null : text.trim();
    const changed = this.#give((part) => ({
      verdict: part.verdict ?? 'unsure',
      defectKind: part.defectKind,
      comment,
    }));
    if (changed > 0) this.#notices.say(texts.review.commented(changed));
  }

  /** On to the next part that waits, without a mark. */
  advance(): void {
    if (!this.#list.advance()) this.#notices.say(texts.notices.noneLeft);
  }

  async undo(): Promise<void> {
    this.twoStage.release();
    const action = this.#undo.pop();
    this.#notices.say(action === undefined ? texts.notices.nothingToUndo : await action.revert());
  }

  /** Gives every chosen part its mark, with one undo for all; answers how many parts were meant. */
  #give(markFor: (part: Part) => Mark): number {
    const { targets } = this.#list;
    const changes = targets
      .map((part) => ({ part, before: markOf(part), after: markFor(part) }))
      .filter(({ before, after }) => !sameMark(before, after));
    for (const { part, after } of changes) void this.#set(part, after);
    if (changes.length > 0) {
      this.#undo.push({
        revert: async () => {
          this.#list.selectSeq(changes[0]!.part.seq);
          await Promise.all(changes.map(({ part, before }) => this.#set(part, before)));
          return changes.length === 1
            ? texts.notices.takenBack(changes[0]!.part.name)
            : texts.review.takenBackMany(changes.length);
        },
      });
    }
    return targets.length;
  }

  #tell(marked: number, word: string): void {
    const first = this.#list.targets[0];
    const said =
      marked === 1 && first !== undefined
        ? texts.notices.marked(first.name, word)
        : texts.review.markedMany(marked, word);
    this.#notices.spoken = said;
    this.#list.chooseNone();
    if (marked > 1) this.#notices.say(said);
    if (!this.#preferences.current.autoAdvance) return;
    if (!this.#list.advance()) this.#notices.say(`${said} · ${texts.notices.noneLeft}`);
  }

  #set(part: Part, mark: Mark): Promise<void> {
    const now = this.#run.parts[part.seq];
    if (now?.id !== part.id) return Promise.resolve();
    const before = markOf(now);
    this.#run.saving.set(part.id, mark);
    this.#run.setMark(now, mark);
    const saved = this.#chain.then(() => this.#save(part, mark, before));
    this.#chain = saved;
    return saved;
  }

  async #save(part: Part, mark: Mark, before: Mark): Promise<void> {
    let answer: Part | null = null;
    try {
      const { verdict, defectKind, comment } = mark;
      answer = await call('part.verdict', {
        partId: part.id,
        verdict,
        ...(verdict !== null && defectKind !== null ? { defectKind } : {}),
        ...(verdict !== null && comment !== null ? { comment } : {}),
      });
    } catch (thrown) {
      this.#notices.fail(thrown, texts.notices.verdictNotSaved(part.name));
    }
    // A newer mark of the same part is on its way: that one decides what is shown.
    if (this.#run.saving.get(part.id) !== mark) return;
    this.#run.saving.delete(part.id);
    const now = this.#run.parts[part.seq];
    if (now?.id !== part.id) return;
    if (answer !== null) this.#run.apply([answer]);
    else this.#run.setMark(now, before);
  }
}
