// The diagnostics as plain English text: for the clipboard, for a file, for the support bundle and for `loupe doctor`.
// Runs in the main process and on the command line (Node).
import { describeError, isErrorCode } from '../../../models/errors.ts';
import type { Check, CheckId, Fact, FactName } from '../../common/support.ts';

const CHECKS: Record<CheckId, string> = {
  policy: 'Rules of the IT department',
  data: 'Data folder',
  disk: 'Disk space',
  database: 'Database',
  model: 'Model pack, self-test',
  services: 'Services',
  logs: 'Logs',
  crashes: 'Crash dumps',
};

const FACT_NAMES: Record<FactName, string> = {
  program: 'program',
  built: 'built on',
  node: 'Node',
  system: 'system',
  computer: 'processor',
  memory: 'memory free',
  dataFolder: 'data folder',
  policyFile: 'policy',
  disabled: 'switched off',
  idleLock: 'locks after minutes',
  device: 'device',
  drawing: 'drawing',
  started: 'started',
  file: 'place',
  size: 'size',
  free: 'free',
  schema: 'schema',
  sqlite: 'SQLite',
  pack: 'pack',
  files: 'files',
  difference: 'difference',
  allowed: 'allowed',
  running: 'running',
  deaths: 'restarts',
  count: 'number',
  newest: 'newest',
};

const STATES = { ok: 'ok', warning: 'LOOK', failed: 'FAILED' } as const;

const valueText = ({ value, unit }: Fact): string =>
  unit === 'bytes' ? `${(Number(value) / 1e6).toFixed(1)} MB` : String(value);

/** One line of a check; a failure brings two more, with the reason and the remedy. */
export function checkText({ id, state, facts, error, ms }: Check): string {
  const found = facts.map((fact) => `${FACT_NAMES[fact.name]} ${valueText(fact)}`).join('; ');
  const line = `${STATES[state].padEnd(7)} ${CHECKS[id].padEnd(27)} ${found} (${ms} ms)`;
  if (error === null || !isErrorCode(error.code)) return line;
  const { operator, engineer, remedy } = describeError({ code: error.code, params: error.params });
  const why = engineer === operator ? operator : `${operator}: ${engineer}`;
  return `${line}\n        ${error.code}: ${why}\n        ${remedy}`;
}

export interface Report {
  readonly at: Date;
  readonly facts: readonly Fact[];
  readonly checks: readonly Check[];
}

export function reportText({ at, facts, checks }: Report): string {
  const width = Math.max(...facts.map(({ name }) => FACT_NAMES[name].length));
  const lines = facts.map((fact) => `${FACT_NAMES[fact.name].padEnd(width)}  ${valueText(fact)}`);
  const failed = checks.filter(({ state }) => state === 'failed').length;
  const end =
    checks.length === 0
      ? 'No check was run yet.'
      : failed === 0
        ? `All ${checks.length} checks passed.`
        : `${failed} of ${checks.length} checks failed.`;
  return [
    `Loupe diagnostics, ${at.toISOString()}`,
    '',
    ...lines,
    '',
    ...checks.map(checkText),
    '',
    end,
    '',
  ].join('\n');
}
