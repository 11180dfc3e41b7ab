// The history service: owns the database. An answer means that the change is on the disk.
// Runs in an Electron utility process, or in a Node 24 child process for the command line and the tests.
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import type { HistoryApi, HistoryEvents } from '../common/services.ts';
import { serve } from '../node/service-host.ts';
import { openStore } from '../node/store/open.ts';
import type { Store } from '../node/store/store.ts';

let opened: { readonly folder: string; readonly store: Store } | null = null;

function store(): Store {
  if (!opened) throw new LoupeError('internal', { reason: 'The history was asked before it was opened.' });
  return opened.store;
}

/** Opening the same folder again changes nothing: a run that is under way must not become interrupted. */
function open(folder: string): Store {
  if (opened?.folder === folder) return opened.store;
  opened?.store.close();
  opened = null;
  opened = { folder, store: openStore(folder) };
  return opened.store;
}

/** Who moved the thresholds, as far as the operating system knows. */
function systemUser(): string {
  try {
    return userInfo().username || 'operator';
  } catch {
    return 'operator';
  }
}

serve<HistoryApi, HistoryEvents>({
  open: ({ folder }) => open(resolve(folder)).info,
  'run.create': (run) => store().runs.create(run),
  'run.addParts': ({ runId, parts }) => store().parts.add(runId, parts),
  'run.begin': ({ runId, session }) => store().runs.begin(runId, session),
  'run.setState': ({ runId, state, error }) => store().runs.setState(runId, state, error),
  'run.list': () => store().runs.list(),
  'run.get': ({ runId }) => store().runs.get(runId),
  'run.load': ({ runId }) => store().parts.load(runId),
  'run.pending': ({ runId, limit, afterSeq }) => store().parts.pending(runId, limit, afterSeq),
  'run.setThresholds': ({ runId, thresholds }) => store().runs.setThresholds(runId, thresholds, systemUser()),
  'results.record': ({ runId, outcomes }) => store().parts.record(runId, outcomes),
  'part.get': ({ partId }) => store().parts.get(partId),
  'verdict.record': ({ partId, verdict, author }) => store().verdicts.record(partId, verdict, author),
  'setting.get': ({ key }) => ({ value: store().settings.get(key) }),
  'setting.set': ({ key, value }) => {
    store().settings.set(key, value);
    return null;
  },
});

// The log is folded into the database when the last connection closes; after a crash the next start does it.
process.on('exit', () => opened?.store.close());
