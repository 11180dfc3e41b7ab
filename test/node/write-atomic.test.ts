// Small files: whole or not at all, and patient with whoever holds them for a moment.
// Runs in the tests (Node).
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SettingsFile } from '../../electron/node/admin/settings.ts';
import { insist, writeAtomic } from '../../electron/node/files/write-atomic.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-atomic');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failure = (code: string): Error => Object.assign(new Error(`${code}: held`), { code });

describe('an atomic write', () => {
  const path = join(folder, 'deep/er/file.json');
  const waits: number[] = [];
  const wait = (ms: number) => void waits.push(ms);
  beforeEach(() => waits.splice(0));

  it('makes the folders, replaces the file, and leaves nothing beside it', () => {
    writeAtomic(path, 'one');
    writeAtomic(path, new Uint8Array([50]));
    expect(readFileSync(path, 'utf8')).toBe('2');
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['file.json']);
  });

  it.each(['EPERM', 'EBUSY', 'EACCES'])('waits while somebody holds the file (%s)', (code) => {
    let left = 4;
    const rename = (from: string, to: string): void => {
      if (left-- > 0) throw failure(code);
      renameSync(from, to);
    };
    writeAtomic(path, code, { rename, wait });
    expect(readFileSync(path, 'utf8')).toBe(code);
    expect(waits).toEqual([10, 30, 60, 100]);
  });

  it('gives up in the end: the old content is there, and nothing else', () => {
    writeAtomic(path, 'old');
    const rename = (): void => {
      throw failure('EPERM');
    };
    expect(() => writeAtomic(path, 'new', { rename, wait })).toThrow('EPERM');
    expect(waits).toHaveLength(6);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['file.json']);
  });

  it('does not wait for what will not pass', () => {
    expect(() =>
      insist(() => {
        throw failure('ENOSPC');
      }, wait),
    ).toThrow('ENOSPC');
    expect(waits).toEqual([]);
  });
});

describe('the settings of a workstation', () => {
  const at = join(folder, 'settings');
  const file = join(at, 'workstation.json');
  const told: string[] = [];
  const open = () => new SettingsFile(at, (text) => told.push(text));
  beforeEach(() => {
    rmSync(at, { recursive: true, force: true });
    told.splice(0);
  });

  it('are as delivered at first, kept over a restart, and taken back', () => {
    const settings = open();
    expect(settings.current).toEqual({ schema: 1 });
    expect(settings.set({ updateFolder: '/media/stick' })).toBe(true);
    expect(open().current).toEqual({ schema: 1, updateFolder: '/media/stick' });
    settings.set({ updateFolder: undefined });
    expect(open().current.updateFolder).toBeUndefined();
    expect(told).toEqual([]);
  });

  it.each(['{"schema":1', '{"schema":2}', '{"schema":1,"colour":"red"}', '[]', ''])(
    'that make no sense are put aside and said: %s',
    (text) => {
      mkdirSync(at);
      writeFileSync(file, text);
      expect(open().current).toEqual({ schema: 1 });
      expect(told).toHaveLength(1);
      expect(readFileSync(`${file}.bad`, 'utf8')).toBe(text);
    },
  );

  it('that cannot be written hold for the session', () => {
    writeFileSync(at, 'a file where the folder should be');
    const settings = open();
    expect(settings.set({ updateFolder: '/x' })).toBe(false);
    expect(settings.current.updateFolder).toBe('/x');
    expect(told.at(-1)).toContain('could not be written');
  });
});
