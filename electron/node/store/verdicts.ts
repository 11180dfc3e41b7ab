// What operators say about parts: rows that are only ever added, each with what its author saw at that moment.
// Runs in the history service (Node).
import { machineVerdict, type HumanVerdict, type Part } from '../../common/domain.ts';
import type { Ledger } from './ledger.ts';
import type { Parts } from './parts.ts';
import type { Runs } from './runs.ts';
import type { PartRow, Tables } from './tables.ts';

export class Verdicts {
  readonly #ledger: Ledger;
  readonly #table: Tables['verdicts'];
  readonly #runs: Runs;
  readonly #parts: Parts;
  readonly #point: (part: PartRow) => PartRow;

  constructor(ledger: Ledger, tables: Tables, runs: Runs, parts: Parts) {
    this.#ledger = ledger;
    this.#table = tables.verdicts;
    this.#runs = runs;
    this.#parts = parts;
    this.#point = tables.parts.updater(['verdict_id']);
  }

  /** Null takes the verdict before back; that is a row, too. */
  record(partId: number, verdict: HumanVerdict | null, author: string): Part {
    return this.#ledger.write(() => {
      const part = this.#parts.row(partId);
      const thresholds = this.#runs.thresholds(this.#runs.row(part.run_id));
      const row = this.#table.insert({
        id: this.#table.nextId(),
        part_id: part.id,
        verdict,
        author,
        made_at: new Date().toISOString(),
        // Without thresholds there is no session and no score yet: only 'pending' or 'failed' is possible.
        machine: machineVerdict(part, thresholds ?? { review: 1, reject: 1 }),
        score: part.score,
        review: thresholds?.review ?? null,
        reject: thresholds?.reject ?? null,
      });
      return this.#parts.toPart(this.#point({ ...part, verdict_id: row.id }));
    });
  }
}
