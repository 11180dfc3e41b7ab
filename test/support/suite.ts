// The smallest test runner for programs that need one world for all their checks: names, counts, loud skips.
// Runs in the end-to-end tests (Node); test/run.ts reads the last line.

export interface Suite {
  check(name: string, work: () => Promise<void> | void): Promise<void>;
  /** Ends the program: what could not run is counted and never as passed. */
  skip(reason: string): never;
  /** The same for one check of several. */
  leaveOut(what: string, reason: string): void;
  finish(): never;
  readonly failed: number;
}

/** A suite that prints as it goes and ends with "<name>: N passed, N failed, N skipped". */
export function suite(name: string): Suite {
  let [passed, failed, skipped] = [0, 0, 0];
  const finish = (): never => {
    console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    process.exit(failed > 0 ? 1 : 0);
  };
  return {
    async check(what, work) {
      try {
        await work();
        passed++;
        console.log(`  ok      ${what}`);
      } catch (error) {
        failed++;
        console.log(`  FAILED  ${what}\n          ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    leaveOut(what, reason) {
      console.log(`  SKIPPED, not passed: ${what}: ${reason}`);
      skipped++;
    },
    skip(reason) {
      console.log(`  SKIPPED, not passed: ${reason}`);
      skipped++;
      return finish();
    },
    finish,
    get failed() {
      return failed;
    },
  };
}

/** Throws unless both are the same as JSON. */
export function equal(found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, found ${a}`);
}
