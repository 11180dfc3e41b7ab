// The history service: owns the database. An answer means that the change is on the disk.
// Runs in an Electron utility process, or in a Node 24 child process for the command line and the tests.
import { resolve } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import type { HistoryApi, HistoryEvents } from '../common/services.ts';
import { serve } from '../node/service-host.ts';
import { Keeper } from '../node/store/keeper.ts';
import { explain } from '../node/report/explain.ts';
import { exportFrom } from '../node/report/export-live.ts';
import { selectRuns } from '../node/report/selection.ts';
import { statistics } from '../node/report/statistics.ts';
import { openStore } from '../node/store/open.ts';
import type { Store } from '../node/store/store.ts';

let opened: { readonly folder: string; readonly store: Store; readonly keeper: Keeper } | null = null;

function current(): NonNullable<typeof opened> {
  if (!opened) throw new LoupeError('internal', { reason: 'The history was asked before it was opened.' });
  return opened;
}
const store = (): Store => current().store;
const keeper = (): Keeper => current().keeper;

/** Opening the same folder again changes nothing: a run that is under way must not become interrupted. */
function open(folder: string): Store {
  if (opened?.folder === folder) return opened.store;
  close();
  const fresh = openStore(folder);
  opened = {
    folder,
    store: fresh,
    keeper: new Keeper(fresh, folder, (end) => send('backup.ended', end)),
  };
  return fresh;
}

function close(): void {
  opened?.keeper.close();
  opened?.store.close();
  opened = null;
}

const send = serve<HistoryApi, HistoryEvents>({
  open: ({ folder }) => open(resolve(folder)).info,
  close: () => {
    close();
    return null;
  },
  'run.create': (run) => store().runs.create(run),
  'run.addParts': ({ runId, parts }) => store().parts.add(runId, parts),
  'run.begin': ({ runId, session }) => store().runs.begin(runId, session),
  'run.setState': ({ runId, state, error }) => store().runs.setState(runId, state, error),
  'run.list': () => store().runs.list(),
  'run.get': ({ runId }) => store().runs.get(runId),
  'run.load': ({ runId }) => store().parts.load(runId),
  'run.page': ({ runId, afterSeq, limit }) => store().parts.page(runId, afterSeq, limit),
  'run.pending': ({ runId, limit, afterSeq }) => store().parts.pending(runId, limit, afterSeq),
  'run.setThresholds': ({ runId, thresholds, author, reason }) =>
    store().runs.setThresholds(runId, thresholds, author, reason),
  'results.record': ({ runId, outcomes }) => store().parts.record(runId, outcomes),
  'part.get': ({ partId }) => store().parts.get(partId),
  'verdict.record': (verdict) => store().verdicts.record(verdict),
  'recipe.list': () => store().recipes.list(),
  'recipe.get': (ref) => store().recipes.get(ref),
  'recipe.versions': ({ recipeId }) => store().recipes.versions(recipeId),
  'recipe.save': (recipe) => store().recipes.save(recipe),
  'recipe.duplicate': (copy) => store().recipes.duplicate(copy),
  'recipe.export': (ref) => store().recipes.export(ref),
  'recipe.import': (file) => store().recipes.import(file),
  'audit.add': (event) => store().audit.record(event),
  'audit.list': ({ limit, beforeLink }) => store().audit.list(limit, beforeLink),
  'part.explain': ({ partId }) => explain(store(), partId),
  'history.stats': ({ by, ...selection }) =>
    statistics(store().db, selectRuns(store().runs.list(), selection), by),
  'history.export': (request) => exportFrom(current(), request),
  'history.state': () => keeper().state(),
  'history.verify': ({ code }) => keeper().verify(code),
  'backup.make': ({ author, folder }) => keeper().backUp(author, folder),
  'backup.schedule': ({ author, folder, keep }) => {
    keeper().schedule(author, folder, keep);
    return keeper().state();
  },
  'setting.get': ({ key }) => ({ value: store().settings.get(key) }),
  'setting.set': ({ key, value }) => {
    store().settings.set(key, value);
    return null;
  },
});

// The log is folded into the database when the last connection closes; after a crash the next start does it.
process.on('exit', close);
