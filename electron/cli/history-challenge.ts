// `loupe history challenge`: known parts that the inspection has to tell right; made, run and certified without a window.
// Runs in Node (command line). Whatever is noted in the history wants the workstation closed.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LoupeError, toErrorValue } from '../../models/errors.ts';
import { installedPack } from '../../models/packs/locate.ts';
import type { ChallengeReport, ChallengeSet } from '../common/challenge.ts';
import type { Run } from '../common/domain.ts';
import type { HistoryApi, HistoryEvents } from '../common/history-service.ts';
import { openedHistory, type History } from '../node/history-client.ts';
import { certify, TOLD } from '../node/report/certificate.ts';
import { RunController } from '../node/run-controller.ts';
import { forkNodeService, ServiceClient } from '../node/service-client.ts';
import { findKnown, known, readList, type Candidate } from '../node/store/known-photographs.ts';
import type { HistoryReader } from '../node/store/reader.ts';
import type { Store } from '../node/store/store.ts';
import { EXIT } from './exit-codes.ts';
import type { ChallengeOptions } from './history-challenge-options.ts';
import { withInference } from './inspector.ts';
import { printable, table, type Output } from './output.ts';
import { owning } from './owning.ts';
import { packRoots } from './packs.ts';

type Common = { readonly folder: string; readonly json: boolean };
type Of<W extends ChallengeOptions['what']> = Extract<ChallengeOptions, { what: W }> & Common;

/** Who asks, and by which program. */
export interface Asking {
  readonly author: string;
  readonly program: string;
}

const ENTRY = fileURLToPath(new URL('../services/history.ts', import.meta.url));

export async function challenge(
  options: ChallengeOptions & Common,
  reading: <T>(work: (reader: HistoryReader) => Promise<T>) => Promise<T>,
  asking: Asking,
  output: Output,
): Promise<number> {
  switch (options.what) {
    case 'list':
      return reading(({ challenges }) => list(challenges.list(), options.json, output));
    case 'create':
      return owning(options.folder, (store) => create(options, store, asking.author, output));
    case 'change':
      return owning(options.folder, (store) => change(options, store, asking.author, output));
    case 'run':
      return run(options, asking.author, output);
    case 'certificate':
      return reading((reader) => certificate(options, reader, asking, output));
  }
}

async function list(sets: readonly ChallengeSet[], json: boolean, output: Output): Promise<number> {
  if (json) for (const challenge of sets) await output.record({ challenge });
  if (sets.length === 0) await output.text('There is no challenge yet.');
  else await output.text(table([HEAD, ...sets.map(setRow)], [1, 2, 4, 5]));
  return EXIT.ok;
}

const HEAD = ['challenge', 'name', 'recipe', 'OK + NG', 'daily', 'last result'];

const setRow = ({ id, name, recipe, ok, ng, daily, active, last }: ChallengeSet): string[] => [
  ...[String(id), printable(name), printable(recipe), `${ok} + ${ng}`],
  active ? (daily ? 'daily' : 'on demand') : 'given up',
  last === null
    ? 'never run'
    : `${last.passed ? 'passed' : 'failed'}, ${last.right} of ${last.size}, ${last.at} (result ${last.id})`,
];

async function create(options: Of<'create'>, store: Store, author: string, output: Output): Promise<number> {
  const { name, reviewCounts, daily, json } = options;
  const recipe = store.recipes.list().find((one) => one.name === options.recipe);
  if (!recipe) throw new LoupeError('history.not_found', { what: `The recipe "${options.recipe}"` });
  const parts = await known(await candidates(options.from, store));
  const asked = { recipeId: recipe.id, name, reviewCounts, daily };
  const made = store.challenges.create(asked, parts, author);
  if (json) await output.record({ challenge: made });
  await output.text(
    `Challenge ${made.id}: ${made.ok} OK and ${made.ng} NG parts for ${printable(recipe.name)}`,
  );
  return EXIT.ok;
}

