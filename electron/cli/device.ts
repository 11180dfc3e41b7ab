// `loupe device list | test | reset | install`: where models run on this computer, why, and the CUDA provider from a folder.
// Runs in Node (command line).
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import { locatePack } from '../../models/packs/locate.ts';
import { openPack } from '../../models/packs/open.ts';
import { chooseDevice, timed } from '../node/engine/choose-device.ts';
import { installCuda } from '../node/engine/cuda-libraries.ts';
import { DeviceStore, type Choice, type Trial } from '../node/engine/device-store.ts';
import { driverVersions, machineId } from '../node/engine/drivers.ts';
import { Network } from '../node/engine/network.ts';
import { installedRuntime } from '../node/engine/onnx.ts';
import { candidates, PROVIDERS, type Provider } from '../node/engine/providers.ts';
import { resolveSettings } from '../node/engine/settings.ts';
import { deviceFile } from './data-folder.ts';
import { EXIT } from './exit-codes.ts';
import { COMMON, DEFAULT_MODEL, MODEL, parse, whole } from './options.ts';
import { printable, table, type Output } from './output.ts';
import { packRoots } from './packs.ts';

export type DeviceOptions =
  | { readonly action: 'list' | 'reset'; readonly json: boolean }
  | {
      readonly action: 'test';
      readonly packs: readonly string[];
      readonly threads?: number;
      readonly json: boolean;
    }
  | { readonly action: 'install'; readonly folder: string; readonly json: boolean };

const usage = (reason: string): LoupeError => new LoupeError('usage', { reason });

/** The options behind `loupe device`. Throws `usage`. */
export function deviceOptions(args: readonly string[]): DeviceOptions {
  const { values, positionals } = parse(args, { ...COMMON, threads: MODEL.threads });
  const [action, ...rest] = positionals;
  const json = values.json ?? false;
  const { threads } = values;
  if (threads !== undefined && action !== 'test') throw usage('--threads is for "loupe device test".');
  if (action === 'list' || action === 'reset') {
    if (rest.length > 0) throw usage(`"loupe device ${action}" takes no names.`);
    return { action, json };
  }
  if (action === 'test') {
    const packs = rest.length > 0 ? rest : [DEFAULT_MODEL];
    return {
      action,
      packs,
      json,
      ...(threads !== undefined && { threads: whole('threads', threads, 1, 1024) }),
    };
  }
  if (action !== 'install') throw usage('Use "loupe device list", "test", "reset" or "install".');
  const [provider, folder, ...more] = rest;
  if (provider !== 'cuda') throw usage('Only cuda can be installed: loupe device install cuda <folder>.');
  if (folder === undefined || more.length > 0) throw usage('Name the one folder that holds the libraries.');
  return { action, folder: resolve(folder), json };
}

/** Returns the exit code. */
export async function device(options: DeviceOptions, output: Output): Promise<number> {
  const store = new DeviceStore(deviceFile());
  switch (options.action) {
    case 'list':
      return list(store, output);
    case 'reset':
      await store.clear();
      if (output.json) await output.record({ reset: deviceFile() });
      await output.text('Forgotten. Devices are tried again with the next run.');
      return EXIT.ok;
    case 'install':
      return install(options.folder, output);
    case 'test':
      for (const pack of options.packs) await test(pack, options.threads, store, output);
      return EXIT.ok;
  }
}

/** What this computer's runtime could use, and what was found out so far. */
async function list(store: DeviceStore, output: Output): Promise<number> {
  const backends = installedRuntime.backends();
  const tried = candidates(backends);
  const state = (provider: Provider): string => {
    if (provider === 'cpu') return 'always there';
    if (tried.includes(provider)) return 'is tried';
    if (!backends.includes(provider)) return 'not in this version of ONNX Runtime';
    return provider === 'cuda'
      ? 'not installed: loupe device install cuda <folder>'
      : 'there is no graphics card to be seen';
  };
  const machine = machineId();
  const choices = (await store.choices()).filter((choice) => choice.machine === machine);
  const drivers = await driverVersions();
  if (output.json) {
    const devices = PROVIDERS.map((provider) => ({ device: provider, state: state(provider) }));
    await output.record({ devices, drivers, file: deviceFile() });
    for (const choice of choices) await output.record({ choice: choiceJson(choice) });
    return EXIT.ok;
  }
  await output.text(table([...PROVIDERS.map((provider) => [provider, state(provider)])], [0, 1]));
  await output.text(`drivers: ${drivers === '' ? 'none to be seen' : printable(drivers)}`);
  if (choices.length === 0) {
    await output.text('Nothing was tried yet: "loupe device test", or any run.');
    return EXIT.ok;
  }
  for (const choice of choices) await output.text(choiceText(choice));
  return EXIT.ok;
}

async function install(folder: string, output: Output): Promise<number> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new LoupeError('data.folder_missing', { path: folder }, { cause: error });
  });
  const installed = await installCuda(folder, names);
  if (output.json) for (const library of installed) await output.record({ installed: library });
  else
    await output.text(
      table(
        installed.map(({ file, bytes, sha256 }) => [file, `${(bytes / 1e6).toFixed(1)} MB`, sha256]),
        [0, 2],
      ),
    );
  await output.text('CUDA is tried with the next run, or now with "loupe device test".');
  return EXIT.ok;
}

/** Tries everything again, also what is known. */
async function test(
  name: string,
  threads: number | undefined,
  store: DeviceStore,
  output: Output,
): Promise<void> {
  const pack = await openPack(await locatePack(name, packRoots()));
  const how = { ...(threads !== undefined && { threads }) };
  let choice = await chooseDevice(pack, {
    ...how,
    store,
    anew: true,
    progress: ({ done, total }) => output.progress(done, total, 'trying the devices'),
  });
  if (choice.trials.length === 1) {
    const settings = await resolveSettings(pack, { packFolder: pack.folder, product: '' });
    const network = await Network.open(pack, settings, { ...how, device: 'cpu' });
    choice = await timed(choice, network, pack, store);
    network.dispose();
  }
  output.clearProgress();
  if (output.json) await output.record({ choice: choiceJson(choice) });
  else await output.text(choiceText(choice));
}

const choiceJson = ({ machine: _, ...choice }: Choice) => choice;

const WORDS: Readonly<Record<Trial['outcome'], string>> = {
  chosen: 'taken',
  slower: 'right, but slower',
  wrong: 'refused: other numbers than the processor',
  failed: 'refused: does not work',
  crashed: 'refused: took the program down',
};

function choiceText({ pack, model, at, program, trials }: Choice): string {
  const rows = trials.map(({ device, outcome, msPerImage, difference, detail }) => [
    `  ${device}`,
    msPerImage === undefined ? '' : `${msPerImage.toFixed(1)} ms`,
    [
      trials.length === 1 ? 'taken: the only one here' : WORDS[outcome],
      ...(difference === undefined ? [] : [`differs by ${difference.toExponential(1)}`]),
      ...(detail === undefined ? [] : [printable(detail)]),
    ].join(', '),
  ]);
  return `${pack} (${model.slice(0, 12)}), ${at}, ${program}\n${table(rows, [0, 2])}`;
}
