// How the services start: as Electron utility processes, or as children under Node 24 where Electron's own Node is too old.
// Runs in the main process (Electron's fork comes in as an argument).
import type { UtilityProcess } from 'electron';
import type { Message, ServicePort } from '../common/rpc.ts';
import type { HistoryApi, HistoryEvents, InferenceApi, InferenceEvents } from '../common/services.ts';
import type { TrainingApi, TrainingEvents } from '../common/training-service.ts';
import { openedHistory, type History } from '../node/history-client.ts';
import { ServiceClient, forkNodeService } from '../node/service-client.ts';
import type { ErrorValue } from '../../models/errors.ts';
import type { Places } from './places.ts';

/** better-sqlite3 needs it; below, it does not fail but takes the process down. */
const NEEDED_NODE_API = 10;
const KILL_AFTER_MS = 3000;

type Fork = (entry: string, args: string[], options: { serviceName: string }) => UtilityProcess;
type ServiceName = 'inference' | 'history' | 'training';

export interface ServicesOptions {
  readonly places: Places;
  readonly fork: Fork;
  readonly onTrouble: (service: ServiceName, error: ErrorValue, fatal: boolean) => void;
  readonly nodeApi?: number;
}

export interface Services {
  readonly inference: ServiceClient<InferenceApi, InferenceEvents>;
  readonly history: History;
  /** A new one for each training: it ends with it. */
  startTraining(): ServiceClient<TrainingApi, TrainingEvents>;
  /** The daily backup was made, or could not be. */
  onBackup(listener: (end: HistoryEvents['backup.ended']) => void): void;
  stop(): Promise<void>;
}

/** A utility process as the port of a service. Messages sent before it is up are kept by Electron. */
export function utilityPort(child: UtilityProcess): ServicePort {
  let ended = false;
  child.once('exit', () => (ended = true));
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => child.on('message', (message) => listener(message as Message)),
    onExit: (listener) => child.once('exit', (code) => listener(`exit code ${code}`)),
    stop: () =>
      new Promise((resolve) => {
        if (ended) {
          resolve();
          return;
        }
        // An answered change is on the disk, so there is nothing that a service would have to finish.
        const giveUp = setTimeout(resolve, KILL_AFTER_MS);
        child.once('exit', () => {
          clearTimeout(giveUp);
          resolve();
        });
        child.kill();
      }),
  };
}

/** The supervised services of the workstation; each starts with its first request. */
export function startServices(options: ServicesOptions): Services {
  const { places, fork, onTrouble, nodeApi = Number(process.versions.napi) } = options;
  const starter = (name: ServiceName) => () =>
    nodeApi >= NEEDED_NODE_API
      ? utilityPort(fork(places.service(name, 'electron'), [], { serviceName: `Loupe ${name}` }))
      : forkNodeService(places.service(name, 'node'), places.node);
  const supervised = (name: ServiceName) => ({
    name,
    start: starter(name),
    onDeath: (error: ErrorValue, fatal: boolean) => onTrouble(name, error, fatal),
  });
  const inference = new ServiceClient<InferenceApi, InferenceEvents>(supervised('inference'));
  const history = new ServiceClient<HistoryApi, HistoryEvents>(supervised('history'));
  return {
    inference,
    history: openedHistory(history, places.data),
    startTraining: () => new ServiceClient<TrainingApi, TrainingEvents>(supervised('training')),
    onBackup: (listener) => void history.on('backup.ended', listener),
    stop: async () => {
      // Not needed for what was acknowledged; but a database that was closed in order is opened faster.
      const closed = history.running ? history.request('close', null).catch(() => null) : null;
      const tooLong = new Promise((resolve) => setTimeout(resolve, KILL_AFTER_MS));
      await Promise.all([inference.stop(), Promise.race([closed, tooLong]).then(() => history.stop())]);
    },
  };
}
