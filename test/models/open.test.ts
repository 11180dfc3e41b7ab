// Opening and finding packs on disk: what is right opens, and whatever was changed, lost or led elsewhere is refused.
// Runs in Node (vitest).
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listPacks, locatePack } from '../../models/packs/locate.ts';
import { openPack, readManifest } from '../../models/packs/open.ts';
import { hashFile, verifiedFile } from '../../models/packs/verified-file.ts';

const WEIGHTS = new Uint8Array(1000).map((_, i) => i);
const MERGES = new TextEncoder().encode('#version: 0.2\n');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const failure = (code: string, text = ''): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as string });

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'loupe-packs-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes a small pack into the root and returns its folder. */
async function makePack(name: string, id = name): Promise<string> {
  const folder = join(root, name);
  const range = { lo: 0, hi: 1 };
  const method = { score0: range, score1: range, heat: range, thresholds: { review: 0.4, reject: 0.7 } };
  const listed = (path: string, bytes: Uint8Array) => ({ path, bytes: bytes.length, sha256: sha256(bytes) });
  const manifest = {
    ...{ schema: 1, id, version: '1.0.0', title: 'T', licence: 'L', source: 'S' },
    architecture: {
      embedDim: 8,
      activation: 'gelu',
      vision: { width: 8, layers: 4, heads: 2, mlpWidth: 8, patch: 4, imageSize: 8 },
    },
    preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
    ...{ stages: [1, 2, 3, 4], tap: 'clean', method: 'base', sigma: 8, rvs: 'mean' },
    calibration: { base: method },
    weights: { file: 'model.safetensors', layout: 'hf' },
    files: [listed('model.safetensors', WEIGHTS), listed('merges.txt', MERGES)],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.safetensors'), WEIGHTS);
  await writeFile(join(folder, 'merges.txt'), MERGES);
  await writeFile(join(folder, 'pack.json'), JSON.stringify(manifest));
  return folder;
}

describe('opening a pack', () => {
  it('hands out the listed bytes and the hash of the weights', async () => {
    const folder = await makePack('good');
    await writeFile(join(folder, 'notes.txt'), 'not listed');
    const pack = await openPack(folder);
    expect(pack.manifest.id).toBe('good');
    expect(pack.folder).toBe(folder);
    expect(pack.modelSha256).toBe(sha256(WEIGHTS));
    expect(pack.bytes('model.safetensors')).toEqual(WEIGHTS);
    for (const name of ['notes.txt', 'pack.json', '../good/merges.txt', '__proto__']) {
      expect(() => pack.bytes(name)).toThrow(failure('pack.invalid', name));
    }
  });

  it('keeps the verified bytes whatever happens to the files afterwards', async () => {
    const folder = await makePack('kept');
    const pack = await openPack(folder);
    await writeFile(join(folder, 'model.safetensors'), 'replaced');
    expect(pack.bytes('model.safetensors')).toEqual(WEIGHTS);
  });

  it('keeps only hashes of large weights, and hands out only bytes that are still those', async () => {
    const folder = await makePack('large');
    const path = join(folder, 'model.safetensors');
    const pack = await openPack(folder, 0);
    expect(pack.file!('model.safetensors').read(3, 5)).toEqual(WEIGHTS.subarray(3, 8));
    const [altered, shorter, gone] = [
      await openPack(folder, 0),
      await openPack(folder, 0),
      await openPack(folder, 0),
    ];
    const weights = (of: typeof pack) => () => of.bytes('model.safetensors');
    await writeFile(
      path,
      WEIGHTS.map((value, i) => (i === 999 ? value ^ 1 : value)),
    );
    expect(weights(altered)).toThrow(failure('pack.hash_mismatch', 'changed meanwhile'));
    expect(weights(pack)()).toEqual(WEIGHTS); // this piece was read and verified before
    await writeFile(path, WEIGHTS.subarray(1));
    expect(weights(shorter)).toThrow(failure('pack.hash_mismatch', '999 bytes'));
    await rm(path);
    expect(weights(gone)).toThrow(failure('data.folder_missing', 'model.safetensors'));
  });

  it('reads any piece of a file of several megabytes', async () => {
    const path = join(root, 'large.bin');
    const bytes = new Uint8Array((5 << 20) / 2 + 7).map((_, i) => i ^ (i >> 11));
    await writeFile(path, bytes);
    const handle = await open(path);
    const known = await hashFile(handle, bytes.length);
    await handle.close();
    expect(known).toMatchObject({ sha256: sha256(bytes), size: bytes.length });
    expect(known.pieces).toHaveLength(3);
    const file = verifiedFile(path, known);
    const mega = 1 << 20;
    for (const [offset, length] of [
      [0, 0],
      [0, 1],
      [mega - 1, 2],
      [mega, mega],
      [5, 2 * mega],
      [bytes.length - 1, 1],
      [0, bytes.length],
    ] as const)
      expect(Buffer.compare(file.read(offset, length), bytes.subarray(offset, offset + length))).toBe(0);
  });

  it('refuses one changed bit, a shorter file, a longer file and a missing one', async () => {
    const folder = await makePack('bad');
    const path = join(folder, 'model.safetensors');
    await writeFile(
      path,
      WEIGHTS.map((value, i) => (i === 500 ? value ^ 1 : value)),
    );
    await expect(openPack(folder)).rejects.toThrow(failure('pack.hash_mismatch', sha256(WEIGHTS)));
    await truncate(path, 999);
    await expect(openPack(folder)).rejects.toThrow(failure('pack.hash_mismatch', 'found 999 bytes'));
    await truncate(path, 1001);
    await expect(openPack(folder)).rejects.toThrow(failure('pack.hash_mismatch', 'found 1001 bytes'));
    await rm(path);
    await expect(openPack(folder)).rejects.toThrow(failure('pack.hash_mismatch', 'found no file'));
  });

  it('verifies files that are not the weights as well', async () => {
    const folder = await makePack('bad');
    await writeFile(join(folder, 'merges.txt'), '#version: 0.3\n');
    await expect(openPack(folder)).rejects.toThrow(failure('pack.hash_mismatch', 'merges.txt'));
  });

  it('refuses a link that leads out, even to the right bytes', async () => {
    const folder = await makePack('linked');
    await writeFile(join(root, 'outside'), WEIGHTS);
    await rm(join(folder, 'model.safetensors'));
    await symlink(join(root, 'outside'), join(folder, 'model.safetensors'));
    await expect(openPack(folder)).rejects.toThrow(failure('pack.invalid', 'leads out'));
  });

  it('refuses a pack.json that is a link out', async () => {
    const folder = await makePack('real');
    await mkdir(join(root, 'fake'));
    await symlink(join(folder, 'pack.json'), join(root, 'fake', 'pack.json'));
    await expect(openPack(join(root, 'fake'))).rejects.toThrow(failure('pack.invalid', 'leads out'));
  });

  it('opens a pack whose folder itself is reached by a link', async () => {
    await symlink(await makePack('real'), join(root, 'alias'));
    expect((await openPack(join(root, 'alias'))).manifest.id).toBe('real');
  });

  it('refuses a folder and a named pipe in place of a file, without waiting', async () => {
    const folder = await makePack('odd');
    const path = join(folder, 'model.safetensors');
    await rm(path);
    await mkdir(path);
    await expect(openPack(folder)).rejects.toThrow(failure('pack.invalid', 'is not a file'));
    if (process.platform === 'win32') return;
    await rm(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    await expect(openPack(folder)).rejects.toThrow(failure('pack.invalid', 'is not a file'));
  });

  it('refuses a loop of links', async () => {
    const folder = await makePack('loop');
    await rm(join(folder, 'merges.txt'));
    await symlink('merges.txt', join(folder, 'merges.txt'));
    await expect(openPack(folder)).rejects.toThrow(failure('pack.invalid', 'merges.txt'));
  });

  it('refuses a pack.json that is huge, empty or not JSON', async () => {
    const folder = await makePack('bad');
    const path = join(folder, 'pack.json');
    await truncate(path, (1 << 20) + 1);
    await expect(openPack(folder)).rejects.toThrow(failure('pack.invalid', 'larger than 1 MB'));
    await writeFile(path, '');
    await expect(openPack(folder)).rejects.toThrow(failure('pack.invalid'));
    await writeFile(path, '{"schema":1}');
    await expect(openPack(folder)).rejects.toThrow(failure('pack.invalid', 'id'));
  });

  it('says that there is no pack', async () => {
    await writeFile(join(root, 'file'), '');
    for (const name of ['nowhere', 'file', '.']) {
      await expect(openPack(join(root, name)), name).rejects.toThrow(failure('pack.missing'));
      await expect(readManifest(join(root, name)), name).rejects.toThrow(failure('pack.missing'));
    }
  });
});

describe('finding packs', () => {
  it('lists the packs of all roots, with the reason for those that cannot be used', async () => {
    await makePack('one/b-pack', 'b-pack');
    await makePack('one/a-pack', 'a-pack');
    await makePack('two/c-pack', 'c-pack');
    await writeFile(join(root, 'one', 'b-pack', 'pack.json'), '{');
    await mkdir(join(root, 'one', 'empty'));
    await writeFile(join(root, 'two', 'file'), '');
    const packs = await listPacks([join(root, 'one'), join(root, 'none'), join(root, 'two')]);
    expect(packs.map(({ id }) => id)).toEqual(['a-pack', 'b-pack', 'c-pack']);
    expect(packs[0]).toMatchObject({ folder: join(root, 'one', 'a-pack'), manifest: { id: 'a-pack' } });
    expect(packs[1]).toMatchObject({ error: { code: 'pack.invalid' } });
  });

  it('finds a pack by id, whatever its folder is called, in the first root that has it', async () => {
    const first = await makePack('one/renamed', 'mini');
    await makePack('two/mini', 'mini');
    const roots = [join(root, 'one'), join(root, 'two')];
    expect(await locatePack('mini', roots)).toBe(first);
    expect(await locatePack('mini', [...roots].reverse())).toBe(join(root, 'two', 'mini'));
  });

  it('finds a pack by folder', async () => {
    const folder = await makePack('elsewhere', 'mini');
    expect(await locatePack(folder, [])).toBe(folder);
  });

  it('finds a damaged pack, so that opening it can say why', async () => {
    const folder = await makePack('one/mini', 'mini');
    await writeFile(join(folder, 'pack.json'), '{');
    expect(await locatePack('mini', [join(root, 'one')])).toBe(folder);
    expect(await locatePack(folder, [])).toBe(folder);
  });

  it('says that a pack is unknown', async () => {
    await makePack('one/mini', 'mini');
    for (const name of ['other', join(root, 'one'), '../one/mini']) {
      await expect(locatePack(name, [join(root, 'one')]), name).rejects.toThrow(failure('pack.missing'));
    }
  });
});
