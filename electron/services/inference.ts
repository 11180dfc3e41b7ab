// The inference service: owns the ONNX session, because `run()` blocks its thread and a driver may crash its process.
// Runs as a Node child process (command line, tests) or as an Electron utility process (desktop).
import type { InferenceApi, InferenceEvents } from '../common/services.ts';
import { Engine } from '../node/engine/engine.ts';
import { displayable } from '../node/image/encode.ts';
import { serve } from '../node/service-host.ts';

// Ctrl-C in a terminal reaches this process too; the parent decides when the last photograph is done.
process.on('SIGINT', () => undefined);

const engine = new Engine((progress) => report('session.progress', progress));

const report = serve<InferenceApi, InferenceEvents>({
  'session.open': (options) => engine.open(options),
  'session.close': async ({ session }) => {
    await engine.close(session);
    return null;
  },
  inspect: (request) => engine.inspect(request),
  displayable: ({ path }) => displayable(path),
});
