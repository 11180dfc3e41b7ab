// The thread of the inference service that reads, decodes and resizes photographs while the network blocks the other one.
// Runs as a worker thread of electron/services/inference.ts.
import { servePreparation } from '../node/engine/prepare-thread.ts';

servePreparation();
