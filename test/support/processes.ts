// Finds the processes that a test has started, to kill them in the middle of their work.
// Runs in the tests (Node, Linux).
import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the direct children of `parent` whose command line contains `text`. */
export function childrenOf(parent: number, text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return ppid === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false; // no process, or gone meanwhile
      }
    });
}
