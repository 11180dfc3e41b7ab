// Whether this processor adds 8-bit products in 32 bits, where they cannot overflow.
// Runs in Node.
import { readFileSync } from 'node:fs';

/**
 * x64 needs VNNI for it; Arm always does it. False where it cannot be found out (x64 without /proc/cpuinfo): weights of 7 bits
 * are right everywhere.
 */
export function addsIn32Bits(arch: string = process.arch, cpuinfo: string | null = readCpuinfo()): boolean {
  return arch !== 'x64' || /^flags\s*:.*\bavx(?:512)?_vnni\b/m.test(cpuinfo ?? '');
}

function readCpuinfo(): string | null {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return null; // Windows and macOS
  }
}
