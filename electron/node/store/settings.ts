// What the page wants to find again. Nothing that decides a verdict belongs here: those things are versioned rows.
// Runs in the history service (Node).
import type { Ledger } from './ledger.ts';
import type { SettingRow, Tables } from './tables.ts';

export class Settings {
  readonly #ledger: Ledger;
  readonly #table: Tables['settings'];
  readonly #replace: (row: SettingRow) => SettingRow;

  constructor(ledger: Ledger, tables: Tables) {
    this.#ledger = ledger;
    this.#table = tables.settings;
    this.#replace = tables.settings.updater(['value']);
  }

  get(key: string): string | null {
    return this.#ledger.read(() => this.#table.find(key)?.value ?? null);
  }

  set(key: string, value: string): void {
    this.#ledger.write(() => {
      if (this.#table.find(key)) this.#replace({ key, value });
      else this.#table.insert({ key, value });
    });
  }
}
