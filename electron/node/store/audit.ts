// The audit trail: what happened beside verdicts, as rows of the chain that are only ever added.
// Runs in the history service (Node).
import type { AuditEvent } from '../../common/history-service.ts';
import type { Chain } from './chain.ts';
import type { Clock } from './clock.ts';
import type { Access } from './ledger.ts';
import type { AuditRow, Tables } from './tables.ts';

/** Whom events name that nobody asked for: a moved clock, a backup on schedule. */
export const PROGRAM = 'loupe';

export type NewEvent = Pick<AuditEvent, 'actor' | 'action' | 'subject'> &
  Partial<Pick<AuditEvent, 'reason' | 'detail'>>;

export class Audit {
  readonly #ledger: Access;
  readonly #table: Tables['audit'];
  readonly #chain: Chain;
  readonly #clock: Clock;
  readonly #before: ReturnType<Tables['audit']['select']>;

  constructor(ledger: Access, tables: Tables, chain: Chain, clock: Clock) {
    this.#ledger = ledger;
    this.#table = tables.audit;
    this.#chain = chain;
    this.#clock = clock;
    this.#before = tables.audit.select('WHERE link < ? ORDER BY link DESC LIMIT ?');
  }

  /** Only inside `ledger.write`: an event and the change that it tells of are one transaction. */
  add({ actor, action, subject, reason = null, detail = {} }: NewEvent): AuditRow {
    return this.#chain.append(this.#table, {
      id: this.#table.nextId(),
      made_at: this.#clock.now(),
      actor,
      action,
      subject,
      reason,
      detail: JSON.stringify(detail),
    });
  }

  /** An event without another change. */
  record(event: NewEvent): AuditEvent {
    return this.#ledger.write(() => toEvent(this.add(event)));
  }

  /** Newest first, those before `beforeLink` (absent: from the newest). */
  list(limit: number, beforeLink = Number.MAX_SAFE_INTEGER): AuditEvent[] {
    return this.#ledger.read(() =>
      this.#before.all(beforeLink, limit).map((row) => toEvent(this.#table.verify(row))),
    );
  }
}

/** Who started a run, as the chain tells it; null where nobody noted it. Throws `history.damaged`. */
export function starterOf({ audit }: Pick<Tables, 'audit'>): (runId: number) => string | null {
  const created = audit.select("WHERE subject = ? AND action = 'run.created' ORDER BY link LIMIT 1");
  return (runId) => {
    const event = created.get(`run ${runId}`);
    return event ? audit.verify(event).actor : null;
  };
}

const toEvent = (row: AuditRow): AuditEvent => ({
  link: row.link,
  at: row.made_at,
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  reason: row.reason,
  detail: JSON.parse(row.detail) as AuditEvent['detail'],
  hash: row.hash,
});
