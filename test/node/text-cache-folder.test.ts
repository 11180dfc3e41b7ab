// Where caches lie when nobody says it: with the account, never where another one could lay vectors of its own.
// Runs in the tests (Node).
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from '../../electron/node/engine/text-cache.ts';

it('is the folder that was named, else one of the account', () => {
  expect(cacheFolder({ LOUPE_CACHE: 'here' })).toBe(resolve('here'));
  for (const env of [{}, { LOUPE_CACHE: '' }, { XDG_CACHE_HOME: undefined }]) {
    expect(cacheFolder(env).startsWith(homedir())).toBe(true);
    expect(cacheFolder(env).startsWith(join(tmpdir(), 'loupe-cache'))).toBe(false);
  }
});

it.runIf(process.platform === 'linux')('follows the rules of the desktop', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/caches' })).toBe('/caches/loupe');
});
