// The program as it is after a start, without its window: the run controller with the two real services as child processes.
// Runs in the tests (Node 24).
import { resolve } from 'node:path';
import type { ServicePort } from '../../electron/common/rpc.ts';
import type { HistoryApi, HistoryEvents } from '../../electron/common/history-service.ts';
import type { InferenceApi, InferenceEvents } from '../../electron/common/inference-service.ts';
import { openedHistory } from '../../electron/node/history-client.ts';
import { RunController, type RunControllerOptions } from '../../electron/node/run-controller.ts';
import { findPhotographs } from '../../electron/node/run/find-photographs.ts';
import { ServiceClient, forkNodeService } from '../../electron/node/service-client.ts';

type Emit = RunControllerOptions['emit'];

export function startProgram(dataFolder: string, packFolder: string, emit: Emit = () => undefined) {
  const ports: Partial<Record<'inference' | 'history', ServicePort>> = {};
  const client = (name: 'inference' | 'history') => ({
    name,
    start: () =>
      (ports[name] = forkNodeService(
        resolve(import.meta.dirname, `../../electron/services/${name}.ts`),
        process.execPath,
      )),
  });
  const inference = new ServiceClient<InferenceApi, InferenceEvents>(client('inference'));
  const historyClient = new ServiceClient<HistoryApi, HistoryEvents>(client('history'));
  const history = openedHistory(historyClient, dataFolder);
  const runs = new RunController({
    ...{ inference, history, dataFolder, scan: findPhotographs, packFolder, emit },
    findPack: () => Promise.resolve(packFolder),
  });
  return {
    ...{ inference, history, historyClient, runs, ports },
    idle: async (): Promise<void> => {
      while (runs.busy) await new Promise((done) => setTimeout(done, 10));
    },
    end: async (): Promise<void> => {
      await runs.stop();
      await Promise.all([inference.stop(), historyClient.stop()]);
    },
  };
}
