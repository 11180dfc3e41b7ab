// The entry of the workstation: a chain of small steps, each in a file of its own.
// Runs in Electron's main process.
import {
  app,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerSaveBlocker,
  protocol,
  session,
  shell,
  utilityProcess,
  type BrowserWindow,
} from 'electron';
import type { EventName, EventPayload } from '../common/contract.ts';
import { RunController } from '../node/run-controller.ts';
import { TrainingController } from '../node/training/controller.ts';
import { MaskStore } from '../node/training/masks.ts';
import { findPhotographs } from '../node/run/find-photographs.ts';
import { describeError } from '../../models/errors.ts';
import { appInfo } from './app-info.ts';
import { chooseFiles } from './choose-files.ts';
import { packFinder } from './find-pack.ts';
import { handlers } from './handlers.ts';
import { saveAs } from './save-as.ts';
import { serveMedia } from './media.ts';
import { menuTemplate } from './menu.ts';
import { findPlaces, listSamples, useDataFolder } from './places.ts';
import { recipeFiles } from './recipe-files.ts';
import { route } from './router.ts';
import { inspectFirstSample } from './samples.ts';
import { PAGE_URL, PRIVILEGES, SCHEME, serveScheme } from './scheme.ts';
import { hardenContents, hardenSession, stayOffline } from './security.ts';
import { startServices } from './services.ts';
import { whileTraining } from './while-training.ts';
import { whileRunning } from './while-running.ts';
import { bringToFront, openWindow, tell } from './window.ts';

const development = !app.isPackaged;
let window: BrowserWindow | null = null;

function emit<E extends EventName>(event: E, payload: EventPayload<E>): void {
  tell(window, event, payload);
}

/** Everything that needs Electron to be up. */
function open(): void {
  const places = findPlaces(app);
  const { history, inference, ...services } = startServices({
    places,
    fork: (entry, args, options) => utilityProcess.fork(entry, args, options),
    onTrouble: (service, error, fatal) => {
      console.error(describeError(error).engineer);
      emit('service.trouble', { service, error: { ...error, params: { ...error.params } }, fatal });
    },
  });
  services.onBackup((end) =>
    emit('history.backedUp', {
      made: end.made,
      error: end.error && { ...end.error, params: { ...end.error.params } },
    }),
  );
  const follow = whileRunning(powerSaveBlocker, () => window);
  const runs = new RunController({
    ...{ inference, history },
    scan: findPhotographs,
    packFolder: places.pack,
    findPack: packFinder(places),
    dataFolder: places.data,
    emit: (event, payload) => {
      if (event === 'run.progress') follow(payload as EventPayload<'run.progress'>);
      emit(event, payload);
    },
  });

  const masks = new MaskStore(history, places.data);
  const stayAwake = whileTraining(powerSaveBlocker);
  const trainings = new TrainingController({
    ...{ history, masks, packFolder: places.pack, findPack: packFinder(places), dataFolder: places.data },
    startService: () => services.startTraining(),
    version: app.getVersion(),
    emit: (training) => {
      stayAwake(training);
      emit('training.changed', training);
    },
  });

  hardenSession(session.defaultSession, development);
  protocol.handle(
    SCHEME,
    serveScheme(
      places.bundle,
      serveMedia({
        ...{ history, inference, dataFolder: places.data },
        mask: (runId, partId) => masks.find(runId, partId),
        after: (partId) => trainings.afterMap(partId),
      }),
    ),
  );
  const prepared = app.commandLine.hasSwitch('samples')
    ? inspectFirstSample(runs, history, listSamples(places.resources)).catch(console.error)
    : Promise.resolve();
  route({
    ipc: ipcMain,
    handlers: handlers({
      ...{ history, runs, trainings, masks, prepared },
      info: () => appInfo(app.getVersion(), places),
      choose: (what) => chooseFiles(dialog, window, what, development),
      recipes: recipeFiles(dialog, () => window, development),
      saveAs: (name, ending) => saveAs(dialog, window, { name, ending, development }),
      reveal: (path) => shell.showItemInFolder(path),
      useTheme: (theme) => (nativeTheme.themeSource = theme === 'contrast' ? 'dark' : theme),
    }),
    page: () => window?.webContents ?? null,
    checkResults: development,
    onError: (channel, error) => console.error(`${channel}: ${error.code}: ${describeError(error).engineer}`),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate((c) => emit('menu.command', c), development)));
  endCleanly(async () => {
    await Promise.all([runs.stop(), trainings.stop()]);
    await services.stop();
  });
  nativeTheme.themeSource = 'dark';
  window = openWindow(places, development);
  window.once('closed', () => (window = null));
}

/** What hangs is given up: the history has everything that was acknowledged, and finds out by itself what was cut off. */
const LONGEST_END_MS = 5000;

/** Holds the end of the program back until the run under way is resumable and the services are gone. */
function endCleanly(stop: () => Promise<void>): void {
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    const tooLong = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_END_MS));
    void Promise.race([stop(), tooLong])
      .catch(console.error)
      .finally(() => {
        stopped = true;
        app.quit();
      });
  });
}

useDataFolder(app);
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', () => bringToFront(window));
  app.on('window-all-closed', () => app.quit());
  stayOffline(app);
  hardenContents(app, PAGE_URL);
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: PRIVILEGES }]);
  // Not awaited: Electron gets ready only after this file has been evaluated.
  void app.whenReady().then(open);
} else {
  app.quit();
}
