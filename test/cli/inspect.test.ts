// The contract of `loupe inspect`: JSON Lines, files, exit codes, one line per failure, Ctrl-C, a dying service.
// Runs in the tests (Node); every call is the real command in a process of its own.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PrecisionLoss } from '../../electron/common/inference-service.ts';
import { LOSS_LIMIT } from '../../electron/node/engine/precision.ts';
import { parseNpy, writeNpy } from '../../models/npy.ts';
import { loupe, type CliOptions, type CliResult } from '../support/cli.ts';
import { childrenOf } from '../support/processes.ts';
import { writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

// Every call starts two processes; a machine that is busy with other things may take its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = temporaryFolder();
const photographs = join(folder, 'photographs');
const env = { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') };
const NAMES = ['1.png', '2.png', '10.png', 'sub/3.png'];

const run = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  loupe(args, { ...options, env: { ...env, ...options.env } });
const inspect = (...args: string[]): Promise<CliResult> => run(['inspect', '--model', 'tiny', ...args]);
const metalNut = ['--product', 'metal nut'];
const floats = (path: string): Float32Array =>
  parseNpy(new Uint8Array(readFileSync(path))).data as Float32Array;

beforeAll(async () => {
  writeTinyPack(join(folder, 'packs/tiny'));
  for (const [i, name] of NAMES.entries()) await writePhotograph(join(photographs, name), i);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('--json', () => {
  it('prints exactly the promised fields, in the order of the scan, and a summary at the end', async () => {
    const result = await inspect(photographs, ...metalNut, '--json', '--threads', '1', '--device', 'cpu');
    expect(result.code).toBe(0);
    expect(result.stderr).toBe('');
    const lines = result.lines();
    expect(lines.slice(0, -1).map((line) => line.path)).toEqual(NAMES.map((name) => join(photographs, name)));
    for (const line of lines.slice(0, -1)) {
      expect(Object.keys(line)).toEqual([
        'path',
        'width',
        'height',
        'score',
        'score0',
        'score1',
        'verdict',
        'ms',
      ]);
      expect(Object.keys(line.ms as object)).toEqual(['decode', 'resize', 'infer', 'post']);
      expect([line.width, line.height]).toEqual([40, 30]);
      const score = line.score as number;
      expect(line.verdict).toBe(score >= 0.6 ? 'reject' : score >= 0.4 ? 'review' : 'good');
    }
    const { summary } = lines.at(-1) as { summary: Record<string, unknown> };
    expect(summary).toEqual({
      images: 4,
      failed: 0,
      device: 'cpu',
      model: 'tiny',
      modelSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      method: 'sdp',
      product: 'metal nut',
      ms: expect.any(Number) as number,
    });
  });

  it('leaves the masks of a data set out: they are no photographs of parts', async () => {
    const set = join(folder, 'set');
    await writePhotograph(join(set, 'test/hole/1.png'), 1);
    await writePhotograph(join(set, 'ground_truth/hole/1_mask.png'), 2);
    const result = await inspect(set, ...metalNut, '--json');
    expect(result.code).toBe(0);
    expect(result.lines().slice(0, -1)).toMatchObject([{ path: join(set, 'test/hole/1.png') }]);
  });

  it('names what cannot be inspected, inspects the rest, and ends with 3', async () => {
    const bad = join(folder, 'bad');
    mkdirSync(bad);
    writeFileSync(join(bad, 'a.png'), '');
    writeFileSync(join(bad, 'b.jpg'), 'text');
    copyFileSync(join(photographs, '1.png'), join(bad, 'c.png'));
    const missing = join(folder, 'missing.png');
    const result = await inspect(bad, missing, ...metalNut, '--json');
    expect(result.code).toBe(3);
    const errors = result
      .lines()
      .flatMap((line) => (line.error ? [[line.path, (line.error as { code: string }).code]] : []));
    expect(errors).toEqual([
      [missing, 'data.folder_missing'],
      [join(bad, 'a.png'), 'image.empty'],
      [join(bad, 'b.jpg'), 'image.not_an_image'],
    ]);
    expect(result.lines().at(-1)).toMatchObject({ summary: { images: 4, failed: 3 } });
  });
});

describe('for people', () => {
  it('lists the worst part first, then the failed ones, then the sum', async () => {
    const { code, stdout, stderr } = await inspect(photographs, join(folder, 'bad'), ...metalNut);
    expect([code, stderr]).toEqual([3, '']);
    const lines = stdout.trimEnd().split('\n');
    const scores = lines.flatMap((line) => /^(\d\.\d{3}) /.exec(line)?.[1] ?? []).map(Number);
    expect(scores).toHaveLength(5);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(lines[5]).toMatch(/failed +bad\/a\.png +image\.empty: The file is empty/);
    expect(lines.at(-1)).toMatch(
      /^7 parts: \d reject, \d review, \d good, 2 failed\. .*tiny 1\.0\.0, sdp, cpu/,
    );
  });
});

describe('files', () => {
  it('writes maps and overlays under the relative names', async () => {
    const [maps, overlays] = [join(folder, 'maps'), join(folder, 'overlays')];
    const result = await inspect(photographs, ...metalNut, '--json', '--maps', maps, '--overlays', overlays);
    expect(result.code).toBe(0);
    for (const [i, name] of ['1', '2', '10', 'sub/3'].entries()) {
      const map = floats(join(maps, `${name}.npy`));
      expect(map).toHaveLength(32 * 32);
      expect(Math.max(...map)).toBeCloseTo(result.lines()[i]!.score1 as number, 6);
      expect(
        readFileSync(join(overlays, `${name}.png`))
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
    }
  });

  it('keeps both of two photographs that share a name, and never writes over a photograph', async () => {
    const twins = join(folder, 'twins');
    await writePhotograph(join(twins, 'a.png'), 1);
    copyFileSync(join(twins, 'a.png'), join(twins, 'a.jpg'));
    const before = readFileSync(join(twins, 'a.png'));
    const { code, stderr } = await inspect(
      twins,
      ...metalNut,
      '--maps',
      join(folder, 'twin-maps'),
      '--overlays',
      twins,
    );
    expect(code).toBe(0);
    expect(floats(join(folder, 'twin-maps/a (2).npy'))).toEqual(floats(join(folder, 'twin-maps/a.npy')));
    expect(readFileSync(join(twins, 'a.png'))).toEqual(before);
    expect(existsSync(join(twins, 'a (2).png'))).toBe(true);
    expect(stderr).toContain('that name is taken');
  });

  it('reports a map that cannot be written as a failure of that photograph', async () => {
    const result = await inspect(photographs, ...metalNut, '--json', '--maps', join(photographs, '1.png'));
    expect(result.code).toBe(3);
    expect(result.lines()[0]).toMatchObject({ error: { code: 'output.failed' } });
  });
});

describe('exit codes', () => {
  const oneLine = (result: CliResult, code: number, error: string): void => {
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toMatch(new RegExp(`^loupe: ${error.replace('.', '\\.')}: [^\\n]+\\n$`));
  };

  it('2 for wrong usage', async () => {
    oneLine(await inspect(photographs, ...metalNut, '--no-such-option'), 2, 'usage');
    oneLine(await inspect(photographs, '--product', '<end_of_text> \t'), 2, 'text.empty');
  });

  it('4 when the model cannot be used', async () => {
    oneLine(await inspect(photographs, ...metalNut, '--model', 'no-such-pack'), 4, 'pack.missing');
    oneLine(await inspect(photographs, ...metalNut, '--device', 'cuda'), 4, 'device.unavailable');
    const changed = writeTinyPack(join(folder, 'changed'));
    writeFileSync(join(changed, 'merges.txt'), `${readFileSync(join(changed, 'merges.txt'), 'utf8')}x y\n`);
    oneLine(await inspect(photographs, ...metalNut, '--model', changed), 4, 'pack.hash_mismatch');
    oneLine(await run(['model', 'verify', changed]), 4, 'pack.hash_mismatch');
    const int8 = ['model', 'verify', 'tiny', '--precision', 'int8'];
    oneLine(await run([...int8, '--device', 'dml']), 4, 'precision.unsupported');
  });

  it('5 when there is nothing to inspect', async () => {
    oneLine(await inspect(join(folder, 'nowhere'), ...metalNut), 5, 'data.folder_missing');
    oneLine(
      await inspect(photographs, '--text-features', join(folder, 'no.npy')),
      5,
      'text.features_invalid',
    );
  });

  it('shows where an error comes from only when asked', async () => {
    const { code, stderr } = await inspect(photographs, ...metalNut, '--model', 'none', '--verbose');
    expect(code).toBe(4);
    expect(stderr).toMatch(/\n +at /);
  });
});

describe('models', () => {
  it('are listed and verified', async () => {
    const list = await run(['model', 'list', '--json']);
    expect(list.lines()).toContainEqual({
      pack: expect.objectContaining({ id: 'tiny', version: '1.0.0' }) as object,
    });
    const verify = await run(['model', 'verify', 'tiny', '--json']);
    expect(verify.code).toBe(0);
    expect(verify.lines()).toEqual([{ pack: expect.objectContaining({ id: 'tiny', files: 2 }) as object }]);
    expect((await run(['model', 'verify', 'tiny', 'none'])).code).toBe(4);
  });

  it('are verified in int8 against fp32', async () => {
    const verify = await run(['model', 'verify', 'tiny', '--precision', 'int8', '--json']);
    expect(verify.code).toBe(0);
    const [{ pack }] = verify.lines() as [{ pack: { precision: string; precisionLoss: PrecisionLoss } }];
    expect(pack.precision).toBe('int8');
    expect(pack.precisionLoss.map).toBeGreaterThan(1e-4); // zero would mean that fp32 was compared with itself
    expect(pack.precisionLoss.map).toBeLessThan(LOSS_LIMIT.map);
    const { stdout } = await run(['model', 'verify', 'tiny', '--precision', 'int8']);
    expect(stdout).toContain(`by ${pack.precisionLoss.map.toFixed(3)} of its spread`);
  });
});

describe('text features', () => {
  it('replace the words', async () => {
    const file = join(folder, 'text.npy');
    const rows = Float32Array.from({ length: 32 }, (_, i) => (i === 0 || i === 17 ? 1 : 0));
    writeFileSync(file, writeNpy(rows, [2, 16]));
    const result = await inspect(
      photographs,
      '--text-features',
      file,
      '--json',
      '--sigma',
      '0',
      '--tap',
      'clean',
      '--rvs',
      'mean',
    );
    expect(result.code).toBe(0);
    expect(result.lines().at(-1)).toMatchObject({ summary: { product: '' } });
  });
});

describe('help', () => {
  it('lists only what is there', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of [
      'inspect',
      'evaluate',
      'train-head',
      'calibrate',
      'model list',
      'model verify',
      'model import',
      'model fetch',
      'bench',
    ]) {
      expect(stdout).toContain(`loupe ${command}`);
    }
    const listed = new Set([...stdout.matchAll(/^ {2}loupe ([a-z][a-z-]*)/gm)].map(([, name = '']) => name));
    expect(listed.size).toBeGreaterThan(8);
    for (const name of listed) {
      const help = await run([name, '--help']);
      expect([help.code, help.stdout]).toEqual([0, expect.stringContaining(`loupe ${name} `)]);
    }
    expect((await run([])).code).toBe(2);
  });

  it('of a command is found on both ways', async () => {
    const { code, stdout } = await run(['help', 'calibrate']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: (await run(['calibrate', '--help'])).stdout });
    expect(stdout).toContain('--defects');
  });
});

describe.skipIf(process.platform !== 'linux')('trouble on the way', () => {
  const many = join(folder, 'many');
  const PARTS = 150;
  beforeAll(() => {
    mkdirSync(many);
    for (let i = 0; i < PARTS; i++) copyFileSync(join(photographs, '1.png'), join(many, `${i}.png`));
  });

  it('Ctrl-C finishes what is under way, sums up, and ends with 130', async () => {
    let interrupted = false;
    const result = await run(['inspect', many, '--model', 'tiny', ...metalNut, '--json'], {
      onOutput: (_, child) => {
        if (!interrupted) child.kill('SIGINT');
        interrupted = true;
      },
    });
    expect(result.code).toBe(130);
    const lines = result.lines();
    expect(lines.length).toBeLessThan(PARTS);
    expect(lines.at(-1)).toMatchObject({ summary: { images: lines.length - 1, failed: 0 } });
  });

  it('a service that dies costs no photograph', async () => {
    let killed = false;
    const result = await run(['inspect', many, '--model', 'tiny', ...metalNut, '--json'], {
      onOutput: (_, child) => {
        if (!killed) process.kill(childrenOf(child.pid!, 'inference.ts')[0]!, 'SIGKILL');
        killed = true;
      },
    });
    expect(result.code).toBe(0);
    expect(
      result
        .lines()
        .slice(0, -1)
        .map((line) => line.path),
    ).toEqual(Array.from({ length: PARTS }, (_, i) => join(many, `${i}.png`)));
  });

  it('a reader that goes away ends it without complaint', async () => {
    const result = await run(['inspect', many, '--model', 'tiny', ...metalNut, '--json'], {
      onOutput: (_, child) => child.stdout?.destroy(),
    });
    expect(result.code).toBe(141);
    expect(result.stderr).toBe('');
  });
});
