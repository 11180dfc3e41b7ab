// From a cold start of the command line to the first score, against the start of a Node that does nothing.
// Runs in Node (test/bench/run.ts starts it).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { figure, type Figure } from './figures.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TIMES = 7;

/** Milliseconds until the program prints its first line. */
function firstLine(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const start = performance.now();
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [ms, problem] = [NaN, ''];
    child.stdout.once('data', () => (ms = performance.now() - start));
    child.stderr.on('data', (data: Buffer) => (problem += data.toString()));
    child.once('error', reject);
    child.once('close', () =>
      Number.isNaN(ms) ? reject(new Error(`nothing was printed: ${problem}`)) : done(ms),
    );
  });
}

export async function measureColdStart(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'loupe-bench-'));
  const cli = [
    join(ROOT, 'electron/cli/bin.js'),
    'inspect',
    join(ROOT, 'resources/samples/leather/test/cut'),
  ];
  const args = [...cli, '--product', 'leather', '--json'];
  const [node, fresh, known]: number[][] = [[], [], []];
  try {
    await firstLine(args, { LOUPE_CACHE: join(folder, 'known') }); // the files are in the system's memory from here on
    for (let i = 0; i < TIMES; i++) {
      node!.push(await firstLine(['-e', 'console.log(1)'], {}));
      fresh!.push(await firstLine(args, { LOUPE_CACHE: join(folder, `new ${i}`) }));
      known!.push(await firstLine(args, { LOUPE_CACHE: join(folder, 'known') }));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [
    figure('command line: a Node that prints one line', 'ms', node!),
    figure('command line: to the first score, words new', 'ms', fresh!),
    figure('command line: to the first score, words in the cache', 'ms', known!),
  ];
}
