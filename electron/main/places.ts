// Where things lie: the built program, the bundled resources, the data folder; in the repository and when packed.
// Runs in the main process.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'electron';
import type { AppInfo } from '../common/contract.ts';

export interface Places {
  /** The page: index.html and its assets. */
  readonly bundle: string;
  readonly preload: string;
  /** Model packs and sample parts; read-only. */
  readonly resources: string;
  /** The model pack in use. */
  readonly pack: string;
  /** Everything that Loupe keeps: history, maps, thumbnails. The one folder to back up. */
  readonly data: string;
  /** Entry file of a service; outside the archive for a process that cannot look into it. */
  service(name: string, process: 'electron' | 'node'): string;
  /** The Node that runs the services where Electron's own is too old for them. */
  readonly node: string;
}

type AppPaths = Pick<App, 'getAppPath' | 'isPackaged'>;

/** Finds the places of this installation. LOUPE_RESOURCES and LOUPE_NODE are for tests; the installed program does not know them. */
export function findPlaces(
  app: AppPaths,
  data: string,
  env = process.env,
  resourcesPath = process.resourcesPath,
): Places {
  const root = app.getAppPath();
  const unpacked = root.replace(/app\.asar$/, 'app.asar.unpacked');
  const nodeName = process.platform === 'win32' ? 'node.exe' : 'node';
  const resources = app.isPackaged
    ? join(resourcesPath, 'resources')
    : (env.LOUPE_RESOURCES ?? join(root, 'resources'));
  return {
    bundle: join(root, 'out/renderer'),
    preload: join(root, 'out/preload/preload.cjs'),
    resources,
    pack: join(resources, 'packs/loupe-mini'),
    data,
    service: (name, kind) => join(kind === 'node' ? unpacked : root, 'out/main', `${name}.js`),
    // An installed program starts nothing that a variable names; only one packed for tests has this file (build/config.ts).
    node: app.isPackaged
      ? join(resourcesPath, 'node', nodeName)
      : (env.LOUPE_NODE ?? join(root, 'node_modules/node/bin', nodeName)),
  };
}

/**
 * Gives the data folder to Electron, before it uses one. Chromium's own files go into a folder of their own, so that a backup
 * shows at a glance what matters.
 */
export function useDataFolder(app: Pick<App, 'setPath'>, folder: string): void {
  app.setPath('userData', folder);
  app.setPath('sessionData', join(folder, 'chromium'));
}

/** The bundled sample parts: one folder per product, in the layout of MVTec AD or flat. */
export function listSamples(resources: string): AppInfo['samples'] {
  const root = join(resources, 'samples');
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const product = name.replaceAll(/[_-]+/g, ' ');
      const test = join(root, name, 'test'); // beside it lie masks, which are no photographs
      return {
        title: product.charAt(0).toUpperCase() + product.slice(1),
        product,
        folder: existsSync(test) ? test : join(root, name),
      };
    })
    .sort((a, b) => a.title.localeCompare(b.title, 'en'));
}
