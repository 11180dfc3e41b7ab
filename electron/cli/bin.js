#!/usr/bin/env node
// The `loupe` command: makes sure that Node 24 runs it (the pinned one, also when another Node started this file).
// Runs in any Node >= 18.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('./loupe.ts', import.meta.url));
const pinned = fileURLToPath(
  new URL(`../../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url),
);
const [major] = process.versions.node.split('.').map(Number);
if (major >= 24) {
  // Compiled code is kept beside the packages, where only those may write who may change the code itself; a folder that cannot
  // be written costs time and nothing else. The variable is for the services, which are processes of their own.
  const compiled = fileURLToPath(new URL('../../node_modules/.cache/loupe-compiled', import.meta.url));
  process.env.NODE_COMPILE_CACHE ??= compiled;
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(source);
} else if (existsSync(pinned)) {
  const { status, signal } = spawnSync(pinned, [source, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(signal ? 1 : (status ?? 1));
} else {
  console.error('loupe: Node 24 is needed. Run "npm ci" first: it brings the pinned one.');
  process.exit(2);
}
