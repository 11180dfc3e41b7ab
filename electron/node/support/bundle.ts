// What goes into a support bundle: logs, the report, settings, the policy, and which crash dumps there are. Never a photograph, a
// map, a thumbnail, a PIN or a crash dump itself: a dump is a piece of memory, and memory holds images. Runs in Node.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { settingsFile } from '../admin/settings.ts';
import { filesIn } from './doctor.ts';
import type { ZipEntry } from './zip.ts';

export interface BundleSources {
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly crashFolder: string;
  readonly policyFile: string;
  /** Text of the diagnostics. */
  readonly report: string;
  /** More values as JSON, by name: preferences, schema. */
  readonly values: Readonly<Record<string, unknown>>;
}

const LARGEST_LOG = 10_000_000;
/** Hashes and such of people who work here: whatever is called so stays at home. */
const SECRET = /pin|password|secret|token|hash|salt/i;

const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');

/** A file that cannot be read is named with the reason: a bundle with a gap is better than none, if it says so. */
function fileEntry(path: string, name: string): ZipEntry[] {
  try {
    const bytes = readFileSync(path);
    return [{ name, bytes: bytes.length > LARGEST_LOG ? bytes.subarray(-LARGEST_LOG) : bytes }];
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    return [{ name: `${name}.unreadable.txt`, bytes: text(String(thrown)) }];
  }
}

function logEntries(folder: string): ZipEntry[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => /^[\w.-]+\.jsonl$/.test(name));
  } catch {
    // No log was ever written.
  }
  return names.sort().flatMap((name) => fileEntry(join(folder, name), `logs/${name}`));
}

/** JSON of a value without what is nobody's business. */
const json = (value: unknown): string =>
  `${JSON.stringify(value, (key, item: unknown) => (SECRET.test(key) ? undefined : item), 2)}\n`;

export function bundleEntries(sources: BundleSources): ZipEntry[] {
  const { dataFolder, logFolder, crashFolder, policyFile, report, values } = sources;
  const dumps = filesIn(crashFolder).map(({ name, bytes, at }) => ({
    ...{ name, bytes, at: new Date(at).toISOString() },
  }));
  const entries: ZipEntry[] = [
    { name: 'diagnostics.txt', bytes: text(report) },
    ...logEntries(logFolder),
    ...fileEntry(settingsFile(dataFolder), 'workstation.json'),
    ...fileEntry(join(dataFolder, 'window.json'), 'window.json'),
    ...fileEntry(policyFile, 'policy.json'),
    { name: 'crash-dumps.json', bytes: text(json(dumps)) },
    ...Object.entries(values).map(([name, value]) => ({ name: `${name}.json`, bytes: text(json(value)) })),
  ];
  const list = entries.map(({ name, bytes }) => `${name}  ${bytes.length} bytes`).join('\n');
  const note = `Support bundle of Loupe. It holds no photographs, no heat maps, no thumbnails and no crash dumps.\n\n${list}\n`;
  return [{ name: 'CONTENTS.txt', bytes: text(note) }, ...entries];
}
