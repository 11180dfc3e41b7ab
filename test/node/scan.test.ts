// The scan of files and folders: order, filter, links, loops, odd names, and nothing swallowed.
// Runs in Node on a temporary folder.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scanPhotographs, type ScannedFile, type ScanOptions } from '../../electron/node/files/scan.ts';
import { LoupeError } from '../../models/errors.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'loupe-scan-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = (path: string, bytes = 1): string => {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, Buffer.alloc(bytes));
  return whole;
};
const scan = async (inputs: string[], options: ScanOptions = {}): Promise<ScannedFile[]> => {
  const found: ScannedFile[] = [];
  for await (const one of scanPhotographs(inputs, options)) found.push(one);
  return found;
};
const names = async (inputs: string[] = [root], options: ScanOptions = {}) =>
  (await scan(inputs, options)).map((found) => found.relative);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (thrown: unknown) => (thrown instanceof LoupeError ? thrown.code : String(thrown)),
  );
/** Collects what is reported, as "code relative". */
const collector = () => {
  const errors: string[] = [];
  const onError = (error: LoupeError, path: string) =>
    void errors.push(`${error.code} ${path.slice(root.length + 1)}`);
  return { errors, onError };
};

describe('what is found', () => {
  test('photographs by ending in any case, nothing hidden, nothing else', async () => {
    for (const name of ['a.jpg', 'b.JPEG', 'c.Png', 'd.bmp', 'e.tif', 'f.TIFF', 'g.webp']) file(name);
    for (const name of ['.h.jpg', '.git/i.jpg', 'j.txt', 'k.jpg.part', 'l.gif', 'jpg', 'm.jpg/n.txt'])
      file(name);
    expect(await names()).toEqual(['a.jpg', 'b.JPEG', 'c.Png', 'd.bmp', 'e.tif', 'f.TIFF', 'g.webp']);
  });
  test('natural order in each folder, folders in their place', async () => {
    for (const name of ['img10.png', 'img2.png', 'img1/b10.png', 'img1/b9.png', 'img3/a.png', 'img02.png'])
      file(name);
    expect(await names()).toEqual([
      'img1/b9.png',
      'img1/b10.png',
      'img02.png',
      'img2.png',
      'img3/a.png',
      'img10.png',
    ]);
  });
  test('path, relative path, size and time', async () => {
    const path = file('part 1/ok/x.png', 1234);
    const modified = statSync(path).mtimeMs;
    expect(await scan([root])).toEqual([{ path, relative: 'part 1/ok/x.png', bytes: 1234, modified }]);
  });
  test('any Unicode in names, also such that only look the same', async () => {
    const odd = [
      'ÄÖ.png',
      'é.png',
      'e\u0301.png',
      '部品.png',
      '🔩 nut.png',
      'quo\'te "x".png',
      'new\nline.png',
      'عربي.png',
    ];
    for (const name of odd) file(name);
    expect((await names()).sort()).toEqual([...odd].sort());
    expect(await names()).toEqual(await names());
  });
  test('masks of MVTec are left out only when asked', async () => {
    for (const name of ['test/bad/1.png', 'ground_truth/bad/1_mask.png']) file(name);
    expect(await names()).toEqual(['ground_truth/bad/1_mask.png', 'test/bad/1.png']);
    const asked: string[] = [];
    const skip = (relative: string) => asked.push(relative) > 0 && relative === 'ground_truth';
    expect(await names([root], { skip })).toEqual(['test/bad/1.png']);
    expect(asked).toEqual(['ground_truth', 'test', 'test/bad', 'test/bad/1.png']);
  });
  test('the limit stops the scan', async () => {
    for (let i = 0; i < 9; i++) file(`${i}.png`);
    expect(await names([root], { limit: 3 })).toEqual(['0.png', '1.png', '2.png']);
  });
  test('a deep tree', async () => {
    const deep = Array.from({ length: 300 }, () => 'd').join('/');
    file(`${deep}/x.png`);
    expect(await names()).toEqual([`${deep}/x.png`]);
  });
  test('many files', async () => {
    for (let i = 0; i < 3000; i++) writeFileSync(join(root, `img${i}.png`), '');
    const found = await names();
    expect([found.length, found[2], found[2999]]).toEqual([3000, 'img2.png', 'img2999.png']);
  });
});

