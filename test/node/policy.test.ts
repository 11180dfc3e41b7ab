// The policy of an IT department and the options of a start: places, strictness, precedence, and what is refused.
// Runs in the tests (Node).
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { afterAll, describe, expect, it } from 'vitest';
import { CHANNELS, type Channel } from '../../electron/common/contract.ts';
import { Policy } from '../../electron/common/policy.ts';
import { permittedBy } from '../../electron/main/permitted.ts';
import { startUp } from '../../electron/main/startup.ts';
import { startOptions } from '../../electron/node/admin/options.ts';
import { inForce, policyPath, readPolicy } from '../../electron/node/admin/policy-file.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-policy');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let n = 0;
function policyFile(content: unknown): string {
  const path = join(folder, `policy-${n++}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('the policy file', () => {
  it('lies where only administrators write', () => {
    expect(policyPath('linux', {})).toBe('/etc/loupe/policy.json');
    expect(policyPath('win32', { ProgramData: 'D:\\ProgramData' })).toBe(
      'D:\\ProgramData\\Loupe\\policy.json',
    );
    expect(policyPath('win32', {})).toBe('C:\\ProgramData\\Loupe\\policy.json');
    expect(policyPath('darwin', {})).toBe('/Library/Application Support/Loupe/policy.json');
  });

  it('is no policy when it is not there', () => {
    expect(readPolicy(join(folder, 'nowhere.json'))).toBeNull();
    expect(readPolicy(join(policyFile({ schema: 1 }), 'below.json'))).toBeNull();
  });

  it('is read with the mark that Windows’ editors put in front, and each account gets its folder', () => {
    const path = policyFile(
      `\uFEFF${JSON.stringify({ schema: 1, dataFolder: 'D:\\Loupe\\{user}', device: 'cpu', disabled: ['export'] })}`,
    );
    expect(readPolicy(path, () => 'CORP\\eva')).toEqual({
      ...{ schema: 1, dataFolder: 'D:\\Loupe\\CORP_eva', device: 'cpu', disabled: ['export'] },
    });
    const up = policyFile({ schema: 1, dataFolder: '/srv/loupe/{user}' });
    expect(readPolicy(up, () => '..')?.dataFolder).toBe('/srv/loupe/_');
    expect(readPolicy(up, () => '$&/../../etc')?.dataFolder).toBe('/srv/loupe/$&_.._.._etc');
  });

  it.each([
    ['', 'no JSON'],
    ['{"schema": 1,}', 'no JSON'],
    ['null', 'expected object'],
    [{ schema: 2 }, 'schema'],
    [{}, 'schema'],
    [{ schema: 1, datafolder: '/x' }, 'datafolder'],
    [{ schema: 1, dataFolder: 'relative' }, 'a whole path is needed'],
    [{ schema: 1, device: 'gpu' }, 'device'],
    [{ schema: 1, idleLockMinutes: 0 }, 'idleLockMinutes'],
    [{ schema: 1, idleLockMinutes: '10' }, 'idleLockMinutes'],
    [{ schema: 1, disabled: ['verdicts'] }, 'disabled.0'],
    [`{"schema":1,"x":"${'y'.repeat(100_001)}"}`, 'larger than 100 kB'],
  ])('is refused as a whole when it is not right: %j', (content, reason) => {
    const path = policyFile(content);
    expect(() => readPolicy(path)).toThrow(
      expect.objectContaining({
        code: 'policy.invalid',
        params: expect.objectContaining({
          path,
          reason: expect.stringContaining(reason) as string,
        }) as object,
      }) as Error,
    );
  });

  it('that cannot be read is refused as well: nobody knows what it says', () => {
    expect(() => readPolicy(folder)).toThrow(expect.objectContaining({ code: 'policy.invalid' }) as Error);
  });

  it('has a published schema, made from the one that is used', () => {
    const published = JSON.parse(
      readFileSync(resolve(import.meta.dirname, '../../docs/policy.schema.json'), 'utf8'),
    ) as unknown;
    expect(published).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(Policy))));
  });
});

describe('options of a start', () => {
  it('stand among those of Chromium, with or without an equals sign', () => {
    expect(startOptions(['.', '--no-sandbox', '--data', '/d', '--samples', '--device=cpu'])).toEqual({
      ...{ data: resolve('/d'), device: 'cpu', samples: true },
    });
    expect(startOptions(['--data=/with space/ü', '--software-drawing'])).toEqual({
      ...{ data: resolve('/with space/ü'), samples: false, drawing: 'software' },
    });
    expect(startOptions(['--hardware-drawing']).drawing).toBe('hardware');
  });

  it.each([[['--data']], [['--data', '--samples']], [['--data=']], [['--device', 'gpu']]])(
    'that make no sense are refused: %j',
    (args) => {
      expect(() => startOptions(args)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
    },
  );
});

describe('a start', () => {
  function start(args: string[], env: NodeJS.ProcessEnv, isPackaged = false) {
    const paths: Record<string, string> = {
      userData: join(folder, `default-${n++}`),
      temp: join(folder, 'tmp'),
    };
    const app = {
      isPackaged,
      getPath: (name: string) => paths[name] ?? '',
      setPath: (name: string, path: string) => void (paths[name] = path),
    };
    return { ...startUp(app, args, env), paths, usual: paths.userData };
  }
  const none = { LOUPE_POLICY: join(folder, 'nowhere.json') };
  const at = (name: string): string => join(folder, name);

  it('policy before command line before environment before the usual place', () => {
    const policy = policyFile({ schema: 1, dataFolder: at('by-policy'), device: 'cpu' });
    const args = ['--data', at('by-option'), '--device', 'webgpu'];
    const all = start(args, { LOUPE_POLICY: policy, LOUPE_DATA: at('by-variable') });
    expect([all.dataFolder, all.device, all.problem]).toEqual([at('by-policy'), 'cpu', null]);
    const option = start(args, { ...none, LOUPE_DATA: at('by-variable') });
    expect([option.dataFolder, option.device]).toEqual([at('by-option'), 'webgpu']);
    expect(start([], { ...none, LOUPE_DATA: at('by-variable') }).dataFolder).toBe(at('by-variable'));
    const usual = start([], none);
    expect([usual.dataFolder, usual.device]).toEqual([usual.usual, undefined]);
    expect(usual.paths).toMatchObject({ sessionData: join(usual.dataFolder, 'chromium') });
  });

  it('in a long path with letters of many languages', () => {
    const long = join(folder, 'Prüfplatz 3 – 検査 🔍', 'x'.repeat(100), 'é'.repeat(60), 'ж'.repeat(60));
    const { problem, dataFolder, log } = start(['--data', long], none);
    expect(problem).toBeNull();
    log.write('info', 'main', 'here');
    expect(readdirSync(join(dataFolder, 'logs'))).toEqual(['loupe.jsonl']);
  });

  it('with a wrong policy or wrong options touches no data folder and says why', () => {
    const bad = start(['--data', at('untouched')], { LOUPE_POLICY: policyFile('{') });
    expect(bad.problem?.code).toBe('policy.invalid');
    expect(bad.paths.userData).toContain(at('tmp'));
    const usage = start(['--data'], none);
    expect(usage.problem?.code).toBe('usage');
    expect(readdirSync(folder)).not.toContain('untouched');
  });

  it('with a folder that cannot be written opens all the same and says why', () => {
    writeFileSync(at('a-file'), '');
    const { problem, paths } = start(['--data', join(at('a-file'), 'data')], none);
    expect(problem).toMatchObject({
      code: 'data.not_writable',
      params: { path: join(at('a-file'), 'data') },
    });
    expect(paths.userData).toContain(at('tmp'));
  });

  it('of an installed program knows no variable of the tests', () => {
    const { policyFile: used } = start([], { LOUPE_POLICY: policyFile('{') }, true);
    expect(used).toBe(policyPath());
  });
});

describe('what is permitted', () => {
  const through = <A>(_channel: Channel, args: A): Promise<A> => Promise.resolve(args);
  const refusal = (code: string) => expect.objectContaining({ code }) as Error;

  it('is everything but what the policy switched off', async () => {
    const policy = inForce({ schema: 1, disabled: ['training', 'export', 'updates'] }, '/etc/p.json');
    const guard = permittedBy(policy, null, through);
    for (const channel of ['training.start', 'history.export', 'recipe.export', 'update.start'] as const)
      await expect(guard(channel, 1)).rejects.toEqual(refusal('policy.forbidden'));
    for (const channel of ['part.verdict', 'run.start', 'recipe.save', 'support.saveBundle'] as const)
      await expect(guard(channel, 1)).resolves.toBe(1);
  });

  it('is looking at what is wrong, and nothing else, after a start that failed', async () => {
    const problem = { code: 'data.not_writable', params: { path: '/x', reason: 'full' } } as const;
    const guard = permittedBy(inForce(null, ''), problem, through);
    await expect(guard('support.check', 1)).resolves.toBe(1);
    const allowed: string[] = [];
    for (const channel of Object.keys(CHANNELS) as Channel[])
      await guard(channel, 1).then(
        () => allowed.push(channel),
        (error: unknown) => expect(error).toEqual(refusal('data.not_writable')),
      );
    expect(allowed.sort()).toEqual([
      ...['menu.texts', 'support.bundle', 'support.check', 'support.overview', 'support.report'],
      ...['support.saveBundle', 'update.check', 'update.start'],
    ]);
  });
});
