// Runs the test suites in order and ends with one line that counts them all: what `npm test` is. With a word, only the suites with
// it in their names. Runs in Node, from the repository root.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** What failed, in the words of its suite: told again at the end, where nobody has to scroll to. */
  failures?: readonly string[];
}

const NODE = process.execPath;
const REPORT = '.cache/vitest.json';
/** More files than these do not fail by chance. */
const MOST_AGAIN = 3;

/** Runs a command, shows what it prints, and returns that text with the exit code. */
function run(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let text = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const)
      from.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        to.write(chunk);
      });
    child.on('error', (error) => resolve({ code: 1, text: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, text }));
  });
}

/** A suite that never got as far as counting is one failure. */
const crashed = (code: number, counts: Counts): Counts =>
  code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** The first lines of a failure: enough to know where to look. */
const head = (text: string): string => text.split('\n').slice(0, 8).join('\n');

/** Each failed test with its file; a file that could not be read at all with its message. */
const failuresIn = (report: VitestReport): string[] =>
  report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      return failed.length === 0
        ? [`${name}\n${head(message ?? '')}`]
        : failed.map(
            ({ fullName, failureMessages }) => `${name}: ${fullName}\n${head(failureMessages?.[0] ?? '')}`,
          );
    });

/** Runs vitest on these files (all without any); null where it left no report. */
async function report(
  files: readonly string[],
): Promise<{ code: number; text: string; report: VitestReport | null }> {
  mkdirSync('.cache', { recursive: true });
  rmSync(REPORT, { force: true });
  const { code, text } = await run(NODE, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${REPORT}`,
    ...files,
  ]);
  try {
    return { code, text, report: JSON.parse(readFileSync(REPORT, 'utf8')) as VitestReport };
  } catch {
    console.error('vitest left no report');
    return { code, text, report: null };
  }
}

async function vitest(): Promise<Counts> {
  const { code, text, report: all } = await report([]);
  if (all === null) return crashed(code, { passed: 0, failed: 0, skipped: 0 });
  const failures = failuresIn(all);
  const counts: Counts = {
    passed: all.numPassedTests,
    failed: all.numFailedTests,
    skipped: all.numPendingTests + all.numTodoTests,
    failures,
  };
  const failing = all.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  // An error outside of every test is in no file: running those that failed once more would only hide it.
  if (/Unhandled (Errors?|Rejection)/.test(text))
    return {
      ...counts,
      failed: counts.failed + 1,
      failures: [...failures, 'an error outside of every test'],
    };
  if (counts.failed === 0 || failing.length > MOST_AGAIN) return crashed(code, counts);
  console.log(`\n!!! ${counts.failed} failed in ${failing.join(', ')}: these files are run once more`);
  const second = await report(failing);
  const still = second.report?.numFailedTests ?? counts.failed;
  // What passed in these files has been counted; what fails no more has passed.
  return crashed(second.code, {
    ...counts,
    passed: counts.passed + counts.failed - still,
    failed: still,
    failures: failuresIn(second.report ?? all),
  });
}

/** An end-to-end suite is a program that ends with "<name>: N passed, N failed, N skipped". */
async function program(file: string): Promise<Counts> {
  const { code, text } = await run(NODE, [file]);
  const match = [...text.matchAll(/^[\w -]+: (\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  const failures = [...text.matchAll(/^ {2}FAIL(?:ED)? .*(?:\n {8}.*)*/gm)].map(([failure]) => head(failure));
  return crashed(code, {
    passed: Number(match?.[1] ?? 0),
    failed: Number(match?.[2] ?? 1), // one that never counted is a failure, whatever its exit code says
    skipped: Number(match?.[3] ?? 0),
    failures: failures.length > 0 ? failures : [`${file} ended with exit code ${code}`],
  });
}

/** Real windows and browsers lose a race now and then: one more try, said aloud, decides. */
async function twice(file: string): Promise<Counts> {
  const first = await program(file);
  if (first.failed === 0) return first;
  console.log(`\n!!! ${first.failed} failed in ${file}: the whole suite is run once more`);
  return program(file);
}

const PROGRAMS = [
  ['page (Debian Chromium)', 'test/renderer/page.e2e.ts'],
  ['guided page (Debian Chromium)', 'test/renderer/guided.e2e.ts'],
  ['100,000 parts (Debian Chromium)', 'test/renderer/many.e2e.ts'],
  ['accessible page (Debian Chromium)', 'test/renderer/accessible.e2e.ts'],
  ['texts from catalogues (Debian Chromium)', 'test/renderer/pseudo.e2e.ts'],
  ['drawing by WebGL2 and without (Debian Chromium)', 'test/renderer/drawing.e2e.ts'],
  ['training page (Debian Chromium)', 'test/renderer/training.e2e.ts'],
  ['inspection area page (Debian Chromium)', 'test/renderer/regions.e2e.ts'],
  ['sources page (Debian Chromium)', 'test/renderer/sources.e2e.ts'],
  ['people page (Debian Chromium)', 'test/renderer/people.e2e.ts'],
  ['history page (Debian Chromium)', 'test/renderer/history.e2e.ts'],
  ['challenges and stories page (Debian Chromium)', 'test/renderer/audit.e2e.ts'],
  ['support page (Debian Chromium)', 'test/renderer/support.e2e.ts'],
  ['workstation locked in (real Electron)', 'test/e2e/electron-smoke.ts'],
  ['workstation restarts and crashes (real Electron)', 'test/e2e/electron-life.ts'],
  ['operator on real photographs (real Electron)', 'test/e2e/operator.ts'],
  ['training on the workstation (real Electron)', 'test/e2e/training.ts'],
  ['reports and certificates on paper (real Electron)', 'test/e2e/paper.ts'],
  ['supervision (real Electron)', 'test/e2e/supervision.ts'],
  ['packed, installed, upgraded, removed (real Electron)', 'test/e2e/packaged.ts'],
] as const;
const suites: [name: string, start: () => Promise<Counts>][] = [
  ['unit and integration (Node)', vitest],
  ...PROGRAMS.map(([name, file]): [string, () => Promise<Counts>] => [name, () => twice(file)]),
];

const [word = ''] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const chosen = suites.filter(([name]) => name.includes(word));
if (chosen.length === 0) throw new Error(`no suite has "${word}" in its name`);
for (const [name, start] of chosen) {
  console.log(`\n=== ${name}`);
  const counts = await start();
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (counts.failed > 0) failures.push(`--- ${name}`, ...(counts.failures ?? []));
}
if (failures.length > 0) console.log(`\n=== failed\n${failures.join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
