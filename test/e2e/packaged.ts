// The packed program as it will be installed: files and fuses, a whole session offline, and a .deb through its whole life.
// Runs in Node on Linux x64: `node test/e2e/packaged.ts`; the .deb part needs root and dpkg.
import { createHash } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LoupeBridge } from '../../electron/common/contract.ts';
import { ownTarget, pack } from '../../build/pack.ts';
import { loupe as commandLine } from '../support/cli.ts';
import { openDisplay } from '../support/display.ts';
import { describeRuntime, findElectron, prepareTestElectron } from '../support/electron-runtime.ts';
import { trafficIn } from '../support/net-log.ts';
import { PackedProgram } from '../support/packed-program.ts';
import { foreignSockets } from '../support/sockets.ts';
import { equal, suite as newSuite } from '../support/suite.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

declare const window: { readonly loupe: LoupeBridge };

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGE = 'loupe-workstation';
const INSTALLED = '/opt/Loupe';
const OLDER = '0.0.1';
/** Debian's `nobody`: an ordinary user that is always there. */
const USER = { uid: 65534, gid: 65534 };
const { version: NEWER } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

const suite = newSuite('packaged');
if (process.platform !== 'linux' || process.arch !== 'x64') suite.skip('only Linux x64 is packed here');
if (!existsSync(join(ROOT, 'out/main/main.js'))) suite.skip('out/ is not built');
const electron = findElectron() ?? (await prepareTestElectron(console.log).catch(String));
if (typeof electron === 'string') suite.skip(`there is no Electron: ${electron}`);
const display = await openDisplay();
if (!display) suite.skip('there is no display and no Xvfb');
const runtime = electron as Exclude<typeof electron, string>;
const shown = { ...(process.env as Record<string, string>), ...display!.env };
console.log(
  `  with    ${describeRuntime(runtime)}${runtime.origin === 'test' ? ', not the one of a release' : ''}`,
);

const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0;
const folder = temporaryFolder('loupe-packaged');
const photographs = join(folder, 'photographs');
const output = (version: string): string => join(ROOT, '.cache/packaged', version);
const build = (version: string, ...formats: string[]): ReturnType<typeof pack> =>
  pack({ target: ownTarget(), formats, output: output(version), electron: runtime, version, quick: true });
const deb = (version: string): string => join(output(version), `${PACKAGE}_${version}_amd64.deb`);
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const [sample] = readdirSync(join(ROOT, 'resources/samples'));
if (!sample) suite.skip('there are no sample parts');
cpSync(join(ROOT, 'resources/samples', sample!, 'test'), photographs, { recursive: true });

let executable = '';
await suite.check('is packed with the files of this system only, and with its fuses flipped', async () => {
  const before = performance.now();
  // pack() itself looks at the result and throws with everything that is wrong.
  executable = (await build(NEWER, ...(hasDpkg ? ['dir', 'deb'] : ['dir']))).executable;
  console.log(
    `          packed in ${seconds(before)}${hasDpkg ? `, .deb ${megabytes(statSync(deb(NEWER)).size)}` : ''}`,
  );
});
if (!executable) suite.finish();

