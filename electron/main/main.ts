// The entry of the workstation: a chain of small steps, each in a file of its own.
// Runs in Electron's main process.
import {
  app,
  clipboard,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerSaveBlocker,
  protocol,
  session,
  shell,
  utilityProcess,
  BrowserWindow,
} from 'electron';
import type { EventName, EventPayload } from '../common/contract.ts';
import { ENGLISH_MENU, type MenuTexts } from '../common/menu-texts.ts';
import { RunController } from '../node/run-controller.ts';
import { inForce } from '../node/admin/policy-file.ts';
import { errorFields } from '../node/log/log.ts';
import { TrainingController } from '../node/training/controller.ts';
import { MaskStore } from '../node/training/masks.ts';
import { findPhotographs } from '../node/run/find-photographs.ts';
import { describeError, toErrorValue } from '../../models/errors.ts';
import type { Run } from '../common/domain.ts';
import { appInfo } from './app-info.ts';
import { chooseFiles } from './choose-files.ts';
import { keepCrashDumps } from './crash-dumps.ts';
import { packFinder } from './find-pack.ts';
import { chooseDrawing } from './graphics.ts';
import { account, handlers } from './handlers.ts';
import { saveAs } from './save-as.ts';
import { serveMedia } from './media.ts';
import { menuTemplate } from './menu.ts';
import { printPdf } from './print-pdf.ts';
import { permittedBy, refusingHistory } from './permitted.ts';
import { findPlaces, listSamples } from './places.ts';
import { recipeFiles } from './recipe-files.ts';
import { guardWith } from './rights.ts';
import { route } from './router.ts';
import { inspectFirstSample } from './samples.ts';
import { PAGE_URL, PRIVILEGES, SCHEME, serveScheme } from './scheme.ts';
import { hardenContents, hardenSession, stayOffline } from './security.ts';
import { startServices } from './services.ts';
import { startUp } from './startup.ts';
import { supportHandlers } from './support.ts';
import { whileTraining } from './while-training.ts';
import { whileRunning } from './while-running.ts';
import { bringToFront, openWindow, tell } from './window.ts';

const development = !app.isPackaged;
const startup = startUp(app, process.argv.slice(1));
const { log, problem } = startup;
const policy = inForce(startup.policy, startup.policyFile);
let window: BrowserWindow | null = null;

function emit<E extends EventName>(event: E, payload: EventPayload<E>): void {
  tell(window, event, payload);
}

/** Everything that needs Electron to be up. */
function open(): void {
  const places = findPlaces(app, startup.dataFolder);
  const {
    history: opened,
    inference,
    ...services
  } = startServices({
    places,
    log,
    fork: (entry, args, options) => utilityProcess.fork(entry, args, options),
    onTrouble: (service, error, fatal) => {
      emit('service.trouble', { service, error: { ...error, params: { ...error.params } }, fatal });
    },
  });
  inference.on('device.changed', ({ from, to, error }) => {
    const reason = describeError(error).engineer;
    log.write('warning', 'inference', 'device changed', { from, to, reason });
    emit('service.trouble', {
      ...{ service: 'inference', fatal: false },
      error: { code: 'device.failed', params: { from, to, reason } },
    });
  });
  const history = problem ? refusingHistory(problem) : opened;
  services.onBackup((end) =>
    emit('history.backedUp', {
      made: end.made,
      error: end.error && { ...end.error, params: { ...end.error.params } },
    }),
  );
  services.onRetention(({ done, error }) =>
    emit('history.retained', {
      ...{ bytes: done?.bytes ?? 0, runs: done?.items.length ?? 0 },
      error: error && { ...error, params: { ...error.params } },
    }),
  );
  const follow = whileRunning(powerSaveBlocker, () => window);
  const runs = new RunController({
    ...{ inference, history },
    scan: findPhotographs,
    packFolder: places.pack,
    findPack: packFinder(places),
    dataFolder: places.data,
    device: startup.device,
    emit: (event, payload) => {
      if (event === 'run.changed') logRun(payload as EventPayload<'run.changed'>);
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
  const prepared =
    startup.options.samples && problem === null
      ? inspectFirstSample(runs, history, listSamples(places.resources)).catch((thrown: unknown) =>
          log.write('error', 'main', 'samples', errorFields(toErrorValue(thrown))),
        )
      : Promise.resolve();
  let words: MenuTexts = ENGLISH_MENU;
  const useMenu = (texts: MenuTexts): void => {
    words = texts;
    const template = menuTemplate((command) => emit('menu.command', command), development, texts);
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };
  const support = supportHandlers({
    ...{ startup, places, history, account },
    services: { inference, states: services.states },
    version: app.getVersion(),
    drawing: () => app.getGPUFeatureStatus().gpu_compositing,
    chooseFolder: async () => (await chooseFiles(dialog, window, 'folder', words, development))[0] ?? null,
    saveAs: (name, ending) => saveAs(dialog, window, { name, ending, development }),
    copy: (text) => {
      void clipboard.writeText(text);
    },
    reveal: (path) => shell.showItemInFolder(path),
    quit: () => app.quit(),
  });
  route({
    ipc: ipcMain,
    handlers: handlers({
      ...{ history, runs, trainings, masks, prepared },
      info: () => appInfo(app.getVersion(), places, policy),
      support,
      choose: (what) => chooseFiles(dialog, window, what, words, development),
      useMenu,
      recipes: recipeFiles(dialog, () => window, development),
      dataFolder: places.data,
      findPack: packFinder(places),
      saveAs: (name, ending) => saveAs(dialog, window, { name, ending, development }),
      print: (html, pdf, code) =>
        printPdf(html, pdf, code, {
          openWindow: (options) => new BrowserWindow(options),
          session: () => session.fromPartition('print'),
        }),
      reveal: (path) => shell.showItemInFolder(path),
      useTheme: (theme) => (nativeTheme.themeSource = theme === 'contrast' ? 'dark' : theme),
    }),
    page: () => window?.webContents ?? null,
    guard: permittedBy(policy, problem, guardWith(history)),
    checkResults: development,
    onError: (channel, error) => log.write('warning', 'main', channel, errorFields(error)),
  });
  useMenu(ENGLISH_MENU);
  endCleanly(async () => {
    if (problem === null) await Promise.all([runs.stop(), trainings.stop()]);
    await services.stop();
  });
  nativeTheme.themeSource = 'dark';
  window = openWindow(app.getPath('userData'), places.preload, development, log);
  window.once('closed', () => (window = null));
}

function logRun({ id, product, state, total, scored, failed, device, error }: Run): void {
  const fields = { run: id, product, state, total, scored, failed, device, code: error?.code ?? null };
  log.write(state === 'failed' ? 'error' : 'info', 'main', 'run', fields);
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
      .catch((thrown: unknown) => log.write('error', 'main', 'end', errorFields(toErrorValue(thrown))))
      .finally(() => {
        log.write('info', 'main', 'ends');
        stopped = true;
        app.quit();
      });
  });
}

keepCrashDumps(app, crashReporter, startup.crashFolder);
if (app.requestSingleInstanceLock()) {
  const { versions, platform } = process;
  const build = { version: app.getVersion(), electron: versions.electron, platform };
  log.write('info', 'main', 'starts', { ...build, data: startup.dataFolder });
  if (problem) log.write('error', 'main', 'cannot work', errorFields(problem));
  chooseDrawing(app, startup.settings, startup.options.drawing, log);
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
