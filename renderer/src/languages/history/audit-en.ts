// English: the texts of challenges, of the story of a part, and of the search that leads to one. The other languages have its shape.
// Runs anywhere (pure).
import type { Due, Told } from '../../../../electron/common/challenge.ts';
import * as format from '../../lib/format.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'part' : 'parts'}`;

export const challenge = {
  title: 'Known parts, as a challenge',
  hint: 'Parts of which it is known what they are. The recipe has to recognise all of them; the result stays in the history, with a certificate.',
  none: 'There is no challenge yet.',
  of: (recipe: string, version: number, ok: number, ng: number) =>
    `${recipe}, now version ${format.count(version)} · ${format.count(ok)} OK, ${format.count(ng)} NG`,
  neverRun: 'Never run.',
  told: (passed: boolean, right: number, of: number) =>
    `${passed ? 'Passed' : 'Failed'}, ${format.count(right)} of ${format.count(of)} correct`,
  due: {
    missing: 'It is due today.',
    failed: 'Today it failed: do not trust the inspection before somebody knows why.',
    changed: 'The recipe has changed since: it is due again.',
  } satisfies Record<Exclude<Due, 'none'>, string>,
  dueTitle: (name: string, recipe: string) => `Challenge “${name}” of “${recipe}”.`,
  go: 'Go to the challenge',
  run: 'Run',
  show: 'Last result',
  daily: 'Due every day',
  giveUp: 'Retire',
  takeUp: 'Use again',
  givenUp: 'Retired. Its results stay.',
  showGivenUp: (n: number) => `Show retired ones (${format.count(n)})`,
  stopped: 'The challenge was not finished, so it has no result.',
  inList: (name: string) => `Challenge: ${name}`,
  results: 'Results',
  certificate: 'Certificate',
  columns: { part: 'Part', expected: 'Actual', machine: 'Machine', score: 'Score', told: 'Outcome' },
  outcomes: {
    right: 'correct',
    wrong: 'wrong',
    changed: 'the photograph was changed',
    missing: 'the photograph is missing',
    failed: 'could not be inspected',
  } satisfies Record<Told, string>,
  create: 'New challenge',
  from: 'Known parts',
  fromRun: (ok: number, ng: number) =>
    `those judged in the open run: ${format.count(ok)} OK, ${format.count(ng)} NG`,
  fromChosen: (ok: number, ng: number) =>
    `those chosen in the open run: ${format.count(ok)} OK, ${format.count(ng)} NG`,
  fromFolder: 'a folder',
  chooseFolder: 'Choose the folder',
  folderHint: 'With a folder “good” and others for defects. To take judged parts, open their run first.',
  reviewCounts: 'Review counts as correct',
  make: 'Create challenge',
  created: (name: string, ok: number, ng: number) =>
    `“${name}” is kept: ${format.count(ok)} OK, ${format.count(ng)} NG.`,
};

export const find = {
  title: 'Find a part',
  hint: 'In all runs, by a piece of its name or by its number. Each part tells its story.',
  label: 'Name, serial or number',
  find: 'Find',
  found: (n: number, text: string) =>
    n === 0 ? `No part has “${text}” in its name.` : `${parts(n)} with “${text}”, the newest first.`,
  atLeast: (n: number, text: string) =>
    `The newest ${parts(n)} with “${text}”. More of the name finds fewer.`,
  columns: {
    part: 'Part',
    run: 'Run',
    inspected: 'Inspected',
    machine: 'Machine',
    score: 'Score',
    marked: 'Marked',
  },
};

export const story = {
  button: 'Story',
  openHover: 'Everything that explains this part: photograph, recipe, model, people, reports',
  title: (name: string) => `Story of ${name}`,
  number: (id: number) => `Part ${format.count(id)}`,
  open: 'Open the part',
  file: 'File',
  photograph: 'Photograph',
  noHash: 'no hash was noted',
  byCamera: 'by its camera',
  byFile: 'last change of the file',
  run: 'Run',
  runBy: (id: number, who: string | null, when: string) =>
    who === null ? `${format.count(id)}, started ${when}` : `${format.count(id)}, started by ${who}, ${when}`,
  repeats: (id: number) => `repeats run ${format.count(id)}`,
  isChallenge: 'a challenge',
  recipe: 'Recipe',
  noRecipe: 'none: words typed by hand',
  inspected: 'Inspected',
  notYet: 'not yet',
  words: 'Words',
  model: 'Model',
  head: 'Trained head',
  device: 'Device',
  scales: (list: string) => `magnifications ${list}`,
  challenge: 'Challenge before',
  noChallenge: 'none before this part was inspected',
  challengeOf: (version: number, when: string) => `recipe version ${format.count(version)}, ${when}`,
  second: 'Second look',
  verdicts: 'Verdicts',
  noVerdicts: 'Nobody has judged this part.',
  takenBack: 'Taken back',
  saw: (band: string, score: string) => `saw ${band} at ${score}`,
  link: (n: number) => `Link ${String(n)}`,
  thresholds: 'Thresholds of the run',
  reports: 'Reports that hold it',
  noReports: 'None is noted.',
};
