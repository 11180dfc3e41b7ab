// The helpers that find an Electron and take it out of its archive.
// Runs in the tests (Node).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import {
  EXECUTABLE_NAME,
  findElectron,
  launchSwitches,
  missingDisplay,
} from '../support/electron-runtime.ts';
import { withZip } from '../support/unzip.ts';

const folder = mkdtempSync(join(tmpdir(), 'loupe-runtime-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** A zip archive with a deflated and a stored entry, and a comment after its end record. */
function archive(files: Readonly<Record<string, { text: string; mode: number; stored?: boolean }>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, { text, mode, stored }] of Object.entries(files)) {
    const raw = Buffer.from(text);
    const data = stored ? raw : deflateRawSync(raw);
    const extra = Buffer.alloc(7); // the local header has an extra field that the directory does not have
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(crc32(raw), 16);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(raw.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE((0o100000 | mode) * 0x10000, 38);
    entry.writeUInt32LE(at, 42);
    const parts = [local, Buffer.from(name), extra, data];
    locals.push(...parts);
    central.push(entry, Buffer.from(name));
    at += parts.reduce((sum, part) => sum + part.length, 0);
  }
  const directory = Buffer.concat(central);
  const comment = Buffer.from('a comment');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, directory, end, comment]);
}

describe('the zip reader', () => {
  it('gives names, modes and bytes', async () => {
    const file = join(folder, 'a.zip');
    const text = 'loupe '.repeat(1000);
    writeFileSync(
      file,
      archive({ 'a/run': { text, mode: 0o755 }, b: { text: 'plain', mode: 0o644, stored: true } }),
    );
    const found = await withZip(file, (entries) =>
      Promise.all(
        entries.map(async (entry) => [entry.name, entry.mode, Buffer.from(await entry.read()).toString()]),
      ),
    );
    expect(found).toEqual([
      ['a/run', 0o755, text],
      ['b', 0o644, 'plain'],
    ]);
  });

  it('refuses what is no archive', async () => {
    const file = join(folder, 'b.zip');
    writeFileSync(file, 'PK, or so they say');
    await expect(withZip(file, () => Promise.resolve(1))).rejects.toThrow('not a zip archive');
  });
});

describe('the runtime', () => {
  it('is the one that the environment names, when it is complete', () => {
    const named = join(folder, 'dist');
    mkdirSync(named);
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', named);
    expect(findElectron()?.origin).not.toBe('override');
    mkdirSync(join(named, EXECUTABLE_NAME, '..'), { recursive: true });
    writeFileSync(join(named, EXECUTABLE_NAME), '');
    writeFileSync(join(named, 'version'), 'v45.4.1\n');
    expect(findElectron()).toMatchObject({ origin: 'override', version: '45.4.1' });
  });

  it.runIf(process.platform === 'linux')('needs a display, and gives up the sandbox only for root', () => {
    vi.stubEnv('DISPLAY', '');
    vi.stubEnv('WAYLAND_DISPLAY', '');
    expect(missingDisplay()).toContain('no display');
    vi.stubEnv('WAYLAND_DISPLAY', 'wayland-0');
    expect(missingDisplay()).toBeNull();
    expect(launchSwitches()).toEqual(process.getuid?.() === 0 ? ['--no-sandbox'] : []);
  });
});
