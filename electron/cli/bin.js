#!/usr/bin/env node
// The `loupe` command: makes sure that Node 24 runs it (the pinned one, also when another Node started this file).
// Runs in any Node >= 18.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('./loupe.ts', import.meta.url));
const pinned = fileURLToPath(
  new URL(`../../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url),
);
const [major] = process.versions.node.split('.').map(Number);
if (major >= 24) {
  await import(source);
} else if (existsSync(pinned)) {
  const { status, signal } = spawnSync(pinned, [source, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(signal ? 1 : (status ?? 1));
} else {
  console.error('loupe: Node 24 is needed. Run "npm ci" first: it brings the pinned one.');
  process.exit(2);
}