describe('several inputs', () => {
  test('in the given order, with relative paths that never collide', async () => {
    const inputs = ['b', 'a'].map((folder) => dirname(file(`${folder}/x.png`)));
    expect(await names(inputs)).toEqual(['b/x.png', 'a/x.png']);
  });
  test('named files are taken whatever they are called', async () => {
    expect(await names([file('odd'), file('.hidden.png')])).toEqual(['odd', '.hidden.png']);
    expect(await names([file('sub/one.png')])).toEqual(['one.png']);
  });
  test('nothing twice: a file and its folder, a folder and its parent, the same again', async () => {
    const [one] = [file('a/1.png'), file('a/2.png'), file('3.png')];
    const folder = join(root, 'a');
    expect(await names([one, folder])).toEqual(['1.png', '2.png']);
    expect(await names([folder, one])).toEqual(['2.png', '1.png']);
    expect(await names([one, one])).toEqual(['1.png']);
    expect(await names([folder, root, folder])).toEqual(['a/1.png', 'a/2.png', '3.png']);
  });
  test('paths may be relative to the working folder', async () => {
    const [found] = await scan(['./test/../package.json']);
    expect(found).toMatchObject({ path: resolve('package.json'), relative: 'package.json' });
  });
});

describe('errors', () => {
  test('a missing input is told before the first photograph', async () => {
    file('a.png');
    const scanning = scanPhotographs([root, join(root, 'gone')]);
    await expect(scanning.next()).rejects.toMatchObject({ code: 'data.folder_missing' });
  });
  test('no photographs', async () => {
    file('readme.txt');
    expect(await codeOf(scan([root]))).toBe('data.no_images');
    expect(await codeOf(scan([]))).toBe('data.no_images');
  });
  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('an unreadable folder', async () => {
    file('ok.png');
    const locked = dirname(file('locked/x.png'));
    chmodSync(locked, 0);
    const { errors, onError } = collector();
    expect(await names([root], { onError })).toEqual(['ok.png']);
    expect(errors).toEqual(['data.folder_missing locked']);
    expect(await codeOf(scan([root]))).toBe('data.folder_missing');
    expect(await codeOf(scan([locked]))).toBe('data.folder_missing');
    chmodSync(locked, 0o700);
  });
  test.skipIf(process.platform === 'win32')(
    'a folder that goes away, a file that goes away, a pipe',
    async () => {
      for (const name of ['a.png', 'b/x.png', 'c.png', 'd.png']) file(name);
      execFileSync('mkfifo', [join(root, 'e.png')]);
      const { errors, onError } = collector();
      const found: string[] = [];
      for await (const { relative } of scanPhotographs([root], { onError })) {
        found.push(relative);
        rmSync(join(root, 'b'), { recursive: true, force: true });
        rmSync(join(root, 'c.png'), { force: true });
      }
      expect(found).toEqual(['a.png', 'd.png']);
      expect(errors).toEqual(['data.folder_missing b', 'image.missing c.png', 'image.unreadable e.png']);
    },
  );
});

describe.skipIf(process.platform === 'win32')('links', () => {
  const link = (target: string, path: string) => symlinkSync(target, join(root, path));

  test('loops end, and every real folder is visited once', async () => {
    file('a/1.png');
    file('b/2.png');
    link('..', 'a/up');
    link('../b', 'a/b');
    link('.', 'self');
    expect(await names()).toEqual(['a/1.png', 'a/b/2.png']);
  });
  test('out of the chosen folder: told, not followed', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'loupe-out-'));
    writeFileSync(join(outside, 'secret.png'), 'x');
    file('in/1.png');
    link(outside, 'in/folder');
    link(join(outside, 'secret.png'), 'in/photo.png');
    link('/etc/hostname', 'in/notes');
    // A neighbour whose name only begins like that of the root is outside too.
    mkdirSync(join(root, 'inner'));
    link('../inner', 'in/near');
    const { errors, onError } = collector();
    expect(await names([join(root, 'in')], { onError })).toEqual(['1.png']);
    expect(errors).toEqual([
      'image.unreadable in/folder',
      'image.unreadable in/near',
      'image.unreadable in/photo.png',
    ]);
    rmSync(outside, { recursive: true });
  });
  test('a link to a photograph inside keeps its own name; dead links are told', async () => {
    file('all/1.png', 77);
    mkdirSync(join(root, 'test'));
    link('../all/1.png', 'test/good.png');
    link('nowhere.png', 'test/dead.png');
    link('nowhere', 'test/dead folder');
    const { errors, onError } = collector();
    const found = await scan([root], { onError });
    expect(found.map(({ relative, bytes }) => [relative, bytes])).toEqual([
      ['all/1.png', 77],
      ['test/good.png', 77],
    ]);
    expect(errors).toEqual(['data.folder_missing test/dead folder', 'image.missing test/dead.png']);
  });
  test('a named link is followed wherever it leads', async () => {
    file('real/1.png');
    link('real', 'alias');
    expect(await names([join(root, 'alias')])).toEqual(['1.png']);
  });
});
