// The diagnostics, the support bundle and updates, as the page asks for them.
// Runs in the main process (Electron's parts come in as functions).
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LoupeError, toErrorValue } from '../../models/errors.ts';
import type { Fact, UpdateOffer } from '../common/support.ts';
import { inForce, readPolicy } from '../node/admin/policy-file.ts';
import { writeAtomic } from '../node/files/write-atomic.ts';
import type { History } from '../node/history-client.ts';
import { bundleEntries } from '../node/support/bundle.ts';
import { Doctor } from '../node/support/doctor.ts';
import { reportText } from '../node/support/report.ts';
import { systemFacts } from '../node/support/system-facts.ts';
import { zip } from '../node/support/zip.ts';
import { checkUpdate, takeInstaller, trustedKeys, type CheckedUpdate } from '../node/update/check-update.ts';
import { installPack, isInstalled } from '../node/update/install-pack.ts';
import { startInstaller } from '../node/update/start-installer.ts';
import type { Places } from './places.ts';
import type { Handlers } from './router.ts';
import type { Services } from './services.ts';
import type { Startup } from './startup.ts';

export type SupportHandlers = Pick<
  Handlers,
  Extract<keyof Handlers, `support.${string}` | `update.${string}`>
>;

export interface SupportOptions {
  readonly startup: Startup;
  readonly places: Places;
  readonly history: History;
  readonly services: Pick<Services, 'inference' | 'states'>;
  readonly version: string;
  readonly account: () => string;
  readonly drawing: () => string;
  readonly chooseFolder: () => Promise<string | null>;
  readonly saveAs: (name: string, ending: string) => Promise<string | null>;
  readonly copy: (text: string) => void;
  readonly reveal: (path: string) => void;
  readonly quit: () => void;
}

