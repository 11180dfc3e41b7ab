// `loupe history`: checks the chain, makes and puts back backups, exports, counts. Reads beside a running Loupe.
// Runs in Node (command line).
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { LoupeError, toErrorValue } from '../../models/errors.ts';
import { chainName, listBackups, makeBackup } from '../node/store/backups.ts';
import { chainCode, readChainEnd } from '../node/store/chain.ts';
import { diskUse } from '../node/store/disk-use.ts';
import { openStore } from '../node/store/open.ts';
import { openReader, type HistoryReader } from '../node/store/reader.ts';
import { planRestore, restore, type Contents, type RestorePlan } from '../node/store/restore.ts';
import { verifyChain } from '../node/store/verify.ts';
import { exportHistory } from '../node/report/export.ts';
import { selectRuns } from '../node/report/selection.ts';
import { statistics } from '../node/report/statistics.ts';
import { networkDriveOf } from '../node/store/network-drive.ts';
import { EXIT } from './exit-codes.ts';
import { challenge } from './history-challenge.ts';
import { checkImages, compare, judgeAnew, retain, tellPart } from './history-care.ts';
import type { HistoryOptions } from './history-options.ts';
import { statisticsText } from './history-text.ts';
import { listUsers, resetPin, usersText } from './history-users.ts';
import { errorLine, printable, type Output } from './output.ts';
import { checkTarget } from './target.ts';

type Of<A extends HistoryOptions['action']> = Extract<HistoryOptions, { action: A }>;

/** Returns the exit code. */
export function history(options: HistoryOptions, output: Output): Promise<number> {
  switch (options.action) {
    case 'verify':
      return verify(options, output);
    case 'info':
      return info(options, output);
    case 'challenge': {
      const asking = { author: account(), program: `Loupe ${version()}` };
      return challenge(options, (work) => reading(options.folder, output, work), asking, output);
    }
    case 'retain':
      return reading(options.folder, output, (reader) => retain(options, reader, account(), output));
    case 'rejudge':
      return reading(options.folder, output, (reader) => judgeAnew(options, reader, account(), output));
    case 'compare':
      return reading(options.folder, output, (reader) => compare(options, reader, output));
    case 'users':
      return users(options, output);
    case 'backup':
      return backup(options, output);
    case 'restore':
      return putBack(options, output);
    case 'export':
      return exportTo(options, output);
    case 'stats':
      return stats(options, output);
  }
}

/** A history of an older version is converted first, as the workstation would do it: backup and all. */
async function reading<T>(
  folder: string,
  output: Output,
  work: (reader: HistoryReader) => Promise<T>,
): Promise<T> {
  const reader = await opened(folder, output);
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}

async function opened(folder: string, output: Output): Promise<HistoryReader> {
  try {
    return openReader(folder);
  } catch (thrown) {
    if (toErrorValue(thrown).code !== 'history.older') throw thrown;
  }
  await output.text('The history is of an older version: it is backed up and converted first.');
  openStore(folder).close();
  return openReader(folder);
}

const verify = ({ folder, code, json, images, selection }: Of<'verify'>, output: Output): Promise<number> =>
  reading(folder, output, async (reader) => {
    const { db, at } = reader;
    const report = verifyChain(db, code);
    const { fault, passed } = report;
    if (json) await output.record({ verify: { file: at.database, ...report } });
    await output.text(
      `${report.checked} links hold: ${report.verdicts} verdicts, ${report.events} events; the clock was moved ${report.clockJumps} times
${report.people} people, ${report.wrongPins} wrong PINs, ${report.secondReviews} blind second reviews`,
    );
    if (fault) {
      const place = fault.link === null ? '' : ` (link ${fault.link})`;
      throw new LoupeError('history.tampered', { reason: `${fault.row}${place}: ${fault.text}` });
    }
    await output.text(`chain code ${report.code}\nSHA-256    ${report.end.head}`);
    if (passed === false) {
      throw new LoupeError('history.tampered', { reason: `It has never passed through the code ${code}.` });
    }
    if (passed) await output.text(`${code} is a moment of this history`);
    if (images) await checkImages(reader, selection, json, output);
    return EXIT.ok;
  });

async function users({ folder, json, ...rest }: Of<'users'>, output: Output): Promise<number> {
  if (rest.resetPin !== undefined) {
    const pin = await resetPin(folder, rest.resetPin, account());
    if (json) await output.record({ user: { name: rest.resetPin, newPin: pin } });
    await output.text(`The new PIN of ${printable(rest.resetPin)} is ${pin}. It is shown only here.`);
    return EXIT.ok;
  }
  return reading(folder, output, async (reader) => {
    const listed = listUsers(reader);
    if (json) for (const user of listed) await output.record({ user });
    await output.text(usersText(listed));
    return EXIT.ok;
  });
}

