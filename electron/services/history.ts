// The history service: owns the database. An answer means that the change is on the disk.
// Runs in an Electron utility process, or in a Node 24 child process for the command line and the tests.
import { resolve } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import type { HistoryApi, HistoryEvents } from '../common/history-service.ts';
import { serve } from '../node/service-host.ts';
import type { Right } from '../common/people.ts';
import { Desk } from '../node/store/desk.ts';
import { databaseHealth } from '../node/store/health.ts';
import { Aside } from '../node/store/aside.ts';
import { Keeper } from '../node/store/keeper.ts';
import { explain } from '../node/report/explain.ts';
import { certifyFrom, exportFrom, recordExport } from '../node/report/export-live.ts';
import { acceptedParts } from '../node/store/accepted.ts';
import { findKnown, known } from '../node/store/known-photographs.ts';
import { openStore } from '../node/store/open.ts';
import { readRule, setRule } from '../node/store/retention.ts';
import { recordRejudgement } from '../node/report/rejudge.ts';
import type { Store } from '../node/store/store.ts';

interface Opened {
  readonly folder: string;
  readonly store: Store;
  readonly keeper: Keeper;
  readonly aside: Aside;
  readonly desk: Desk;
}

/** Beside this file, in the sources as in what is built of them. */
const WORKER = new URL(import.meta.url.replace(/history(\.[a-z]+)$/, 'history-worker$1'));

let opened: Opened | null = null;

function current(): Opened {
  if (!opened) throw new LoupeError('internal', { reason: 'The history was asked before it was opened.' });
  return opened;
}
const store = (): Store => current().store;
const keeper = (): Keeper => current().keeper;
const aside = (): Aside => current().aside;
const desk = (): Desk => current().desk;
/** The request under the name of the one who is on, or a refusal: whatever the page or main believes. */
const by = <T extends { readonly author: string }>(right: Right, request: T): T =>
  desk().sign(right, request);

/** Opening the same folder again changes nothing: a run that is under way must not become interrupted. */
function open(folder: string): Store {
  if (opened?.folder === folder) return opened.store;
  close();
  const fresh = openStore(folder);
  opened = {
    folder,
    store: fresh,
    keeper: new Keeper(fresh, folder, {
      onBackup: (end) => send('backup.ended', end),
      onRetention: (end) => send('retention.ended', end),
    }),
    aside: new Aside(WORKER, folder),
    desk: new Desk(fresh),
  };
  return fresh;
}