export function supportHandlers(options: SupportOptions): SupportHandlers {
  const { startup, places, history, services, version } = options;
  const { dataFolder, logFolder, crashFolder, policyFile, settings, policy, log } = startup;
  const startedAt = new Date();
  const packRoot = join(homedir(), '.loupe', 'packs');
  let offered: CheckedUpdate | null = null;

  /** With a start that failed, no service is asked: the history might be that of another folder. */
  const whenStarted = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (startup.problem) throw new LoupeError(startup.problem.code, startup.problem.params);
    return ask();
  };
  const { problem } = startup;
  const doctor = new Doctor({
    ...{ dataFolder, logFolder, crashFolder },
    // A folder that could not be written is tried again; with other problems nobody knows whether it is the right one.
    untouchable: problem !== null && problem.code !== 'data.not_writable' ? problem : undefined,
    policy: () => inForce(readPolicy(policyFile), policyFile),
    database: () => whenStarted(() => history.request('history.health', { look: true })),
    model: () =>
      services.inference.request('selfTest', {
        packFolder: places.pack,
        device: startup.device ?? 'auto',
      }),
    services: () => services.states(),
    lostLines: () => log.lost,
  });

  const facts = (): Fact[] => [
    ...systemFacts(version),
    { name: 'drawing', value: options.drawing() },
    { name: 'dataFolder', value: dataFolder },
    { name: 'policyFile', value: policy === null ? `${policyFile} (-)` : policyFile },
    { name: 'started', value: startedAt.toISOString(), unit: 'time' },
  ];
  const report = (): string => reportText({ at: new Date(), facts: facts(), checks: doctor.found });

  async function bundle(): Promise<ReturnType<typeof bundleEntries>> {
    const health = await whenStarted(() => history.request('history.health', { look: false })).catch(
      (thrown: unknown) => ({ error: toErrorValue(thrown) }),
    );
    const preferences = await whenStarted(() => history.request('setting.get', { key: 'preferences' })).catch(
      () => ({ value: null }),
    );
    const values = {
      database: health,
      preferences: preferences.value === null ? null : (JSON.parse(preferences.value) as unknown),
    };
    return bundleEntries({
      ...{ dataFolder, logFolder, crashFolder, policyFile, values },
      report: report(),
    });
  }

  /** What the history is at; a program that is too old for it knows that much. Null when nobody can say. */
  async function schema(): Promise<number | null> {
    try {
      return (await whenStarted(() => history.request('history.health', { look: false }))).schema;
    } catch (thrown) {
      const { code, params } = toErrorValue(thrown);
      return code === 'history.newer' ? Number(params.found) : null;
    }
  }

  async function offer(update: CheckedUpdate): Promise<UpdateOffer> {
    const { folder, list, file, relation } = update;
    const packs = list.packs.map(async (pack) => ({
      ...{ id: pack.id, version: pack.version },
      installed: await isInstalled(pack, packRoot),
    }));
    return {
      ...{ folder, relation, version: list.version, present: version, schema: list.schema },
      ...{ file: file.name, bytes: file.bytes, sha256: file.sha256, packs: await Promise.all(packs) },
    };
  }

  /** The history is backed up before another program may change it. One that only a newer Loupe can read stays as it is. */
  async function backUp(): Promise<string | null> {
    try {
      const made = await whenStarted(() => history.request('backup.make', { author: options.account() }));
      return made.path;
    } catch (thrown) {
      if (toErrorValue(thrown).code === 'history.newer') return null;
      throw thrown;
    }
  }

  const checked = (): CheckedUpdate => {
    if (offered) return offered;
    throw new LoupeError('update.none', { folder: '' });
  };

  return {
    'support.overview': () => ({ facts: facts(), checks: [...doctor.checks] }),
    'support.check': async ({ id }) => {
      const check = await doctor.run(id);
      log.write(check.state === 'ok' ? 'info' : 'warning', 'main', 'check', {
        id,
        state: check.state,
        code: check.error?.code ?? null,
      });
      return check;
    },
    'support.report': async ({ to }) => {
      if (to === 'clipboard') {
        options.copy(report());
        return { path: null };
      }
      const path = await options.saveAs('Loupe diagnostics.txt', 'txt');
      if (path === null) return null;
      save(path, report());
      return { path };
    },
    'support.bundle': async () => {
      const entries = (await bundle()).map(({ name, bytes }) => ({ name, bytes: bytes.length }));
      return { entries, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
    'support.saveBundle': async () => {
      const day = new Date().toISOString().slice(0, 10);
      const path = await options.saveAs(`Loupe support ${day}.zip`, 'zip');
      if (path === null) return null;
      save(path, zip(await bundle()));
      log.write('info', 'main', 'support bundle saved', { path });
      return { path };
    },
    'update.check': async ({ ask }) => {
      const usual = policy?.updateFolder ?? settings.current.updateFolder;
      const folder = usual !== undefined && !ask ? usual : await options.chooseFolder();
      if (folder === null) return null;
      offered = null;
      const { platform, arch } = process;
      const present = { version, platform, arch, appImage: process.env.APPIMAGE !== undefined };
      offered = await checkUpdate(folder, trustedKeys(places.resources), {
        ...present,
        schema: await schema(),
      });
      if (policy?.updateFolder === undefined) settings.set({ updateFolder: folder });
      log.write('info', 'main', 'update checked', { folder, version: offered.list.version });
      return offer(offered);
    },
    'update.start': async () => {
      const update = checked();
      const backup = await backUp();
      const target = join(dataFolder, 'updates');
      mkdirSync(target, { recursive: true });
      for (const old of readdirSync(target)) rmSync(join(target, old), { recursive: true, force: true });
      const path = await takeInstaller(update, target);
      const command = await startInstaller(path, process.platform);
      log.write('info', 'main', 'update started', { path, version: update.list.version });
      if (command === null) options.quit();
      else options.reveal(path);
      return { command, path, backup };
    },
    'update.pack': async ({ id }) => {
      const update = checked();
      const listed = update.list.packs.find((pack) => pack.id === id);
      if (!listed) throw new LoupeError('pack.missing', { pack: id });
      await installPack(update.folder, listed, packRoot);
      log.write('info', 'main', 'pack installed', { id, version: listed.version });
      return offer(update);
    },
  };
}

/** Throws `output.failed`. */
function save(path: string, data: string | Uint8Array): void {
  try {
    writeAtomic(path, data);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LoupeError('output.failed', { path, reason }, { cause: thrown });
  }
}
