// Blind second reviews: a sample drawn by chance and kept, the second verdicts on it, and how far both agree once it has ended.
// Runs in the history service and on the command line (Node).
import { randomBytes } from 'node:crypto';
import { LoupeError } from '../../../models/errors.ts';
import { randomFor, shuffled } from '../../../models/train/random.ts';
import type { HumanVerdict } from '../../common/domain.ts';
import type {
  Disagreement,
  Said,
  SampleSize,
  SecondPart,
  SecondResult,
  SecondReview,
} from '../../common/second-review.ts';
import { agreement } from '../../common/statistics.ts';
import type { Audit } from './audit.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import type { Clock } from './clock.ts';
import { damaged, notFound } from './failure.ts';
import type { Access } from './ledger.ts';
import type { Parts } from './parts.ts';
import type { Runs } from './runs.ts';
import type { Database, Statement } from './sqlite.ts';
import type { SecondReviewRow, SecondSampleRow, SecondVerdictRow, Tables } from './tables.ts';

export interface Draw {
  readonly runId: number;
  readonly size: SampleSize;
  readonly heat: boolean;
  readonly author: string;
}

interface Judged {
  readonly id: number;
  readonly verdict_id: number;
}

/** The sample as the chain remembers it. */
export const sampleHash = (samples: readonly SecondSampleRow[]): string =>
  sha256(canonicalJson(samples.map(({ place, part_id, verdict_id }) => [place, part_id, verdict_id])));

/** The same seed and the same judged parts in their order give the same sample, in the same order. */
export const drawSample = <T>(judged: readonly T[], seed: number, size: number): T[] =>
  shuffled(judged, randomFor(seed, 'second review')).slice(0, size);

export class SecondReviews {
  readonly #ledger: Access;
  readonly #tables: Tables;
  readonly #runs: Runs;
  readonly #parts: Parts;
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #ofRun: ReturnType<Tables['secondReviews']['select']>;
  readonly #samples: ReturnType<Tables['secondSamples']['select']>;
  readonly #one: ReturnType<Tables['secondSamples']['select']>;
  readonly #done: Statement<number>;
  readonly #newest: ReturnType<Tables['secondVerdicts']['select']>;
  readonly #judged: Statement<Judged>;
  readonly #end: (row: SecondReviewRow) => SecondReviewRow;

