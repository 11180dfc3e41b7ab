// How the services start: as Electron utility processes, or as children under Node 24 where Electron's own Node is too old.
// Runs in the main process (Electron's fork comes in as an argument).
import type { UtilityProcess } from 'electron';
import type { LogLevel, Message, ServicePort } from '../common/rpc.ts';
import type { HistoryApi, HistoryEvents } from '../common/history-service.ts';
import type { InferenceApi, InferenceEvents } from '../common/inference-service.ts';
import type { TrainingApi, TrainingEvents } from '../common/training-service.ts';
import { openedHistory, type History } from '../node/history-client.ts';
import { errorFields, type Fields, type Log } from '../node/log/log.ts';
import { ServiceClient, forkNodeService, type ServiceState } from '../node/service-client.ts';
import { KILL_AFTER_MS, readLines } from '../node/service-port.ts';
import type { ErrorValue } from '../../models/errors.ts';
import type { Places } from './places.ts';

/** better-sqlite3 needs it; below, it does not fail but takes the process down. */
const NEEDED_NODE_API = 10;

type Fork = (
  entry: string,
  args: string[],
  options: { serviceName: string; stdio: 'pipe' },
) => UtilityProcess;
type ServiceName = 'inference' | 'history' | 'training';

export interface ServicesOptions {
  readonly places: Places;
  readonly fork: Fork;
  readonly onTrouble: (service: ServiceName, error: ErrorValue, fatal: boolean) => void;
  readonly log: Log;
  readonly nodeApi?: number;
}

export interface Services {
  readonly inference: ServiceClient<InferenceApi, InferenceEvents>;
  readonly history: History;
  /** A new one for each training: it ends with it. */
  startTraining(): ServiceClient<TrainingApi, TrainingEvents>;
  /** The daily backup was made, or could not be. */
  onBackup(listener: (end: HistoryEvents['backup.ended']) => void): void;
  /** Maps and thumbnails went by the daily retention, or could not. */
  onRetention(listener: (end: HistoryEvents['retention.ended']) => void): void;
  readonly states: () => Readonly<Record<'inference' | 'history', ServiceState>>;
  stop(): Promise<void>;
}

/** A utility process as the port of a service. Messages sent before it is up are kept by Electron. */
export function utilityPort(child: UtilityProcess): ServicePort {
  let ended = false;
  child.once('exit', () => (ended = true));
  // Electron's own kill is a request, which a process that the system has stopped never hears.
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
  };
  return {
    get pid() {
      return child.pid ?? null;
    },
    kill,
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
        const giveUp = setTimeout(() => {
          kill();
          resolve();
        }, KILL_AFTER_MS);
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
  const { places, fork, onTrouble, log, nodeApi = Number(process.versions.napi) } = options;
  const starter = (name: ServiceName) => () => {
    const onLine = (line: string): void => log.write('warning', name, 'stderr', { line });
    log.write('info', name, 'starts');
    if (nodeApi < NEEDED_NODE_API) return forkNodeService(places.service(name, 'node'), places.node, onLine);
    const entry = places.service(name, 'electron');
    const child = fork(entry, [], { serviceName: `Loupe ${name}`, stdio: 'pipe' });
    readLines(child.stderr, onLine);
    child.stdout?.on('data', () => undefined); // nobody reads it, but an unread pipe would stop the service
    return utilityPort(child);
  };
  const supervised = (name: ServiceName) => ({
    name,
    start: starter(name),
    onDeath: (error: ErrorValue, fatal: boolean) => {
      log.write('error', name, fatal ? 'died too often' : 'died', errorFields(error));
      onTrouble(name, error, fatal);
    },
    onLog: (...said: [LogLevel, string, Fields]) => log.write(said[0], name, said[1], said[2]),
  });
  const inference = new ServiceClient<InferenceApi, InferenceEvents>(supervised('inference'));
  const history = new ServiceClient<HistoryApi, HistoryEvents>(supervised('history'));
  return {
    inference,
    history: openedHistory(history, places.data),
    startTraining: () => new ServiceClient<TrainingApi, TrainingEvents>(supervised('training')),
    states: () => ({ inference: inference.state, history: history.state }),
    onBackup: (listener) => void history.on('backup.ended', listener),
    onRetention: (listener) => void history.on('retention.ended', listener),
    stop: async () => {
      // Not needed for what was acknowledged; but a database that was closed in order is opened faster.
      const closed = history.running ? history.request('close', null).catch(() => null) : null;
      const tooLong = new Promise((resolve) => setTimeout(resolve, KILL_AFTER_MS));
      await Promise.all([inference.stop(), Promise.race([closed, tooLong]).then(() => history.stop())]);
    },
  };
}
