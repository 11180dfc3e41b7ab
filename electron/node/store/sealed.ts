// Tables whose every row carries a checksum: SQLite has none, and a flipped bit in a score is still a valid score.
// Runs in the history service (Node).
import { crc32 } from 'node:zlib';
import { damaged } from './failure.ts';
import type { Database, SqlValue, Statement } from './sqlite.ts';

type Sealed<R> = R & { readonly seal: number };

/** Text as it will be read back: SQLite keeps UTF-8, in which half a surrogate pair has no place. */
const storable = (value: SqlValue): SqlValue => (typeof value === 'string' ? value.toWellFormed() : value);

/** The checksum of a row of this table. */
export const sealOf = (table: string, values: readonly SqlValue[]): number =>
  crc32(JSON.stringify(values), crc32(table));

/**
 * A table with a `seal` column: the CRC-32 of the row, checked whenever the row is read.
 * It shows damage, not tampering: whoever can compute a CRC can forge one.
 */
export class SealedTable<R extends Readonly<Record<keyof R, SqlValue>>> {
  readonly #db: Database;
  readonly name: string;
  readonly #columns: readonly (keyof R & string)[];
  readonly #sealed: number;
  readonly #insert: Statement<never>;
  readonly #find: Statement<Sealed<R>>;
  readonly #last: Statement<number>;

  /**
   * The first column is the primary key. Columns that a migration `added` stand last and count only where they hold
   * something, so that the rows of old keep their seals.
   */
  constructor(db: Database, name: string, columns: readonly (keyof R & string)[], added = 0) {
    this.#db = db;
    this.name = name;
    this.#columns = columns;
    this.#sealed = columns.length - added;
    const marks = columns.map(() => '?').join(', ');
    this.#insert = db.prepare(`INSERT INTO ${name} (${columns.join(', ')}, seal) VALUES (${marks}, ?)`);
    this.#find = this.select(`WHERE ${columns[0]} = ?`);
    this.#last = db.prepare<number>(`SELECT coalesce(max(${columns[0]}), 0) FROM ${name}`).pluck();
  }

  /** A query for whole rows; pass each one through `verify`. */
  select(rest: string): Statement<Sealed<R>> {
    return this.#db.prepare(`SELECT ${this.#columns.join(', ')}, seal FROM ${this.name} ${rest}`);
  }

  /** The row itself, or `history.damaged` when it is not what was written. */
  verify(row: Sealed<R>): R {
    if (this.#seal(this.#values(row)) !== row.seal) {
      throw damaged(`Row ${row[this.#columns[0] as keyof R]} of ${this.name} does not match its checksum.`);
    }
    return row;
  }

  find(key: SqlValue): R | undefined {
    const row = this.#find.get(key);
    return row && this.verify(row);
  }

  /** Ids are given here and not by SQLite, because the seal covers them. There is one writer. */
  nextId(): number {
    return (this.#last.get() ?? 0) + 1;
  }

  /** Appends the row and returns it as it will be read back. */
  insert(row: R): R {
    const values = this.#values(row).map(storable);
    this.#insert.run(...values, this.#seal(values));
    return Object.fromEntries(this.#columns.map((column, i) => [column, values[i]])) as R;
  }

  /** A function that stores these columns of a changed row; triggers refuse columns that must not change. */
  updater(changed: readonly (keyof R & string)[]): (row: R) => R {
    const key = this.#columns[0]!;
    const update = this.#db.prepare<never>(
      `UPDATE ${this.name} SET ${changed.map((column) => `${column} = ?`).join(', ')}, seal = ? WHERE ${key} = ?`,
    );
    const places = changed.map((column) => this.#columns.indexOf(column));
    return (row) => {
      const values = this.#values(row).map(storable);
      update.run(...places.map((place) => values[place]!), this.#seal(values), row[key]);
      return row;
    };
  }

  /** What the chain hashes of a row: everything but the hash itself, which stands last. */
  chained(row: R): SqlValue[] {
    return this.#values(row).slice(0, -1).map(storable);
  }

  #values(row: R): SqlValue[] {
    return this.#columns.map((column) => row[column]);
  }

  #seal(values: SqlValue[]): number {
    let end = values.length;
    while (end > this.#sealed && values[end - 1] === null) end--;
    return sealOf(this.name, values.slice(0, end));
  }
}
