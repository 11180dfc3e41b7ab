// The hash chain: every verdict and every audit event carries the SHA-256 of itself and of the one before.
// Runs in the history service and on the command line (Node).
import { hash } from 'node:crypto';
import type { SealedTable } from './sealed.ts';
import type { Database, SqlValue, Statement } from './sqlite.ts';

/** The end of the chain: how many links, and the hash of the last one ('' for none). */
export interface ChainEnd {
  readonly links: number;
  readonly head: string;
}

/**
 * The hash of a row: SHA-256 over the previous hash (64 hexadecimal digits; nothing for the first), a line feed, and the
 * JSON array of the table's name and the row's values in the order of its columns, `link` last, `hash` and `seal` left out.
 * docs/history.md says the same, so that an auditor can compute it with other tools.
 */
export const linkHash = (previous: string, table: string, values: readonly SqlValue[]): string =>
  hash('sha256', `${previous}\n${JSON.stringify([table, ...values])}`, 'hex');

/**
 * The head as people compare it: the number of links and the first 64 bits of the last hash, "1284-9f3c-07be-51aa-e0d2".
 * Finding other rows with the same 64 bits takes 2^64 tries; the whole hash is in every export.
 */
export function chainCode({ links, head }: ChainEnd): string {
  return [String(links), ...(head.slice(0, 16).match(/.{4}/g) ?? [])].join('-');
}

export function readChainEnd(db: Database): ChainEnd {
  return db.prepare<ChainEnd>('SELECT links, head FROM ledger WHERE id = 1').get() ?? { links: 0, head: '' };
}

type Linked = Readonly<{ link: number; hash: string }>;

/** Appends rows to the tables of the chain. Only inside `ledger.write`. */
export class Chain {
  readonly #end: Statement<ChainEnd>;
  readonly #move: Statement<never>;

  constructor(db: Database) {
    this.#end = db.prepare('SELECT links, head FROM ledger WHERE id = 1');
    this.#move = db.prepare('UPDATE ledger SET links = ?, head = ? WHERE id = 1');
  }

  /** The end as it is now: read each time, because a transaction that fails takes it back. */
  end(): ChainEnd {
    return this.#end.get() ?? { links: 0, head: '' };
  }

  append<R extends Linked & Readonly<Record<keyof R, SqlValue>>>(
    table: SealedTable<R>,
    row: Omit<R, 'link' | 'hash'>,
  ): R {
    const { links, head } = this.end();
    const unhashed = { ...row, link: links + 1, hash: '' } as unknown as R;
    const next = linkHash(head, table.name, table.chained(unhashed));
    const written = table.insert({ ...unhashed, hash: next });
    this.#move.run(links + 1, next);
    return written;
  }
}
