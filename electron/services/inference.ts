// The inference service: owns the ONNX session, because `run()` blocks its thread and a driver may crash its process.
// Runs as a Node child process (command line, tests) or as an Electron utility process (desktop).
import type { InferenceApi, InferenceEvents } from '../common/inference-service.ts';
import { Engine } from '../node/engine/engine.ts';
import { modelHealth } from '../node/engine/health.ts';
import { ThreadPreparer } from '../node/engine/prepare-thread.ts';
import { displayable } from '../node/image/encode.ts';
import { serve } from '../node/service-host.ts';

// Ctrl-C in a terminal reaches this process too; the parent decides when the last photograph is done.
process.on('SIGINT', () => undefined);

/** Beside this file, in the sources as in what is built of them. */
const WORKER = new URL(import.meta.url.replace(/inference(\.[a-z]+)$/, 'inference-worker$1'));
const preparer = new ThreadPreparer(WORKER);

const engine = new Engine((progress) => report('session.progress', progress), undefined, {
  preparer,
  onDevice: (change) => report('device.changed', change),
});

const report = serve<InferenceApi, InferenceEvents>({
  'session.open': (options) => {
    preparer.start();
    return engine.open(options);
  },
  'session.close': async ({ session }) => {
    await engine.close(session);
    return null;
  },
  inspect: (request) => engine.inspect(request),
  displayable: ({ path }) => displayable(path),
  selfTest: ({ packFolder, device }) => modelHealth(packFolder, device),
});
