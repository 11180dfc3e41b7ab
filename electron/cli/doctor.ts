// `loupe doctor`: the checks of the diagnostics page without the page, and the support bundle.
// Runs in Node (command line).
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LoupeError, toErrorValue } from '../../models/errors.ts';
import { locatePack } from '../../models/packs/locate.ts';
import type { Device } from '../common/inference-service.ts';
import type { Check } from '../common/support.ts';
import { DEVICES, type Policy } from '../common/policy.ts';
import { checkDataFolder } from '../node/admin/data-folder.ts';
import { usualDataFolder } from '../node/admin/usual-data-folder.ts';
import { inForce, policyPath, readPolicy } from '../node/admin/policy-file.ts';
import { modelHealth } from '../node/engine/health.ts';
import { writeAtomic } from '../node/files/write-atomic.ts';
import { layout } from '../node/store/files.ts';
import { databaseHealth } from '../node/store/health.ts';
import { openReader } from '../node/store/reader.ts';
import { bundleEntries } from '../node/support/bundle.ts';
import { Doctor, facts } from '../node/support/doctor.ts';
import { checkText, reportText } from '../node/support/report.ts';
import { systemFacts } from '../node/support/system-facts.ts';
import { zip } from '../node/support/zip.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { COMMON, MODEL, oneOf, parse, path } from './options.ts';
import { printable, type Output } from './output.ts';
import { packRoots } from './packs.ts';
import { checkTarget } from './target.ts';

export interface DoctorOptions {
  readonly data: string;
  /** `data` was said on the command line. */
  readonly named: boolean;
  readonly policyFile: string;
  readonly model: string;
  readonly device: Device;
  readonly report?: string;
  readonly bundle?: string;
  readonly version: string;
}

/** Throws `usage`. */
export function doctorOptions(args: readonly string[], version: string): DoctorOptions {
  const { values, positionals } = parse(args, {
    ...COMMON,
    data: { type: 'string' },
    model: MODEL.model,
    device: MODEL.device,
    report: { type: 'string' },
    bundle: { type: 'string' },
  });
  if (positionals.length > 0) throw new LoupeError('usage', { reason: '"loupe doctor" takes no names.' });
  const policyFile = policyPath();
  const { data, report, bundle } = values;
  const policy = unlessWrong(policyFile);
  return {
    data: policy?.dataFolder ?? (data === undefined ? usualDataFolder() : resolve(path('data', data))),
    named: data !== undefined && policy?.dataFolder === undefined,
    ...{ policyFile, version, model: values.model ?? 'loupe-mini' },
    device:
      values.device === undefined ? (policy?.device ?? 'auto') : oneOf('device', values.device, DEVICES),
    ...(report !== undefined && { report: resolve(path('report', report)) }),
    ...(bundle !== undefined && { bundle: resolve(path('bundle', bundle)) }),
  };
}

/** A wrong policy is what the first check says. */
function unlessWrong(file: string): Policy | null {
  try {
    return readPolicy(file);
  } catch {
    return null;
  }
}

/** Returns the exit code: that of the first check that failed. Throws `data.folder_missing`, `output.failed`. */
export async function runDoctor(options: DoctorOptions, output: Output): Promise<number> {
  const { data, policyFile, version } = options;
  for (const file of [options.report, options.bundle]) if (file !== undefined) checkTarget(file);
  // The workstation makes its folder; one that was named here and is not there is misspelt.
  if (options.named && !existsSync(data)) throw new LoupeError('data.folder_missing', { path: data });
  const [logFolder, crashFolder] = [join(data, 'logs'), join(data, 'crashes')];
  const doctor = new Doctor({
    ...{ dataFolder: data, logFolder, crashFolder },
    policy: () => inForce(readPolicy(policyFile), policyFile),
    database: () => Promise.resolve(database(data)),
    model: async () => modelHealth(await locatePack(options.model, packRoots()), options.device),
  });
  const known = [...systemFacts(version), ...facts(['dataFolder', data], ['policyFile', policyFile])];
  if (output.json) await output.record({ doctor: { facts: known } });
  const said: Promise<void>[] = [];
  const checks = await doctor.runAll((check) => {
    said.push(output.json ? output.record({ check }) : output.text(printableLines(checkText(check))));
  });
  await Promise.all(said);
  const report = reportText({ at: new Date(), facts: known, checks });
  if (options.report !== undefined) {
    save(options.report, report);
    await output.text(`The report is in ${printable(options.report)}`);
  }
  if (options.bundle !== undefined) {
    const sources = { dataFolder: data, logFolder, crashFolder, policyFile, report, values: {} };
    const entries = bundleEntries(sources);
    save(options.bundle, zip(entries));
    await output.text(`${printable(options.bundle)}:\n${entries.map(({ name }) => `  ${name}`).join('\n')}`);
  }
  return exitOf(checks);
}

const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

const exitOf = (checks: readonly Check[]): number => {
  const failed = checks.find(({ state }) => state === 'failed');
  return failed ? (failed.error ? exitCodeOf(failed.error.code) : EXIT.internal) : EXIT.ok;
};

/** Reads beside a running Loupe. A data folder that was never used has no history, and that is no fault. */
function database(data: string): ReturnType<typeof databaseHealth> {
  const file = layout(data).database;
  if (!existsSync(file)) {
    checkDataFolder(data);
    return { file, bytes: 0, schema: 0, sqlite: '-', faults: [] };
  }
  const reader = openReader(data);
  try {
    return databaseHealth(reader.db, file, true);
  } finally {
    reader.close();
  }
}

function save(target: string, content: string | Uint8Array): void {
  try {
    writeAtomic(target, content);
  } catch (thrown) {
    const { params } = toErrorValue(thrown);
    throw new LoupeError('output.failed', { path: target, reason: String(params.reason) }, { cause: thrown });
  }
}
