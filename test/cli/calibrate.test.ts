// `loupe calibrate` as a command: the file that comes out agrees with what `inspect` says about the same photographs.
// Runs in the tests (Node); every call is the real command in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { calibrateOptions } from '../../electron/cli/calibrate.ts';
import { score, verdict, type Calibration } from '../../models/clip-ad/calibration.ts';
import { parseManifest } from '../../models/packs/manifest.ts';
import { loupe, type CliResult } from '../support/cli.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';
import { writeCategory } from '../support/training-data.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = temporaryFolder();
const env = { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') };
const category = join(folder, 'data/screw');
const good = join(category, 'test/good');
const bad = join(category, 'test/scratch');
const out = join(folder, 'calibration.json');
const run = (...args: string[]): Promise<CliResult> =>
  loupe([...args, '--product', 'screw', '--model', 'tiny', '--json'], { env });

interface File {
  readonly calibration: Calibration;
  readonly flawless: number;
  readonly defective: number;
  readonly extrapolated: boolean;
  readonly expected: { reject: { escape: unknown } };
}
const read = (): File => JSON.parse(readFileSync(out, 'utf8')) as File;

beforeAll(async () => {
  writeTinyPack(join(folder, 'packs/tiny'));
  await writeCategory(join(folder, 'data'), 'screw', { good: 8, bad: 4 });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a calibration', () => {
  it('is made of the raw values of the run, and fits into a pack', async () => {
    const { code, stderr } = await run('calibrate', category, '--out', out);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const file = read();
    expect(file).toMatchObject({
      method: 'sdp',
      product: 'screw',
      flawless: 8,
      defective: 4,
      extrapolated: false,
    });

    const inspected = (await run('inspect', join(category, 'test'))).lines().slice(0, -1);
    const raw = (name: string, of = ''): number[] =>
      inspected.filter(({ path }) => String(path).includes(of)).map((line) => line[name] as number);
    for (const name of ['score0', 'score1'] as const) {
      expect(file.calibration[name].lo).toBe(Math.min(...raw(name, '/good/')));
      expect(file.calibration[name].hi).toBeGreaterThanOrEqual(Math.max(...raw(name)));
    }
    writeTinyPack(join(folder, 'calibrated'), { calibration: { sdp: file.calibration } });
    const manifest = readFileSync(join(folder, 'calibrated/pack.json'), 'utf8');
    expect(parseManifest(manifest, 'calibrated').calibration.sdp).toEqual(file.calibration);
  });

  it('of plain folders is the same', async () => {
    await run('calibrate', category, '--out', out);
    const { calibration } = read();
    expect((await run('calibrate', good, '--defects', bad, '--out', out)).code).toBe(0);
    expect(read().calibration).toEqual(calibration);
  });

  it('without defective parts claims nothing about them', async () => {
    expect((await run('calibrate', good, '--out', out)).code).toBe(0);
    expect(read()).toMatchObject({
      defective: 0,
      extrapolated: true,
      expected: { reject: { escape: null } },
    });
    const text = await loupe(['calibrate', good, '--product', 'screw', '--model', 'tiny', '--out', out], {
      env,
    });
    expect(text.stdout).toMatch(/escapes are unknown/);
  });
});

describe('a calibration in use', () => {
  const calibrated = async (...args: string[]): Promise<CliResult> =>
    loupe(['inspect', join(category, 'test'), '--json', '--calibration', out, ...args], { env });

  it('decides scores and verdicts, whatever other photographs are there', async () => {
    await run('calibrate', category, '--out', out);
    const { calibration } = read();
    const result = await calibrated('--product', 'screw', '--model', 'tiny');
    expect(result.code).toBe(0);
    const lines = result.lines().slice(0, -1) as {
      path: string;
      score: number;
      score0: number;
      score1: number;
    }[];
    expect(lines).toHaveLength(12);
    for (const line of lines) {
      const expected = score(line.score0, line.score1, calibration);
      expect(line).toMatchObject({ score: expected, verdict: verdict(expected, calibration.thresholds) });
    }
    const [first] = lines;
    const alone = [
      'inspect',
      first!.path,
      '--json',
      '--calibration',
      out,
      '--product',
      'screw',
      '--model',
      'tiny',
    ];
    expect((await loupe(alone, { env })).lines()[0]).toMatchObject({ score: first!.score });
  });

  it('is refused for other parts, another method, another model and other settings', async () => {
    writeTinyPack(join(folder, 'packs/other'), { id: 'other' }, (tensors) => {
      const [weights] = tensors.values();
      weights!.data[0]! += 0.5;
    });
    for (const [args, reason] of [
      [['--product', 'nut', '--model', 'tiny'], /made for "screw", not for "nut"/],
      [['--product', 'screw', '--model', 'tiny', '--method', 'base'], /made with sdp/],
      [['--product', 'screw', '--model', 'other'], /another model/],
      [['--product', 'screw', '--model', 'tiny', '--tiles', '2'], /scales 1, this session uses 1,2/],
      [['--product', 'screw', '--model', 'tiny', '--sigma', '9'], /sigma [\d.]+, this session uses 9/],
    ] as const) {
      const { code, stderr } = await calibrated(...args);
      expect(code).toBe(5);
      expect(stderr).toMatch(/calibration\.invalid/);
      expect(stderr).toMatch(reason);
    }
  });
});

describe('bad input', () => {
  it('a photograph that fails is left out and told', async () => {
    const broken = join(good, 'broken.png');
    writeFileSync(broken, 'no picture');
    const result = await run('calibrate', good, '--out', out);
    rmSync(broken);
    expect(result.code).toBe(3);
    expect(result.lines()[0]).toMatchObject({ path: broken, error: { code: 'image.not_an_image' } });
    expect(read().flawless).toBe(8);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'an output that takes no more ends it: half a run is no calibration',
    () => {
      const [broken, none] = [join(good, '!.png'), join(folder, 'half.json')];
      writeFileSync(broken, 'no picture');
      const bin = join(import.meta.dirname, '../../electron/cli/bin.js');
      const args = ['calibrate', good, '--product', 'screw', '--model', 'tiny', '--json', '--out', none];
      const ended = spawnSync(process.execPath, [bin, ...args], {
        env: { ...process.env, ...env },
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
        encoding: 'utf8',
      });
      rmSync(broken);
      expect(ended.stderr).toMatch(/^loupe: output\.failed: .*\n$/);
      expect(ended.status).toBe(5);
      expect(existsSync(none)).toBe(false);
    },
  );

  it('too few parts give no calibration', async () => {
    const none = join(folder, 'none.json');
    const { code, stderr } = await run('calibrate', join(good, '0.png'), '--out', none);
    expect(code).toBe(5);
    expect(stderr).toContain('calibration.too_few');
    expect(existsSync(none)).toBe(false);
  });

  it('a photograph that is flawless and defective is refused', async () => {
    const { code, stderr } = await run('calibrate', good, '--defects', good, '--out', out);
    expect(code).toBe(2);
    expect(stderr).toContain('named twice');
  });

  const args = ['folder', '--out', 'x.json', '--product', 'screw'];
  it.each([
    [[]],
    [['folder', '--out', 'x.json']],
    [['folder', '--product', 'screw']],
    [[...args, '--escape', '2']],
    [[...args, '--false-reject', 'few']],
  ])('the options %j are refused', (wrong) => {
    expect(() => calibrateOptions(wrong)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
