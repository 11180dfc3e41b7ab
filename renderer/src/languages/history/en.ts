// English: the texts of the history: statistics, runs side by side, storage, checks. The other languages have its shape.
// Runs anywhere (pure).
import type { DiskUse } from '../../../../electron/common/history-service.ts';
import type { GroupBy } from '../../../../electron/common/statistics.ts';
import * as format from '../../lib/format.ts';
import { challenge, find, story } from './audit-en.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'part' : 'parts'}`;
const runs = (n: number): string => `${format.count(n)} ${n === 1 ? 'run' : 'runs'}`;

export const history = {
  title: 'History',
  openHover: 'Statistics, runs side by side, any part, challenges, storage and checks',
  tabs: {
    statistics: 'Statistics',
    compare: 'Side by side',
    find: 'Find a part',
    challenge: 'Challenge',
    storage: 'Storage',
    check: 'Check',
  },
  fullRun: (name: string) => `“${name}” is paused.`,
  network: (kind: string) =>
    `The data folder is on a network drive (${kind}). Keep it on a disk of this computer: on a network the history can be damaged.`,
  retained: (size: string, n: number) => `The rule removed ${size} of maps and thumbnails of ${runs(n)}.`,
  failedRetention: 'Maps and thumbnails could not be removed.',
  none: 'none',

  statistics: {
    by: 'By',
    groups: { run: 'Run', lot: 'Lot', recipe: 'Recipe', day: 'Day' } satisfies Record<GroupBy, string>,
    all: 'All',
    recipe: 'Recipe',
    lot: 'Lot',
    from: 'From',
    to: 'To',
    nothing: 'No run fits this choice.',
    loading: 'Counting…',
    yield: 'Yield',
    review: 'Review',
    reject: 'Reject',
    falseReject: 'False rejects',
    falseRejectHover: 'Rejected, but marked OK; of all that were marked OK.',
    escape: 'Escapes',
    escapeHover: 'Passed as good, but marked NG; of all that were marked NG.',
    rate: (count: number, of: number, lo: string, hi: string) =>
      `${format.count(count)} of ${format.count(of)} · 95\u00a0%: ${lo} to ${hi}`,
    noCase: 'no case',
    columns: {
      parts: 'Parts',
      good: 'Good',
      review: 'Review',
      reject: 'Reject',
      failed: 'Failed',
      accepted: 'Accepted',
      rejected: 'Rejected',
      open: 'Open',
      yield: 'Yield',
    },
    chart: 'Share of rejected',
    chartNote:
      'Dotted: the mean. Dashed: limits three standard deviations from it, for the size of each group. A square is outside.',
    noChart: 'Nothing was accepted or rejected yet.',
    point: (key: string, share: string, of: number, out: boolean) =>
      `${key}: ${share} of ${format.count(of)}${out ? ', outside the limits' : ''}`,
    kinds: 'Kinds of defects',
    noKinds: 'No part was marked NG.',
    unnamed: 'not named',
    note: 'The machine counts at the thresholds that each run has now. Accepted: marked OK, or good and not judged.',
    save: 'Save as',
    formats: { pdf: 'PDF', csv: 'CSV', jsonl: 'JSONL', html: 'Page' },
    saved: (path: string, n: number) => `${parts(n)} written to ${path}`,
  },

  compare: {
    run: 'Run',
    runName: (id: number, name: string, when: string) => `${format.count(id)} · ${name} · ${when}`,
    against: 'Beside it',
    ways: { recipe: 'a recipe', thresholds: 'other thresholds', run: 'another run' },
    recipe: 'Recipe',
    version: (name: string, n: number) => `${name}, version ${format.count(n)}`,
    other: 'Other run',
    show: 'Show',
    hint: 'Another recipe or other thresholds are tried on what was kept of the run. Nothing is inspected and nothing changes.',
    noRuns: 'There is no run yet.',
    noRecipes: 'There is no recipe yet.',
    again: 'Inspect again with it',
    againHint: 'A new run over the same photographs; it can be put beside this one.',
    changed: (n: number, of: number) =>
      n === 0
        ? `None of ${parts(of)} gets another verdict.`
        : `${format.count(n)} of ${parts(of)} ${n === 1 ? 'gets' : 'get'} another verdict.`,
    before: 'Before',
    after: 'After',
    beforeAfter: 'Before \\ after',
    at: (review: string, reject: string) => `review from ${review}, reject from ${reject}`,
    escapes: 'Marked NG, but good',
    falseRejects: 'Marked OK, but rejected',
    regions: 'Parts with a region',
    noMaps: (n: number) => `The maps of ${parts(n)} are not kept any more.`,
    unmatched: (before: number, after: number, replaced: number) =>
      `Not in both: ${format.count(before)} only before, ${format.count(after)} only after, ${format.count(replaced)} with another photograph under the same name.`,
    part: 'Part',
    score: 'Score',
    marked: 'Marked',
    openPart: (name: string) => `Open ${name}`,
    more: (n: number) => `and ${format.count(n)} more`,
  },

  storage: {
    disk: 'What is on the disk',
    kinds: {
      database: 'Results and verdicts',
      maps: 'Heat maps',
      thumbnails: 'Thumbnails',
      backups: 'Backups',
      training: 'Training',
      replaced: 'Replaced histories',
    } satisfies Partial<Record<keyof DiskUse, string>>,
    free: (free: string, total: string) => `${free} of ${total} are free`,
    backups: 'Backups',
    newest: (when: string, n: number) => `${format.count(n)} kept, the newest of ${when}`,
    noBackup: 'There is no backup yet.',
    backUp: 'Back up now',
    backedUp: (path: string) => `The backup is in ${path}`,
    keeping: 'How long maps and thumbnails are kept',
    keepingHint: 'Results, verdicts and photographs always stay. Without its map a part keeps its score.',
    days: 'Not longer than',
    daysUnit: 'days',
    gigabytes: 'Not more than',
    noLimit: 'no limit',
    keepThumbnails: 'Keep the thumbnails',
    daily: 'Do it every day',
    archive: 'Copy them first to',
    noArchive: 'nowhere: they are deleted',
    choose: 'Choose',
    clear: 'Do not copy',
    preview: 'Show what would be removed',
    save: 'Keep this rule',
    saved: 'The rule is kept.',
    doIt: 'Remove them now',
    wouldGo: (size: string, n: number, left: string) =>
      `${size} of ${runs(n)} would be removed; ${left} stay.`,
    nothingGoes: 'Nothing would be removed.',
    went: (size: string, n: number) => `${size} of ${runs(n)} were removed.`,
    why: { age: 'too old', size: 'too much' },
    columns: {
      run: 'Run',
      newest: 'Newest',
      maps: 'Maps',
      thumbnails: 'Thumbnails',
      size: 'Size',
      why: 'Why',
    },
    manager: 'Only a manager changes what is kept.',
  },

  check: {
    chain: 'Is everything as it was written?',
    chainHint: 'Walks every verdict and every event of the history, and compares their hashes.',
    code: 'Code on a report',
    codeHint: 'if you have one',
    verify: 'Check the history',
    checking: 'Checking…',
    holds: (links: number, verdicts: number) =>
      `All ${format.count(links)} entries hold, ${format.count(verdicts)} verdicts among them.`,
    now: 'Code now',
    passed: 'This history has passed through that code.',
    notPassed: 'This history has never had that code.',
    fault: (row: string) => `The first entry that does not hold: ${row}`,
    jumps: (n: number) => `The clock was moved ${n === 1 ? 'once' : `${format.count(n)} times`}.`,
    photographs: 'Are the photographs the ones that were inspected?',
    photographsHint: 'Reads every photograph that is still there, and compares it with its hash.',
    compare: 'Check the photographs',
    images: (checked: number, same: number, changed: number, gone: number) =>
      `Of ${format.count(checked)} photographs ${format.count(same)} are as they were, ${format.count(changed)} have changed, ${format.count(gone)} are gone.`,
    unknown: (n: number) => `Of ${parts(n)} no hash was noted.`,
    changedPart: (path: string) => `Changed: ${path}`,
  },

  challenge,
  find,
  story,
};
