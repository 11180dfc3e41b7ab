// What the page may know about the program: versions, data folder, sample parts, the model pack in use.
// Runs in the main process (Node).
import type { AppInfo } from '../common/contract.ts';
import { chosen, DeviceStore } from '../node/engine/device-store.ts';
import { deviceFileOf } from '../node/engine/device-file.ts';
import { machineId } from '../node/engine/drivers.ts';
import type { PolicyInForce } from '../common/policy.ts';
import { readManifest } from '../../models/packs/open.ts';
import { networkDriveOf } from '../node/store/network-drive.ts';
import { listSamples, type Places } from './places.ts';

/** Reads it afresh: a pack may be installed while the program runs. A pack that cannot be used counts as none. */
export async function appInfo(version: string, places: Places, policy: PolicyInForce): Promise<AppInfo> {
  const { electron, chrome: chromium } = process.versions;
  const pack = await describePack(places.pack);
  return {
    ...{ version, electron, chromium },
    platform: `${process.platform} ${process.arch}`,
    dataFolder: places.data,
    networkDrive: await networkDriveOf(places.data),
    policy,
    samples: listSamples(places.resources),
    pack,
    device: pack && (await describeDevice(places.data, pack.sha256)),
  };
}

/** What was chosen last on this computer, also when a driver has changed since: the next run tries again. */
async function describeDevice(dataFolder: string, sha256: string): Promise<AppInfo['device']> {
  const machine = machineId();
  const choices = await new DeviceStore(deviceFileOf(dataFolder)).choices();
  const choice = choices.findLast((one) => one.machine === machine && one.model === sha256);
  const trial = choice && chosen(choice);
  if (!trial) return null;
  const { device: name, msPerImage } = trial;
  const because = choice.trials.length === 1 ? 'only' : 'fastest';
  return { name, because, ...(msPerImage !== undefined && { msPerImage }) };
}

async function describePack(folder: string): Promise<AppInfo['pack']> {
  try {
    const { id, title, version, weights, files, head } = await readManifest(folder);
    const sha256 = files.find(({ path }) => path === weights.file)?.sha256 ?? '';
    return { id, title, version, sha256, head: head !== undefined };
  } catch {
    return null;
  }
}
