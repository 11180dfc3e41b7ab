// `loupe model fetch`: a well-known checkpoint by its name, downloaded, verified and made a pack.
// Runs in Node (command line). The only command that uses the network, and only when it is called.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LoupeError } from '../../models/errors.ts';
import { download } from '../node/download/download.ts';
import { KNOWN_MODELS, type KnownModel } from '../node/download/known-models.ts';
import { findMirror } from '../node/download/mirror.ts';
import { EXIT } from './exit-codes.ts';
import { importModel } from './import.ts';
import { table, type Output } from './output.ts';
import { ownPackFolder } from './packs.ts';
import type { Stop } from './stop.ts';

export interface FetchCommand {
  /** Null: list what there is. */
  readonly model: KnownModel | null;
  readonly out: string;
  readonly mirror: string | undefined;
  /** Leaves the downloaded files beside the pack. */
  readonly keep: boolean;
}

const usage = (reason: string, cause?: unknown): LoupeError => new LoupeError('usage', { reason }, { cause });
const names = (): string => KNOWN_MODELS.map(({ name }) => name).join(', ');

/** The options behind `loupe model fetch`. Throws `usage`. */
export function fetchOptions(args: readonly string[], models = KNOWN_MODELS): FetchCommand {
  const { values, positionals } = parse(args);
  const [name, ...more] = positionals;
  if (more.length > 0) throw usage('Name one model.');
  const { out, mirror, keep = false } = values;
  if (out === '' || mirror === '') throw usage(`--${out === '' ? 'out' : 'mirror'} is empty.`);
  const model = models.find((one) => one.name === name) ?? null;
  if (name !== undefined && !model)
    throw usage(`There is no model "${name}" to fetch; there are ${names()}.`);
  return { model, out: out ?? join(ownPackFolder(), name ?? ''), mirror, keep };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        mirror: { type: 'string' },
        keep: { type: 'boolean' },
        json: { type: 'boolean' },
        verbose: { type: 'boolean' },
      },
    });
  } catch (error) {
    const [text = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw usage(`${text.replace(/\.$/, '')}.`, error);
  }
}

/** Returns the exit code. Throws what the download and the import throw. */
export async function fetchModel(command: FetchCommand, output: Output, stop: Stop): Promise<number> {
  const { model, keep } = command;
  if (!model) return listModels(output);
  const out = resolve(command.out);
  if (existsSync(out)) throw usage(`${out} exists already; name a new folder for the pack with --out.`);
  const mirror = await findMirror(command.mirror);
  const folder = `${out}.download`;
  const abort = new AbortController();
  const interrupted = stop.onRequest(() => abort.abort());
  const bring = (file: KnownModel['checkpoint']): Promise<string> =>
    download(file, {
      folder,
      mirror,
      signal: abort.signal,
      onProgress: (bytes, total) =>
        output.progress(
          Math.round(bytes / 1e6),
          Math.round((total ?? bytes) / 1e6),
          `MB of ${file.name} downloaded`,
        ),
    });
  try {
    const [tokenizer, source] = [await bring(model.tokenizer), await bring(model.checkpoint)];
    interrupted();
    const { name: id, title, licence, config, activation } = model;
    const labels = { id, title, licence, sourceUrl: `${model.source} (${model.checkpoint.url})` };
    const code = await importModel({ source, tokenizer, out, config, activation, ...labels }, output, stop);
    if (code === EXIT.ok && !keep) await rm(folder, { recursive: true, force: true });
    return code;
  } catch (error) {
    if (stop.requested && abort.signal.aborted) return EXIT.interrupted;
    throw error;
  }
}

async function listModels(output: Output): Promise<number> {
  if (output.json) for (const model of KNOWN_MODELS) await output.record({ model });
  else
    await output.text(
      table(
        KNOWN_MODELS.map(({ name, title, licence, checkpoint: { url, sha256 } }) => [
          name,
          title,
          licence,
          sha256.length === 64 ? 'SHA-256 pinned' : `SHA-256 begins with ${sha256}`,
          url,
        ]),
        [0, 1, 2, 3, 4],
      ),
    );
  return EXIT.ok;
}
