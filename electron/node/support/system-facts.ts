// What this program runs on, as facts for a report: versions, system, computer.
// Runs in the main process and on the command line (Node).
import { arch, cpus, freemem, release, totalmem, type } from 'node:os';
import type { Fact } from '../../common/support.ts';

/** `version` is Loupe's; the rest is asked of the process itself. */
export function systemFacts(version: string): Fact[] {
  // On the command line there is no Electron, whatever its types say.
  const { electron, chrome, node } = process.versions as Readonly<Record<string, string | undefined>>;
  const processors = cpus();
  return [
    { name: 'program', value: `Loupe ${version}` },
    ...(electron === undefined
      ? []
      : [{ name: 'built' as const, value: `Electron ${electron}, Chromium ${chrome ?? '?'}` }]),
    { name: 'node', value: node ?? '?' },
    { name: 'system', value: `${type()} ${release()} ${arch()}` },
    { name: 'computer', value: `${processors[0]?.model.trim() ?? '?'} × ${processors.length}` },
    { name: 'memory', value: `${gigabytes(freemem())} / ${gigabytes(totalmem())} GB` },
  ];
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
