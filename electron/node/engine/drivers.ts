// Which graphics drivers this computer has, as one text: when it changes, what was found out about providers no longer holds.
// Runs in the inference service and on the command line (Node).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, hostname, release } from 'node:os';

/** The display adapters' class in the registry; each holds the version of its driver. */
const WINDOWS_CLASS =
  'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}';
const PATIENCE_MS = 3000;

/** Tells this computer from another that uses the same data folder (a profile on a server). */
export const machineId = (): string =>
  createHash('sha256')
    .update(JSON.stringify([hostname(), process.platform, process.arch, cpus()[0]?.model, cpus().length]))
    .digest('hex');

/** '' where there is no driver to be seen. Never throws: a driver that hides is no reason not to inspect. */
export async function driverVersions(): Promise<string> {
  if (process.platform === 'win32') return windowsDrivers();
  return process.platform === 'linux' ? linuxDrivers() : release(); // on macOS they come with the system
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
};

/** NVIDIA's driver has a version of its own, the others that of the kernel. */
function linuxDrivers(): string {
  const nvidia = read('/sys/module/nvidia/version');
  const cards = list('/sys/class/drm')
    .filter((name) => /^card\d+$/.test(name))
    .map((name) =>
      ['vendor', 'device'].map((part) => read(`/sys/class/drm/${name}/device/${part}`)).join(':'),
    );
  if (nvidia === '' && cards.length === 0) return '';
  return [`kernel ${release()}`, ...(nvidia === '' ? [] : [`nvidia ${nvidia}`]), ...cards].join(', ');
}

function windowsDrivers(): Promise<string> {
  const args = ['query', WINDOWS_CLASS, '/s', '/v', 'DriverVersion'];
  return new Promise((resolve) => {
    execFile('reg', args, { timeout: PATIENCE_MS, windowsHide: true }, (_, stdout) => {
      const versions = [...stdout.matchAll(/DriverVersion\s+REG_SZ\s+(\S+)/g)].map(([, version]) => version);
      resolve([`windows ${release()}`, ...versions].join(', '));
    });
  });
}
