// Finds the tokenizer of a checkpoint and makes sure that it is the model's own: a wrong one gives wrong words, not an error.
// Runs in Node.
import { basename, dirname, join } from 'node:path';
import { ClipTokenizer } from '../clip/bpe.ts';
import { parseJson, type Refuse } from '../clip/config/settings.ts';
import { LoupeError } from '../errors.ts';
import { readText } from './import-files.ts';

const MERGES_FILES = [
  'merges.txt',
  'bpe_simple_vocab_16e6.txt.gz',
  'bpe_simple_vocab_16e6.txt',
  'tokenizer.json',
];

export interface ChosenTokenizer {
  /** The text of a list of merges, as `ClipTokenizer` reads it; null where there is none that fits. */
  readonly merges: string | null;
  /** The file that was taken, or why none was. */
  readonly reason: string;
}

/**
 * Takes the tokenizer that the user names, else one beside the weights that fits the text tower.
 *
 * @param vocabSize tokens that the text tower knows; undefined without a text tower
 * @throws `data.folder_missing` or `data.invalid` when the named one does not exist or does not fit, `weights.mismatch`
 *   when there is no text tower for it
 */
export async function chooseTokenizer(
  weights: string,
  named: string | undefined,
  vocabSize: number | undefined,
): Promise<ChosenTokenizer> {
  if (vocabSize === undefined) {
    if (named === undefined) return { merges: null, reason: 'the weights have no text tower' };
    throw new LoupeError('weights.mismatch', { reason: 'the weights have no text tower for a tokenizer' });
  }
  if (named !== undefined) {
    const merges = await readMerges(named, vocabSize);
    if (merges === null) throw new LoupeError('data.folder_missing', { path: named });
    return { merges, reason: basename(named) };
  }
  let reason = 'none was found beside the weights';
  for (const name of MERGES_FILES) {
    try {
      const merges = await readMerges(join(dirname(weights), name), vocabSize);
      if (merges !== null) return { merges, reason: name };
    } catch (error) {
      if (!(error instanceof LoupeError)) throw error;
      reason = `${name} does not fit: ${error.params.reason ?? error.code}`;
    }
  }
  return { merges: null, reason };
}

/** The merges of a file; null when it does not exist. Throws `data.invalid` when they are not those of the text tower. */
async function readMerges(path: string, vocabSize: number): Promise<string | null> {
  const refuse = (reason: string): never => {
    throw new LoupeError('data.invalid', { path, reason });
  };
  const content = await readText(path);
  if (content === null) return null;
  const merges = path.endsWith('.json')
    ? mergesOf(
        parseJson(content, (reason) => refuse(`it ${reason}`)),
        refuse,
      )
    : content;
  const tokenizer = ClipTokenizer.fromMerges(merges, path);
  if (tokenizer.vocabSize !== vocabSize)
    return refuse(`it makes ${tokenizer.vocabSize} tokens, the text tower knows ${vocabSize}`);
  const vocabulary = await readText(join(dirname(path), 'vocab.json'));
  if (vocabulary === null) return merges;
  const ids = parseJson(vocabulary, (reason) => refuse(`the vocab.json beside it ${reason}`));
  if (ids['<|startoftext|>'] !== tokenizer.startId || ids['<|endoftext|>'] !== tokenizer.endId)
    return refuse('the vocab.json beside it numbers the start and the end of a text differently');
  return merges;
}

/** The merges inside a tokenizer.json of Hugging Face, as the lines of a merges.txt. */
function mergesOf(tokenizer: Readonly<Record<string, unknown>>, refuse: Refuse): string {
  const model = tokenizer.model;
  const merges = typeof model === 'object' && model !== null && 'merges' in model ? model.merges : null;
  if (!Array.isArray(merges)) return refuse('it has no merges');
  const lines = merges.map((pair) => (Array.isArray(pair) ? pair.join(' ') : String(pair)));
  return ['#version: 0.2', ...lines, ''].join('\n');
}
