// Runs the real `loupe` command in a process of its own and reads what it prints.
// Runs in the tests (Node).
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '../../electron/cli/bin.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON Lines; throws when a line is no JSON. */
  lines(): Record<string, unknown>[];
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with every piece of standard output. */
  readonly onOutput?: (text: string, child: ChildProcess) => void;
}

export function loupe(args: readonly string[], { env = {}, onOutput }: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(text, child);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = (): Record<string, unknown>[] =>
        stdout
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      resolve({ code, stdout, stderr, lines });
    });
  });
}
