// What can be taken back, newest last. Taking back is a new record in the history, never an erasure.
// Runs in the page.

export interface Undoable {
  /** Sets the earlier state again; answers what to tell the operator. */
  revert: () => Promise<string>;
}

const MOST = 200;

export class UndoStack {
  #actions: Undoable[] = [];
  size = $state(0);

  push(action: Undoable): void {
    this.#actions = [...this.#actions, action].slice(-MOST);
    this.size = this.#actions.length;
  }

  /** The newest action, taken off the stack; the caller reverts it. */
  pop(): Undoable | undefined {
    const action = this.#actions.pop();
    this.size = this.#actions.length;
    return action;
  }

  /** Forgets an action that came to nothing. */
  drop(action: Undoable): void {
    this.#actions = this.#actions.filter((known) => known !== action);
    this.size = this.#actions.length;
  }

  clear(): void {
    this.#actions = [];
    this.size = 0;
  }
}