function close(): void {
  opened?.keeper.close();
  void opened?.aside.close();
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
  'run.accepted': ({ runId }) => acceptedParts(store().db, store().runs.get(runId)),
  'run.page': ({ runId, afterSeq, limit }) => store().parts.page(runId, afterSeq, limit),
  'run.files': ({ runId }) => store().parts.files(runId),
  'run.pending': ({ runId, limit, afterSeq }) => store().parts.pending(runId, limit, afterSeq),
  'run.setThresholds': (request) => {
    const { runId, thresholds, reason } = request;
    // Thresholds that come from a recipe are the recipe's: an operator may not move them.
    const right = store().runs.get(runId).recipe === null ? 'work' : 'change';
    return store().runs.setThresholds(runId, thresholds, by(right, request).author, reason);
  },
  'results.record': ({ runId, outcomes }) => store().parts.record(runId, outcomes),
  'part.get': ({ partId }) => store().parts.get(partId),
  'verdict.record': (verdict) => store().verdicts.record(by('work', verdict)),
  'recipe.list': () => store().recipes.list(),
  'recipe.get': (ref) => store().recipes.get(ref),
  'recipe.versions': ({ recipeId }) => store().recipes.versions(recipeId),
  'recipe.save': (recipe) => store().recipes.save(by('change', recipe)),
  'recipe.duplicate': (copy) => store().recipes.duplicate(by('change', copy)),
  'recipe.export': (ref) => store().recipes.export(by('change', ref)),
  'recipe.import': (file) => store().recipes.import(by('change', file)),
  'audit.add': (event) => store().audit.record(event),
  'audit.list': ({ limit, beforeLink }) => store().audit.list(limit, beforeLink),
  'part.explain': ({ partId }) => explain(store(), partId),
  'part.find': (search) => aside().ask('find', search),
  'challenge.list': () => store().challenges.list(),
  'challenge.get': ({ setId }) => store().challenges.get(setId),
  'challenge.create': async (request) => {
    const { from, author, ...asked } = by('change', request);
    const { challenges } = store();
    const candidates =
      'folder' in from ? await findKnown(from.folder) : challenges.reviewed(from.runId, from.partIds);
    return challenges.create(asked, await known(candidates), author);
  },
  'challenge.change': (request) => {
    const { setId, author, ...rule } = by('change', request);
    return store().challenges.change(setId, rule, author);
  },
  'challenge.results': ({ setId }) => store().challenges.results(setId),
  'challenge.result': ({ resultId }) => store().challenges.report(resultId),
  'challenge.certificate': (request) => certifyFrom(current(), by('work', request)),
  'history.stats': (selection) => aside().ask('stats', selection),
  'history.export': (request) => exportFrom(current(), by('work', request)),
  'history.state': () => keeper().state(),
  'history.health': ({ look }) => databaseHealth(store().db, store().at.database, look),
  'history.exported': (request) => {
    const { author, ...detail } = by('work', request);
    recordExport(store(), author, detail);
    return null;
  },
  'history.verify': (code) => aside().ask('verify', code),
  'history.images': (selection) => aside().ask('images', selection),
  'run.rejudge': async (request) => {
    const { runId, by: settings, author } = by('work', request);
    const comparison = await aside().ask('rejudge', { runId, by: settings });
    recordRejudgement(store(), author, comparison);
    return comparison;
  },
  'run.compare': (runs) => aside().ask('compare', runs),
  'retention.rule': () => readRule(store().settings),
  'retention.plan': ({ rule }) => keeper().planRetention(rule),
  'retention.set': (request) => {
    const { rule, author } = by('manage', request);
    setRule(store(), author, rule);
    return readRule(store().settings);
  },
  'retention.run': (request) => keeper().retain(by('manage', request).author),
  // The program makes one by itself before an update, whoever is on; for people the router has looked at the right.
  'backup.make': ({ author, folder }) => keeper().backUp(author, folder),
  'backup.schedule': (request) => {
    const { author, folder, keep } = by('manage', request);
    keeper().schedule(author, folder, keep);
    return keeper().state();
  },
  'people.state': () => desk().state(),
  'people.may': ({ right, claimed }) => ({ author: desk().author(right, claimed) }),
  'people.signIn': ({ personId, pin }) => desk().signIn(personId, pin),
  'people.signOut': () => desk().signOut(),
  'people.lock': ({ idle }) => desk().lock(idle),
  'people.add': ({ account, ...person }) => desk().add(person, account),
  'people.change': (change) => desk().change(change),
  'people.changePin': ({ old, pin }) => desk().changePin(old, pin),
  'people.idle': ({ minutes }) => desk().setIdle(minutes),
  'second.draw': (draw) => store().secondReviews.draw(by('work', draw)),
  'second.list': ({ runId }) => store().secondReviews.list(runId),
  'second.parts': ({ reviewId }) => store().secondReviews.parts(reviewId),
  'second.judge': (verdict) => store().secondReviews.judge(by('work', verdict)),
  'second.end': (end) => store().secondReviews.end(end.reviewId, by('work', end).author),
  'second.result': ({ reviewId }) => store().secondReviews.result(reviewId),
  'setting.get': ({ key }) => ({ value: store().settings.get(key) }),
  'setting.set': ({ key, value }) => {
    store().settings.set(key, value);
    return null;
  },
});

// The log is folded into the database when the last connection closes; after a crash the next start does it.
process.on('exit', close);
