// Adds the photographs that come into watched folders to a run, for as long as the run lives.
// Runs in the main process (Node).
import type { Watch } from '../../common/domain.ts';
import type { NewPart } from '../../common/history-service.ts';
import type { ErrorValue } from '../../../models/errors.ts';
import { isMasks } from '../files/scan.ts';
import { presentIn, watchFolders, type Arrival, type WatchTimes } from '../files/watch.ts';
import type { History } from '../history-client.ts';
import { WatchRecord } from './watch-record.ts';

export interface FeedOptions {
  readonly runId: number;
  readonly watch: Watch;
  readonly history: History;
  readonly dataFolder: string;
  /** Adds parts behind the `listed` ones; answers how many there are then. */
  readonly add: (parts: readonly NewPart[], listed: number) => Promise<number>;
  readonly times?: WatchTimes | undefined;
}

interface FeedListener {
  /** So many parts the run has now. */
  listed(total: number): void;
  /** Comes before the part is listed. */
  refuse(path: string, error: ErrorValue): void;
  reach(reachable: boolean): void;
}

/** Goes on until the signal is aborted. */
export type Feed = (signal: AbortSignal, listener: FeedListener) => Promise<void>;

export function folderFeed(options: FeedOptions): Feed {
  const { runId, watch, history, dataFolder, times } = options;
  return async (signal, listener) => {
    const { inputs: folders, files } = await history.request('run.files', { runId });
    let listed = files.length;
    const record = await WatchRecord.open(dataFolder, runId, files);
    const how = {
      ...{ folders, signal, skip: isMasks, ...(times && { times }) },
      known: (path: string, stamp: string) => record.knows(path, stamp),
      onReach: (reachable: boolean) => listener.reach(reachable),
    };
    if (watch === 'new' && record.empty) await record.add(await presentIn(how));
    for await (const arrivals of watchFolders(how)) {
      if (signal.aborted) return;
      for (const { path, error } of arrivals) if (error) listener.refuse(path, error);
      for (const batch of batches(arrivals)) {
        const parts = batch.map(({ path, relative: name, bytes }) => ({ path, name, bytes }));
        listed = await options.add(parts, listed);
        // In this order: what the record lacks, the history still knows by its size.
        await record.add(batch);
        listener.listed(listed);
      }
    }
  };
}

const BATCH = 500;

function* batches(arrivals: readonly Arrival[]): Generator<readonly Arrival[]> {
  for (let at = 0; at < arrivals.length; at += BATCH) yield arrivals.slice(at, at + BATCH);
}
