// How many threads the network gets when nobody says: the physical cores that this process may use.
// Runs in Node.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * At least 1. A second thread on the same core only takes cache from the first, so hyper-threads are not counted.
 * ONNX Runtime would find the number itself, but then it also pins threads to cores, and complains on standard
 * error where a container forbids it.
 */
export function defaultThreads(): number {
  return Math.max(1, Math.min(physicalCores(), availableParallelism()));
}

function physicalCores(): number {
  if (process.platform !== 'linux') {
    // Only x64 has two threads per core; Apple and Windows on Arm have one.
    return process.arch === 'x64' ? Math.ceil(availableParallelism() / 2) : availableParallelism();
  }
  try {
    const cores = new Set<string>();
    for (const processor of readFileSync('/proc/cpuinfo', 'utf8').split('\n\n')) {
      const chip = /^physical id\s*: (\d+)$/m.exec(processor)?.[1];
      const core = /^core id\s*: (\d+)$/m.exec(processor)?.[1];
      if (core !== undefined) cores.add(`${chip}/${core}`);
    }
    return cores.size || availableParallelism();
  } catch {
    return availableParallelism();
  }
}
