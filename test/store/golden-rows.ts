// A history of an older schema, written row by row with the rules of its time: seals, links and all.
// Runs in the tests (Node).
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { migrate, MIGRATIONS } from '../../electron/node/store/migrations/index.ts';
import { openSqlite, type Database, type SqlValue } from '../../electron/node/store/sqlite.ts';
import { databaseOf } from './support.ts';

type Row = Readonly<Record<string, SqlValue>>;

export const GOLDEN_TIME = '2026-11-22T07:31:00.000Z';
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export class GoldenHistory {
  readonly db: Database;
  #events = 1; // the chain has begun
  #links: number;
  #head: string;

  constructor(folder: string, schema: number) {
    mkdirSync(dirname(databaseOf(folder)), { recursive: true });
    this.db = openSqlite(databaseOf(folder));
    migrate(this.db, MIGRATIONS.slice(0, schema));
    this.db.pragma('foreign_keys = 0'); // parts name verdicts that are inserted after them
    const end = this.db.prepare<{ links: number; head: string }>('SELECT links, head FROM ledger').get()!;
    this.#links = end.links;
    this.#head = end.head;
  }

  /** `sealed`: how many columns count; those behind them were added by a migration and hold nothing. */
  insert(table: string, row: Row, sealed = Object.keys(row).length): void {
    const columns = Object.keys(row);
    const values = Object.values(row);
    const marks = columns.map(() => '?').join(', ');
    const seal = crc32(JSON.stringify(values.slice(0, sealed)), crc32(table));
    this.db
      .prepare(`INSERT INTO ${table} (${columns.join(', ')}, seal) VALUES (${marks}, ?)`)
      .run(...values, seal);
  }

  link(table: string, row: Row): void {
    this.#links++;
    this.#head = sha256(`${this.#head}\n${JSON.stringify([table, ...Object.values(row), this.#links])}`);
    this.insert(table, { ...row, link: this.#links, hash: this.#head });
    this.db.prepare('UPDATE ledger SET links = ?, head = ?').run(this.#links, this.#head);
  }

  event(action: string, subject: string, reason: string | null, detail: object): void {
    this.#events++;
    this.link('audit', {
      ...{ id: this.#events, made_at: GOLDEN_TIME, actor: 'eva', action, subject, reason },
      detail: JSON.stringify(detail),
    });
  }

  close(): void {
    this.db.exec('UPDATE ledger SET commits = 12');
    this.db.close();
  }
}
