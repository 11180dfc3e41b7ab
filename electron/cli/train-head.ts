// `loupe train-head`: labelled photographs in, an SDP+ head out.
// Runs in Node (command line); the training is electron/node/train.
import { readFileSync } from 'node:fs';
import { LoupeError } from '../../models/errors.ts';
import { locatePack } from '../../models/packs/locate.ts';
import type { EpochResult, TrainingCategory, TrainingStage } from '../node/train/request.ts';
import { trainHead as train, type TrainedHead } from '../node/train/train-head.ts';
import { lossSum } from '../node/train/trainer.ts';
import { findCategories, layoutOf } from './dataset.ts';
import { EXIT } from './exit-codes.ts';
import { duration, printable, type Output } from './output.ts';
import { packRoots } from './packs.ts';
import type { Stop } from './stop.ts';
import { checkTarget } from './target.ts';
import type { TrainOptions } from './train-options.ts';

const STAGE_WORDS: Readonly<Record<TrainingStage, string>> = {
  checking: 'photographs checked',
  words: 'reading the words',
  features: 'photographs through the encoder',
  training: 'photographs learnt from, all epochs',
};

/** Returns the exit code. Throws what stops the training; what was done is in the checkpoint then. */
export async function trainHead(options: TrainOptions, output: Output, stop: Stop): Promise<number> {
  const { out, settings, engine, from, restart, cache } = options;
  checkTarget(out);
  const packFolder = await locatePack(options.model, packRoots());
  const categories = await findTrainingData(options);
  const cancel = new AbortController();
  const release = stop.onRequest(() => cancel.abort());
  const records: Promise<void>[] = [];
  const record = (value: unknown): void => void (output.json && records.push(output.record(value)));
  try {
    const trained = await train(
      {
        ...engine,
        packFolder,
        categories,
        settings,
        out,
        restart,
        cache,
        version: version(),
        ...(from !== undefined && { from }),
      },
      {
        progress: (stage, done, total) => output.progress(done, total, STAGE_WORDS[stage]),
        resumed: (at) => {
          record({ resumed: at });
          const where = `after ${at.epochs} epochs and ${at.steps} steps`;
          records.push(output.text(`Continuing an unfinished training ${where}.`));
        },
        epoch: (result) => {
          record(result);
          records.push(output.text(epochText(result, settings.epochs)));
        },
      },
      cancel.signal,
    );
    await Promise.all(records);
    await report(trained, output);
    return EXIT.ok;
  } finally {
    output.clearProgress();
    release();
  }
}

/** Of all roots. The words are the names of the folders, the parameters of RVS follow the layout, as the paper has it. */
async function findTrainingData({
  roots,
  categories: wanted,
  product,
}: TrainOptions): Promise<TrainingCategory[]> {
  const found: TrainingCategory[] = [];
  for (const root of roots) {
    const categories = await findCategories(root, roots.length === 1 ? wanted : []);
    const rvsProfile = layoutOf(root) === 'visa' ? 'visa' : 'default';
    for (const { name, images } of categories) {
      if (wanted.length === 0 || wanted.includes(name))
        found.push({ name, words: product ?? name, rvsProfile, images });
    }
  }
  const unknown = wanted.find((name) => !found.some((category) => category.name === name));
  if (unknown !== undefined) {
    throw new LoupeError('data.layout', {
      path: roots.join(', '),
      reason: `There is no category "${unknown}".`,
    });
  }
  return found;
}

function epochText({ epoch, train, validation }: EpochResult, epochs: number): string {
  const number = (value: number): string => value.toFixed(4);
  const aside = validation ? `, kept aside ${number(lossSum(validation))}` : '';
  const parts = `focal ${number(train.focal)}, dice ${number(train.dice)}`;
  return `epoch ${epoch}/${epochs}: loss ${number(lossSum(train))} (${parts})${aside}`;
}

async function report({ file, recordFile, record, encoded }: TrainedHead, output: Output): Promise<void> {
  const { head, pack, categories, steps, settings, ms, data } = record;
  if (output.json)
    await output.record({
      summary: {
        head: file,
        record: recordFile,
        sha256: head.sha256,
        epoch: head.epoch,
        steps,
        images: data.images.length,
        encoded,
        categories: categories.length,
        model: pack.id,
        modelSha256: pack.modelSha256,
        seed: settings.seed,
        ms,
      },
    });
  const total = Object.values(ms).reduce((a, b) => a + b, 0) / 1000;
  await output.text(
    [
      `${printable(file)}: head of epoch ${head.epoch}, ${data.images.length} photographs of ${categories.length} categories, ${duration(total)}`,
      `${printable(recordFile)}: how it was made`,
      `Use it with --method sdp+ --head ${printable(file)}`,
    ].join('\n'),
  );
}

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
