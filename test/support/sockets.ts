// Which Internet sockets a program and its children hold: what Chromium's own log cannot know about Node's part of it.
// Runs in the tests (Node on Linux).
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // the process ended meanwhile
  }
};

function children(pid: number): number[] {
  const direct = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return direct.flatMap((child) => [child, ...children(child)]);
}

function socketsOf(pid: number): Set<string> {
  let names: string[];
  try {
    names = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return new Set();
  }
  return new Set(
    names.flatMap((name) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
}

const LOOPBACK = /^(0100007F|00000000000000000000000001000000|0+):/;

/** Sockets of the process tree whose other end is not this computer. Listening on the loopback is not counted. */
export function foreignSockets(pid: number): string[] {
  const held = new Set([pid, ...children(pid)].flatMap((one) => [...socketsOf(one)]));
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    read(`/proc/net/${kind}`)
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => held.has(columns[9] ?? '') && !LOOPBACK.test(columns[2] ?? ''))
      .map((columns) => `${kind} to ${columns[2] ?? '?'}`),
  );
}