async function candidates(from: Of<'create'>['from'], store: Store): Promise<Candidate[]> {
  if ('folder' in from) return findKnown(from.folder);
  if ('runId' in from) {
    store.runs.row(from.runId);
    return store.challenges.reviewed(from.runId, from.partIds);
  }
  const text = await readFile(from.list, 'utf8').catch((cause: unknown) => {
    throw new LoupeError('data.folder_missing', { path: from.list }, { cause });
  });
  return readList(text, from.list);
}

async function change(options: Of<'change'>, store: Store, author: string, output: Output): Promise<number> {
  const { set } = store.challenges.get(options.set);
  const { daily = set.daily, active = set.active } = options;
  return list([store.challenges.change(set.id, { daily, active }, author)], options.json, output);
}

/** The ordinary inspection, with both services; the answer is the exit code: 0 only when every known part was told right. */
async function run(options: Of<'run'>, author: string, output: Output): Promise<number> {
  const { folder, set, device, json } = options;
  const report = await withHistory(folder, (history) =>
    withInference(async (inference) => {
      let ended: (run: Run) => void = () => undefined;
      const end = new Promise<Run>((resolve) => (ended = resolve));
      const runs = new RunController({
        ...{
          inference,
          history,
          dataFolder: folder,
          packFolder: '',
          findPack: (id) => installedPack(id, packRoots()),
        },
        ...(device !== undefined && { device }),
        scan: () => {
          throw new LoupeError('internal', { reason: 'A challenge names its photographs itself.' });
        },
        emit: (event, payload) => {
          if (event === 'run.progress' && 'stage' in payload) {
            const { scored, failed, total, stage } = payload;
            output.progress(scored + failed, total, stage || 'inspected', failed);
          }
          if (event !== 'run.changed' || !('createdAt' in payload)) return;
          if (!['preparing', 'running'].includes(payload.state)) ended(payload);
        },
      });
      await runs.challenge({ setId: set, author });
      const { id, error } = await end;
      output.clearProgress();
      if (error) throw new LoupeError(error.code, error.params);
      const result = (await history.request('challenge.results', { setId: set })).find(
        ({ runId }) => runId === id,
      );
      if (!result) throw new LoupeError('history.not_found', { what: `The result of run ${id}` });
      return history.request('challenge.result', { resultId: result.id });
    }),
  );
  if (json) await output.record({ result: report.result, outcomes: report.outcomes });
  await output.text(reportText(report));
  return report.result.passed ? EXIT.ok : EXIT.someFailed;
}

async function withHistory<T>(folder: string, work: (history: History) => Promise<T>): Promise<T> {
  const client = new ServiceClient<HistoryApi, HistoryEvents>({
    name: 'history',
    start: () => forkNodeService(ENTRY),
  });
  try {
    return await work(openedHistory(client, folder));
  } finally {
    // In good order, so that the next start is a quick one.
    if (client.running) await client.request('close', null).catch(toErrorValue);
    await client.stop();
  }
}

function reportText({ set, result, outcomes }: ChallengeReport): string {
  const rows = outcomes.map((one) => [
    ...[String(one.place + 1), printable(one.name), one.expected.toUpperCase(), one.band],
    ...[one.score === null ? '-' : one.score.toFixed(3), TOLD[one.told]],
  ]);
  const { recipe, thresholds: at } = result;
  return [
    table([['', 'photograph', 'expected', 'machine', 'score', 'outcome'], ...rows], [1, 2, 3, 5]),
    `${printable(set.name)}, ${printable(recipe.name)} version ${recipe.version}, review ${at.review}, reject ${at.reject}`,
    `${result.passed ? 'PASSED' : 'FAILED'}: ${result.right} of ${result.size} told right (result ${result.id}, run ${result.runId})`,
  ].join('\n');
}

async function certificate(
  { result: resultId, out, json }: Of<'certificate'>,
  reader: HistoryReader,
  asking: Asking,
  output: Output,
): Promise<number> {
  const made = await certify(reader, { resultId, out, ...asking });
  if (json) await output.record({ certificate: { out, ...made } });
  await output.text(`${printable(out)}: ${made.parts} known parts, chain code ${made.code}`);
  return EXIT.ok;
}