const evil = join(folder, 'evil.cjs');
const marker = join(folder, 'evil was here');
writeFileSync(
  evil,
  `if (process.versions.electron) require('fs').writeFileSync(${JSON.stringify(marker)}, process.argv.join(' '));`,
);
const netLog = join(folder, 'net.json');
const data = join(folder, 'data');
const outgoing = new Set<string>();
let program: PackedProgram | undefined;
await suite.check('starts as itself, whatever variables and switches want it to be', async () => {
  const before = performance.now();
  program = await PackedProgram.start({
    executable,
    env: {
      ...shown,
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: `--require ${evil}`,
      LOUPE_DATA: data,
      LOUPE_RESOURCES: '/nowhere',
      LOUPE_NODE: '/nowhere/node',
    },
    args: ['--inspect=0', '--inspect-brk=0', '-r', evil, `--log-net-log=${netLog}`],
  });
  console.log(`          first screen after ${seconds(before)}`);
  program.page.on('request', (request) => {
    if (!/^(blob:)?loupe:\/\/app\//.test(request.url())) outgoing.add(request.url());
  });
  equal([await program.page.title(), program.page.url()], ['Loupe', 'loupe://app/index.html']);
  const info = await program.page.evaluate(() => window.loupe.invoke('app.info', undefined));
  equal(info.ok && [info.value.version, info.value.dataFolder], [NEWER, data]);
  if (program.output().includes('Debugger listening')) throw new Error('the inspector listens');
  if (existsSync(marker)) throw new Error('foreign code was loaded');
});
if (!program) suite.finish();
const open = program!;

await suite.check('inspects the sample parts with the scores of the command line', async () => {
  const id = await open.inspect([photographs], sample!, () => {
    for (const socket of foreignSockets(open.pid)) outgoing.add(socket);
  });
  const { run, parts } = await open.open(id);
  equal([run.state, run.failed, run.scored === parts.length && parts.length > 0], ['done', 0, true]);
  const printed = await commandLine(['inspect', photographs, '--product', sample!, '--json']);
  const expected = new Map(
    printed
      .lines()
      .flatMap((line) => (typeof line.score === 'number' ? [[String(line.path), line.score]] : [])),
  );
  equal(expected.size, parts.length);
  for (const part of parts) {
    const [, score] = [...expected].find(([path]) => path.endsWith(part.name)) ?? [];
    if (score === undefined || part.score === null || Math.abs(score - part.score) > 0.02)
      throw new Error(`${part.name}: ${part.score}, on the command line ${score}`);
  }
});

await suite.check('shows photograph, thumbnail and map of a part', async () => {
  const { run, parts } = await open.open(1);
  const found = await open.page.evaluate(
    async (id) =>
      Promise.all(
        ['image', 'thumbnail', 'map'].map(async (kind) => {
          const response = await fetch(`/media/parts/${id}/${kind}`);
          return [response.status, (await response.arrayBuffer()).byteLength] as const;
        }),
      ),
    parts[0]!.id,
  );
  equal(
    found.map(([status, bytes]) => status === 200 && bytes > 100),
    [true, true, true],
  );
  equal(found[2]?.[1], run.mapSize ** 2);
});

await suite.check('gives its page no file outside of the bundle', async () => {
  const ways = [
    '..',
    '%2e%2e',
    '..%2f..',
    '%2e%2e%2f%2e%2e',
    '..%5c..',
    '%252e%252e',
    '....//',
    'assets/..%2f..',
  ];
  const files = ['main/main.js', 'package.json', 'preload/preload.cjs'];
  const addresses = ways.flatMap((way) => files.map((file) => `/${way}/${file}`));
  const statuses = await open.page.evaluate(
    (addresses) =>
      Promise.all(
        addresses.map((address) =>
          fetch(address).then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      ),
    [...addresses, '/index.html'],
  );
  equal(statuses.pop(), 200);
  equal([...new Set(statuses)], [404]);
});

await suite.check('ends cleanly, and asked no network for anything in the whole session', async () => {
  equal(await open.close(), 0);
  equal([...outgoing], []);
  equal(trafficIn(netLog), []);
});

// --- the .deb

const dpkg = (...args: string[]): string => execFileSync('dpkg', args, { encoding: 'utf8', stdio: 'pipe' });
const status = (): string =>
  spawnSync('dpkg-query', ['-W', '-f=${Status} ${Version}', PACKAGE], { encoding: 'utf8' }).stdout.trim();
const life = 'a .deb is installed, used, upgraded with its history, removed';
const why = !hasDpkg
  ? 'there is no dpkg'
  : process.getuid?.() !== 0
    ? 'only root installs packages'
    : status().includes(' installed ')
      ? `${PACKAGE} is installed already, and not by this test`
      : null;

if (why) suite.leaveOut(life, why);
else {
  const home = join(folder, 'home');
  mkdirSync(home);
  chownSync(home, USER.uid, USER.gid);
  chmodSync(folder, 0o755);
  const first = join(folder, 'one photograph');
  mkdirSync(first);
  const kind = readdirSync(photographs).at(-1)!;
  const name = readdirSync(join(photographs, kind))[0]!;
  cpSync(join(photographs, kind, name), join(first, name));

  const { DISPLAY = '', PATH = '' } = shown;
  /** As a user at this PC: nothing of root's, no variable of ours, and the sandbox of Chromium on. */
  const start = (): Promise<PackedProgram> =>
    PackedProgram.start({
      executable: `/usr/bin/${PACKAGE}`,
      env: { DISPLAY, PATH, HOME: home, LANG: 'C.UTF-8' },
      user: USER,
    });
  const version = (running: PackedProgram): Promise<{ version: string; dataFolder: string }> =>
    running.page.evaluate(async () => {
      const info = await window.loupe.invoke('app.info', undefined);
      if (!info.ok) throw new Error(info.error.code);
      return info.value;
    });
  let kept = '';
  let history: unknown;

  await suite.check(
    'an older .deb is installed, started by an ordinary user, inspects a photograph',
    async () => {
      await build(OLDER, 'deb');
      dpkg('--install', deb(OLDER));
      equal(status(), `install ok installed ${OLDER}`);
      const running = await start();
      try {
        const info = await version(running);
        equal(info.version, OLDER);
        kept = info.dataFolder;
        if (!kept.startsWith(home)) throw new Error(`the data are in ${kept}`);
        const id = await running.inspect([first], 'part');
        const { run, parts } = await running.open(id);
        equal([run.state, run.scored, parts[0]?.name], ['done', 1, name]);
        const judged = await running.page.evaluate(
          (partId) => window.loupe.invoke('part.verdict', { partId, verdict: 'ng' }),
          parts[0]!.id,
        );
        equal(judged.ok, true);
        history = await running.open(id);
      } finally {
        equal(await running.close(), 0);
      }
    },
  );

  await suite.check('a newer one takes its place, and the history is intact', async () => {
    dpkg('--install', deb(NEWER));
    equal(status(), `install ok installed ${NEWER}`);
    const running = await start();
    try {
      equal(await version(running), { ...(await version(running)), version: NEWER, dataFolder: kept });
      equal(await running.open(1), history);
      const again = await running.open(await running.inspect([first], 'part'));
      equal([again.run.state, again.run.scored], ['done', 1]);
    } finally {
      equal(await running.close(), 0);
    }
  });

  await suite.check('removed, the program is gone and the data are there', () => {
    const digest = (): string =>
      createHash('sha256')
        .update(readFileSync(join(kept, 'history/loupe.db')))
        .digest('hex');
    const before = digest();
    dpkg('--remove', PACKAGE);
    equal([existsSync(INSTALLED), existsSync(`/usr/bin/${PACKAGE}`)], [false, false]);
    equal(digest(), before);
  });
  spawnSync('dpkg', ['--purge', PACKAGE]);
}

display!.close();
rmSync(folder, { recursive: true, force: true });
if (!process.argv.includes('--keep')) rmSync(join(ROOT, '.cache/packaged'), { recursive: true, force: true });
suite.finish();
