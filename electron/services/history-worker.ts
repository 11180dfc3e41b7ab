// The thread beside the history service for what takes long: the service itself goes on answering.
// Runs in a worker thread of the history service.
import { parentPort } from 'node:worker_threads';
import { toErrorValue } from '../../models/errors.ts';
import type { AsideAnswer, AsideRequest } from '../node/store/aside.ts';
import { workAside } from '../node/report/aside-work.ts';

parentPort?.on('message', ({ id, dataFolder, name, args }: AsideRequest) => {
  const answer = (message: AsideAnswer): void => parentPort?.postMessage(message);
  workAside(dataFolder, name, args).then(
    (value) => answer({ id, ok: true, value }),
    (thrown: unknown) => answer({ id, ok: false, error: toErrorValue(thrown) }),
  );
});
