// Looks after an open history: its backups by hand and by day, its disk use, what of its pictures goes.
// Runs in the history service (Node).
import { z } from 'zod';
import type { RetentionPlan, RetentionRule } from '../../common/retention.ts';
import type { BackupFile, HistoryEvents, HistoryState } from '../../common/history-service.ts';
import { PROGRAM } from './audit.ts';
import { chainName, KEPT_BACKUPS, listBackups, makeBackup } from './backups.ts';
import { chainCode, readChainEnd } from './chain.ts';
import { diskUse } from './disk-use.ts';
import { carryOut, planRetention, readRule } from './retention.ts';
import { scheduleDaily } from './schedule.ts';
import type { Store } from './store.ts';

const KEY = 'backup';
const Settings = z.object({ folder: z.string().min(1).nullable(), keep: z.number().int().min(1).max(1000) });

export interface KeeperEvents {
  readonly onBackup: (end: HistoryEvents['backup.ended']) => void;
  readonly onRetention: (end: HistoryEvents['retention.ended']) => void;
}

/** When the daily retention was last done. */
const RETAINED_KEY = 'retention.done';

export class Keeper {
  readonly #store: Store;
  readonly #dataFolder: string;
  readonly #stop: () => void;
  /** One at a time: two would push each other's generations out. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store, dataFolder: string, { onBackup, onRetention }: KeeperEvents) {
    this.#store = store;
    this.#dataFolder = dataFolder;
    const stopBackups = scheduleDaily({
      newest: () => this.#list()[0]?.at ?? null,
      make: () => this.backUp(PROGRAM),
      onEnd: (end) =>
        onBackup('made' in end ? { made: end.made, error: null } : { made: null, error: end.error }),
    });
    const stopRetention = scheduleDaily({
      newest: () => this.#retainedAt(),
      make: () => this.retain(PROGRAM),
      onEnd: (end) =>
        onRetention('made' in end ? { done: end.made, error: null } : { done: null, error: end.error }),
    });
    this.#stop = () => {
      stopBackups();
      stopRetention();
    };
  }

  planRetention(rule?: RetentionRule): Promise<RetentionPlan> {
    const { runs, settings } = this.#store;
    return planRetention(this.#dataFolder, runs.list(), rule ?? readRule(settings));
  }

  /** By the rule that was set; never while a backup is made. */
  retain(author: string): Promise<RetentionPlan> {
    const done = this.#last.then(async () => {
      const plan = await this.planRetention();
      const carriedOut = await carryOut(this.#store, this.#dataFolder, plan, author);
      this.#store.settings.set(RETAINED_KEY, new Date().toISOString());
      return carriedOut;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** What is not to be done daily is never due. */
  #retainedAt(): string | null {
    const { settings } = this.#store;
    return readRule(settings).daily ? settings.get(RETAINED_KEY) : new Date().toISOString();
  }

  /** Into the folder of the schedule unless another one is named; recorded in the audit trail. */
  backUp(author: string, folder?: string): Promise<BackupFile> {
    const { db, audit } = this.#store;
    const settings = this.#settings();
    const made = this.#last.then(async () => {
      const backup = await makeBackup(db, folder ?? settings.folder, settings.keep);
      audit.record({
        actor: author,
        action: 'history.backed_up',
        subject: 'history',
        detail: { path: backup.path, bytes: backup.bytes },
      });
      return backup;
    });
    this.#last = made.catch(() => undefined);
    return made;
  }

  schedule(author: string, folder: string | null, keep: number): void {
    this.#store.settings.set(KEY, JSON.stringify(Settings.parse({ folder, keep })));
    this.#store.audit.record({
      actor: author,
      action: 'backup.scheduled',
      subject: 'history',
      detail: { folder, keep },
    });
  }

  async state(): Promise<HistoryState> {
    const { folder, keep } = this.#settings();
    return {
      disk: await diskUse(this.#dataFolder),
      code: chainCode(readChainEnd(this.#store.db)),
      backupFolder: folder,
      keep,
      backups: this.#list(),
    };
  }

  close(): void {
    this.#stop();
  }

  #list(): BackupFile[] {
    return listBackups(this.#settings().folder, chainName(this.#store.db));
  }

  #settings(): { folder: string; keep: number } {
    const value = this.#store.settings.get(KEY);
    const { folder, keep } = value ? Settings.parse(JSON.parse(value)) : { folder: null, keep: KEPT_BACKUPS };
    return { folder: folder ?? this.#store.at.backups, keep };
  }
}
