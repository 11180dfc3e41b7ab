// Named steps that go on after a failure, and the closing line.
// Runs in Node.

export interface Tally {
  readonly step: (name: string, body: () => Promise<void>) => Promise<void>;
  /** Prints the closing line; sets the exit code. */
  readonly close: () => void;
}

/** `onFailure` is given the step's name, for a picture of what was on the screen. */
export function tally(title: string, onFailure: (name: string) => Promise<void>): Tally {
  let passed = 0;
  let failed = 0;
  return {
    async step(name, body) {
      const started = performance.now();
      try {
        await body();
        passed++;
        console.log(`  ok    ${name} (${Math.round(performance.now() - started)} ms)`);
      } catch (thrown) {
        failed++;
        await onFailure(name).catch(() => undefined);
        console.log(
          `  FAIL  ${name}\n${indent(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))}`,
        );
      }
    },
    close() {
      console.log(`${title}: ${passed} passed, ${failed} failed`);
      if (failed > 0) process.exitCode = 1;
    },
  };
}

const indent = (text: string): string => text.replace(/^/gm, '        ');
