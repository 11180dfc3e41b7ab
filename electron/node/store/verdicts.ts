// What operators say about parts: rows that are only ever added, each with what its author saw at that moment.
// Runs in the history service (Node).
import { machineVerdict, type Part } from '../../common/domain.ts';
import type { NewVerdict } from '../../common/history-service.ts';
import { LoupeError } from '../../../models/errors.ts';
import type { Chain } from './chain.ts';
import type { Clock } from './clock.ts';
import type { Ledger } from './ledger.ts';
import type { Parts } from './parts.ts';
import type { Runs } from './runs.ts';
import type { PartRow, Tables } from './tables.ts';

export class Verdicts {
  readonly #ledger: Ledger;
  readonly #table: Tables['verdicts'];
  readonly #runs: Runs;
  readonly #parts: Parts;
  readonly #chain: Chain;
  readonly #clock: Clock;
  readonly #point: (part: PartRow) => PartRow;

  constructor(
    ledger: Ledger,
    tables: Tables,
    { runs, parts, chain, clock }: { runs: Runs; parts: Parts; chain: Chain; clock: Clock },
  ) {
    this.#ledger = ledger;
    this.#table = tables.verdicts;
    this.#runs = runs;
    this.#parts = parts;
    this.#chain = chain;
    this.#clock = clock;
    this.#point = tables.parts.updater(['verdict_id']);
  }

  /** Null takes the verdict before back; that is a row, too. */
  record({ partId, verdict, author, defectKind, comment }: NewVerdict): Part {
    if (defectKind !== undefined && (verdict === null || verdict === 'ok')) {
      throw new LoupeError('usage', { reason: 'A kind of defect belongs to the verdicts NG and unsure.' });
    }
    return this.#ledger.write(() => {
      const part = this.#parts.row(partId);
      const run = this.#runs.row(part.run_id);
      const thresholds = this.#runs.thresholds(run);
      const regions = this.#runs.recipe(run)?.settings.regions;
      const row = this.#chain.append(this.#table, {
        id: this.#table.nextId(),
        part_id: part.id,
        verdict,
        author,
        made_at: this.#clock.now(),
        // Without thresholds there is no session and no score yet: only 'pending' or 'failed' is possible.
        machine: machineVerdict(part, thresholds ?? { review: 1, reject: 1 }),
        score: part.score,
        review: thresholds?.review ?? null,
        reject: thresholds?.reject ?? null,
        defect_kind: defectKind ?? null,
        comment: comment ?? null,
        region_threshold: regions?.threshold ?? null,
        region_min_area: regions?.minArea ?? null,
        recipe_version_id: run.recipe_version_id,
      });
      return this.#parts.toPart(this.#point({ ...part, verdict_id: row.id }));
    });
  }
}
