// What a command line may write to, and what happens to a result that nobody can take.
// Runs in the tests (Node); the commands are the real ones, each in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkTarget } from '../../electron/cli/target.ts';
import { toErrorValue } from '../../models/errors.ts';
import { loupe } from '../support/cli.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

vi.setConfig({ testTimeout: 300_000 });

const folder = temporaryFolder();
const file = join(folder, 'file');
const pipe = join(folder, 'pipe');

beforeAll(() => {
  writeFileSync(file, 'old');
});
afterAll(() => rmSync(folder, { recursive: true }));

function reasonOf(target: string): string {
  try {
    checkTarget(target);
  } catch (thrown) {
    const { code, params } = toErrorValue(thrown);
    expect(code).toBe('output.failed');
    expect(params.path).toBe(target);
    return String(params.reason);
  }
  return '';
}

describe('a file to write', () => {
  it('may be new, in folders that are still to be made, or be replaced', () => {
    for (const target of [file, join(folder, 'new'), join(folder, 'a/b/c')])
      expect(reasonOf(target)).toBe('');
    expect(existsSync(join(folder, 'a'))).toBe(false);
  });

  it('is no folder and lies in none that is a file', () => {
    expect(reasonOf(folder)).toContain('a folder');
    expect(reasonOf(join(file, 'x.csv'))).toBe(`${file} is not a folder`);
    expect(reasonOf(join(file, 'x/y.csv'))).toBe(`${file} is not a folder`);
  });

  it.skipIf(process.platform === 'win32')('is no device and no pipe: a rename would replace it', () => {
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    expect(reasonOf(pipe)).toContain('a device or a pipe');
    expect(reasonOf('/dev/null')).toContain('a device or a pipe');
  });

  it('is looked at before the work: what was there stays', async () => {
    mkdirSync(join(folder, 'out'), { recursive: true });
    for (const args of [
      ['calibrate', 'nowhere', '--product', 'nut', '--out', join(folder, 'out')],
      ['train-head', 'nowhere', '--out', join(file, 'head.safetensors')],
      ['evaluate', 'nowhere', '--report', join(file, 'report.html')],
      ['doctor', '--data', join(folder, 'data'), '--bundle', join(folder, 'out')],
    ]) {
      const { code, stdout, stderr } = await loupe(args);
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toMatch(/^loupe: output\.failed: .*\n$/);
    }
    expect(readFileSync(file, 'utf8')).toBe('old');
  });
});

describe('standard output', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'that takes no more, because a disk is full, is told and ends with 5',
    () => {
      const bin = join(import.meta.dirname, '../../electron/cli/bin.js');
      const ended = spawnSync(process.execPath, [bin, '--help'], {
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
        encoding: 'utf8',
      });
      expect(ended.stderr).toMatch(/^loupe: output\.failed: .*standard output.*ENOSPC.*\n$/);
      expect(ended.status).toBe(5);
    },
  );
});
