// A training of the workstation from its job to its outcome: trains the head, then compares it on the parts kept aside.
// Runs in the training service (Node).
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingEvents, TrainingJob, TrainingOutcome } from '../../common/training-service.ts';
import { writeFileSafely } from '../engine/write-file.ts';
import { compareHead } from './compare-head.ts';
import { besideHead, trainHead } from './train-head.ts';
import type { TrainingRecord } from './record.ts';
import { lossSum } from './trainer.ts';

export interface Tell {
  progress(progress: TrainingEvents['training.progress']): void;
  epoch(epoch: TrainingEvents['training.epoch']): void;
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/**
 * A job that was cut off goes on where its checkpoint is, and a job that was complete is only compared again.
 *
 * @throws the errors of trainHead, of inspecting, `calibration.too_few`, `output.failed`
 */
export async function runTraining(
  job: TrainingJob,
  tell: Tell,
  signal: AbortSignal,
): Promise<TrainingOutcome> {
  const head = join(job.folder, 'head.safetensors');
  const record = (await completed(head)) ?? (await train(job, head, tell, signal));
  const { info, proposal, comparison } = await compareHead(job, head, tell, signal);
  const headSha256 = sha256(await readFile(head));
  const calibration = join(job.folder, 'calibration.json');
  // What electron/node/engine/calibration-file.ts reads, and `loupe calibrate` writes.
  const file = {
    schema: 1,
    created: new Date().toISOString(),
    product: info.product,
    pack: { id: info.packId, version: info.packVersion, modelSha256: info.modelSha256 },
    method: info.method,
    tap: info.tap,
    rvs: info.rvs,
    sigma: info.sigma,
    mapSize: info.mapSize,
    headSha256,
    ...proposal,
  };
  const text = `${JSON.stringify(file, null, 2)}\n`;
  await writeFileSafely(calibration, text);
  return {
    head: { file: head, sha256: headSha256 },
    calibration: { file: calibration, sha256: sha256(text) },
    record: {
      file: besideHead(head).record,
      dataSha256: record.data.sha256,
      modelSha256: info.modelSha256,
    },
    tap: info.tap,
    rvs: info.rvs,
    sigma: info.sigma,
    comparison,
  };
}

/** The record of a head that was finished before the comparison was cut off; null when there is none, or it is another one's. */
async function completed(head: string): Promise<TrainingRecord | null> {
  try {
    const record = JSON.parse(await readFile(besideHead(head).record, 'utf8')) as TrainingRecord;
    return record.head.sha256 === sha256(await readFile(head)) ? record : null;
  } catch {
    return null; // not finished: the checkpoint knows where to go on
  }
}

async function train(
  job: TrainingJob,
  out: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<TrainingRecord> {
  const { packFolder, product, tap, rvs, rvsProfile, imageSize, device, threads } = job.before;
  const images = job.learnt.map(({ path, defective, mask }) => ({ path, defective, mask }));
  const { record } = await trainHead(
    {
      packFolder,
      categories: [{ name: product, words: product, images }],
      settings: job.settings,
      out,
      restart: false,
      cache: job.cache,
      version: job.version,
      ...(tap !== undefined && { tap }),
      ...(rvs !== undefined && { rvs }),
      ...(rvsProfile !== undefined && { rvsProfile }),
      ...(imageSize !== undefined && { imageSize }),
      ...(device !== undefined && { device }),
      ...(threads !== undefined && { threads }),
    },
    {
      progress: (stage, done, total) => tell.progress({ stage, done, total }),
      epoch: ({ epoch, train }) => tell.epoch({ epoch, loss: lossSum(train) }),
    },
    signal,
  );
  return record;
}