const info = ({ folder, json, part }: Of<'info'>, output: Output): Promise<number> =>
  reading(folder, output, async (reader) => {
    const { db, at, runs } = reader;
    if (part !== null) {
      await tellPart(reader, part, json, output);
      return EXIT.ok;
    }
    const disk = await diskUse(folder);
    const network = await networkDriveOf(folder);
    const code = chainCode(readChainEnd(db));
    const backups = listBackups(at.backups, chainName(db));
    const count = runs.list().length;
    if (json) await output.record({ info: { folder, network, code, runs: count, disk, backups } });
    const [newest] = backups;
    const last = newest ? `, the last one of ${newest.at}` : '';
    await output.text(`${printable(folder)}: ${count} runs, chain code ${code}
database ${megabytes(disk.database)}, maps ${megabytes(disk.maps)}, thumbnails ${megabytes(disk.thumbnails)}, backups ${megabytes(disk.backups)}, training ${megabytes(disk.training)}; ${megabytes(disk.free)} of ${megabytes(disk.total)} free
${backups.length} backups beside the history${last}`);
    if (network !== null)
      await output.text(
        `The folder lies on a network drive (${network}): locks and the log of the database are not reliable there. Use a local disk.`,
      );
    return EXIT.ok;
  });

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const backup = ({ folder, target, keep, json }: Of<'backup'>, output: Output): Promise<number> =>
  reading(folder, output, async ({ db, snapshot }) => {
    const made = await snapshot(() => makeBackup(db, target, keep));
    if (json) await output.record({ backup: made });
    await output.text(`${printable(made.path)}: ${megabytes(made.bytes)}, checked by opening it`);
    return EXIT.ok;
  });

async function putBack({ folder, backup, yes, json }: Of<'restore'>, output: Output): Promise<number> {
  if (statSync(backup, { throwIfNoEntry: false })?.isDirectory())
    throw new LoupeError('data.invalid', {
      path: backup,
      reason: 'It is a folder; a backup is a file in it.',
    });
  const plan = planRestore(folder, backup);
  if (json) await output.record({ plan });
  await output.text(planText(plan));
  if (!yes) {
    throw new LoupeError('usage', {
      reason: 'Nothing was changed. Say --yes to put this backup in its place.',
    });
  }
  const replaced = restore(folder, backup, account());
  if (json) await output.record({ restored: { from: backup, replaced } });
  await output.text(
    replaced === null
      ? 'The backup is in its place.'
      : `The backup is in its place. What was there is kept in ${printable(replaced)}`,
  );
  return EXIT.ok;
}

function planText({ backup, present, continues }: RestorePlan): string {
  const words = ({ runs, parts, verdicts, newest }: Contents): string =>
    `${runs} runs, ${parts} parts, ${verdicts} verdicts${newest === null ? '' : `, the last one of ${newest}`}`;
  const lines = [
    `backup:  ${words(backup)}; whole, chain code ${backup.code || 'none: it is of an older version'}`,
  ];
  if (present === null) lines.push('present: nothing');
  else if ('error' in present) lines.push(`present: cannot be read. ${errorLine(present.error)}`);
  else {
    lines.push(`present: ${words(present)}`);
    const lost = [
      `${present.runs - backup.runs} runs`,
      `${present.parts - backup.parts} parts`,
      `${present.verdicts - backup.verdicts} verdicts`,
    ];
    lines.push(
      continues === false
        ? 'The present history does not continue the backup: they are two different pasts.'
        : `Would be set aside: ${lost.join(', ')}`,
    );
  }
  return lines.join('\n');
}

const exportTo = (options: Of<'export'>, output: Output): Promise<number> =>
  reading(options.folder, output, async (reader) => {
    checkTarget(options.out);
    const { parts, runs, code, statistics } = await exportHistory(reader, {
      ...options,
      dataFolder: options.folder,
      author: account(),
      program: `Loupe ${version()}`,
    });
    const { out } = options;
    if (options.json) await output.record({ export: { out, parts, runs, code, total: statistics.total } });
    await output.text(`${printable(out)}: ${parts} parts of ${runs} runs, chain code ${code}`);
    return EXIT.ok;
  });

const stats = ({ folder, selection, by, json }: Of<'stats'>, output: Output): Promise<number> =>
  reading(folder, output, async ({ db, runs, snapshot }) => {
    const counted = await snapshot(async () => {
      const chosen = selectRuns(runs.list(), selection);
      if (chosen.length === 0) throw new LoupeError('usage', { reason: 'No run fits this selection.' });
      return Promise.resolve(statistics(db, chosen, by));
    });
    if (json) await output.record({ stats: counted });
    await output.text(statisticsText(counted));
    return EXIT.ok;
  });

function account(): string {
  try {
    return userInfo().username || 'unknown';
  } catch {
    return 'unknown'; // an account without a name, as in some containers
  }
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