  constructor(
    ledger: Access,
    tables: Tables,
    services: { db: Database; runs: Runs; parts: Parts; audit: Audit; clock: Clock },
  ) {
    this.#ledger = ledger;
    this.#tables = tables;
    this.#runs = services.runs;
    this.#parts = services.parts;
    this.#audit = services.audit;
    this.#clock = services.clock;
    this.#ofRun = tables.secondReviews.select('WHERE run_id = ? ORDER BY id DESC');
    this.#samples = tables.secondSamples.select('WHERE review_id = ? ORDER BY place');
    this.#one = tables.secondSamples.select('WHERE review_id = ? AND part_id = ?');
    this.#done = services.db
      .prepare<number>(
        `SELECT count(DISTINCT v.sample_id) FROM second_samples s JOIN second_verdicts v ON v.sample_id = s.id
         WHERE s.review_id = ?`,
      )
      .pluck();
    this.#newest = tables.secondVerdicts.select('WHERE sample_id = ? ORDER BY id DESC LIMIT 1');
    this.#end = tables.secondReviews.updater(['ended_by', 'ended_at']);
    this.#judged = services.db.prepare(
      `SELECT p.id, p.verdict_id FROM parts p JOIN verdicts v ON v.id = p.verdict_id
       WHERE p.run_id = ? AND v.verdict IS NOT NULL ORDER BY p.seq`,
    );
  }

  /** Throws `second.nothing` when no part is judged, `second.open` while another review of the run is open. */
  draw({ runId, size, heat, author }: Draw): SecondReview {
    return this.#ledger.write(() => {
      this.#runs.row(runId);
      if (this.list(runId).some((review) => review.endedAt === null)) throw new LoupeError('second.open');
      const judged = this.#judged.all(runId);
      if (judged.length === 0) throw new LoupeError('second.nothing');
      const wanted = 'count' in size ? size.count : Math.round(size.share * judged.length);
      const most = Math.min(judged.length, Math.max(1, wanted));
      const seed = randomBytes(4).readUInt32BE();
      const review = this.#tables.secondReviews.insert({
        id: this.#tables.secondReviews.nextId(),
        ...{ run_id: runId, seed, judged: judged.length, size: most, heat: heat ? 1 : 0, author },
        ...{ made_at: this.#clock.now(), ended_by: null, ended_at: null },
      });
      const firstId = this.#tables.secondSamples.nextId();
      const samples = drawSample(judged, seed, most).map((part, place) =>
        this.#tables.secondSamples.insert({
          ...{ id: firstId + place, review_id: review.id, place },
          ...{ part_id: part.id, verdict_id: part.verdict_id },
        }),
      );
      this.#audit.add({
        actor: author,
        action: 'second.drawn',
        subject: `run ${runId}`,
        detail: {
          row: review.id,
          seed,
          judged: judged.length,
          size: most,
          heat,
          sha256: sampleHash(samples),
        },
      });
      return this.#toReview(review);
    });
  }

  /** Newest first. */
  list(runId: number): SecondReview[] {
    return this.#ledger.read(() =>
      this.#ofRun.all(runId).map((row) => this.#toReview(this.#tables.secondReviews.verify(row))),
    );
  }

  /** The sample in its order, without anything of the first look. */
  parts(reviewId: number): { review: SecondReview; parts: SecondPart[] } {
    return this.#ledger.read(() => {
      const row = this.#row(reviewId);
      const parts = this.#sample(row).map((sample) => ({
        place: sample.place,
        partId: sample.part_id,
        verdict: this.#second(sample)?.verdict ?? null,
      }));
      return { review: this.#toReview(row), parts };
    });
  }

  /** Of several verdicts on one part the newest counts. Throws `second.ended`. */
  judge(given: { reviewId: number; partId: number; verdict: HumanVerdict; author: string }): SecondPart {
    const { reviewId, partId, verdict, author } = given;
    return this.#ledger.write(() => {
      const review = this.#row(reviewId);
      if (review.ended_at !== null) throw new LoupeError('second.ended');
      const found = this.#one.get(reviewId, partId);
      if (!found) throw notFound(`Part ${partId} of the second review ${reviewId}`);
      const sample = this.#tables.secondSamples.verify(found);
      const row = this.#tables.secondVerdicts.insert({
        id: this.#tables.secondVerdicts.nextId(),
        ...{ sample_id: sample.id, verdict, author, made_at: this.#clock.now() },
      });
      this.#audit.add({
        actor: author,
        action: 'second.judged',
        subject: `part ${partId}`,
        detail: { row: row.id, review: reviewId, sample: sample.id, verdict },
      });
      return { place: sample.place, partId, verdict };
    });
  }

  /** From then on nothing more is accepted, and the result may be seen. Ending twice changes nothing. */
  end(reviewId: number, author: string): SecondResult {
    return this.#ledger.write(() => {
      const row = this.#row(reviewId);
      if (row.ended_at === null) {
        this.#end({ ...row, ended_by: author, ended_at: this.#clock.now() });
        const { done, size } = this.#toReview(row);
        this.#audit.add({
          actor: author,
          action: 'second.ended',
          subject: `run ${row.run_id}`,
          detail: { row: row.id, done, size },
        });
      }
      return this.result(reviewId);
    });
  }

  /** Throws `second.blind` before the end. */
  result(reviewId: number): SecondResult {
    return this.#ledger.read(() => {
      const row = this.#row(reviewId);
      if (row.ended_at === null) throw new LoupeError('second.blind');
      const both = this.pairs(row);
      const counts = { ok: none(), ng: none(), unsure: none() };
      for (const { first, second } of both) counts[first.verdict][second.verdict]++;
      const pairs = both.map(({ first, second }) => ({
        first: first.verdict,
        second: second.verdict,
        count: 1,
      }));
      return {
        review: this.#toReview(row),
        agreement: agreement(pairs),
        counts,
        samePerson: both.filter(({ first, second }) => first.author === second.author).length,
        disagreements: both.filter(({ first, second }) => first.verdict !== second.verdict),
      };
    });
  }

  /** Both verdicts of each part that was judged twice, in the order of the sample. */
  pairs(review: SecondReviewRow): Disagreement[] {
    return this.#sample(review).flatMap((sample) => {
      const second = this.#second(sample);
      const first = this.#tables.verdicts.find(sample.verdict_id);
      if (first?.part_id !== sample.part_id || first.verdict === null) {
        throw damaged(`The first verdict of part ${sample.part_id} is gone.`);
      }
      if (!second) return [];
      const { name } = this.#parts.row(sample.part_id);
      const { verdict } = first;
      return [{ partId: sample.part_id, name, first: said({ ...first, verdict }), second: said(second) }];
    });
  }

  #row(reviewId: number): SecondReviewRow {
    const row = this.#tables.secondReviews.find(reviewId);
    if (!row) throw notFound(`Second review ${reviewId}`);
    return row;
  }

  /** Whole, or `history.damaged`: a part that is hidden would make the agreement another one. */
  #sample(review: SecondReviewRow): SecondSampleRow[] {
    const rows = this.#samples.all(review.id).map((row) => this.#tables.secondSamples.verify(row));
    if (rows.length !== review.size || rows.some((row, i) => row.place !== i)) {
      throw damaged(`The sample of second review ${review.id} is not whole.`);
    }
    return rows;
  }

  #second(sample: SecondSampleRow): SecondVerdictRow | undefined {
    const row = this.#newest.get(sample.id);
    return row && this.#tables.secondVerdicts.verify(row);
  }

  #toReview(row: SecondReviewRow): SecondReview {
    return {
      id: row.id,
      runId: row.run_id,
      ...{ seed: row.seed, judged: row.judged, size: row.size, heat: row.heat === 1, author: row.author },
      createdAt: row.made_at,
      done: this.#done.get(row.id) ?? 0,
      ...{ endedBy: row.ended_by, endedAt: row.ended_at },
    };
  }
}

const none = (): Record<HumanVerdict, number> => ({ ok: 0, ng: 0, unsure: 0 });

const said = ({
  verdict,
  author,
  made_at,
}: {
  verdict: HumanVerdict;
  author: string;
  made_at: string;
}): Said => ({
  ...{ verdict, author },
  at: made_at,
});
