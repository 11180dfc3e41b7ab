// The training service: learns a head from reviewed parts. A process of its own, started for one training and ended with it,
// so that the line goes on inspecting and a crash costs nothing else. Runs as an Electron utility process or a Node child.
import type { TrainingApi, TrainingEvents } from '../common/training-service.ts';
import { LoupeError } from '../../models/errors.ts';
import { serve } from '../node/service-host.ts';
import { runTraining } from '../node/train/run-training.ts';

// Ctrl-C in a terminal reaches this process too; the parent says when to stop.
process.on('SIGINT', () => undefined);

let stop: AbortController | null = null;

const report = serve<TrainingApi, TrainingEvents>({
  'training.run': async (job) => {
    if (stop !== null) throw new LoupeError('train.busy');
    stop = new AbortController();
    const tell = {
      progress: (progress: TrainingEvents['training.progress']) => report('training.progress', progress),
      epoch: (epoch: TrainingEvents['training.epoch']) => report('training.epoch', epoch),
    };
    try {
      return await runTraining(job, tell, stop.signal);
    } finally {
      stop = null;
    }
  },
  'training.stop': () => {
    stop?.abort();
    return null;
  },
});
