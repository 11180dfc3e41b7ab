// Where people marked the defects of parts: one PNG per content in the data folder, each change an event of the audit trail.
// Runs in the main process (Node).
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MaskInfo } from '../../common/training.ts';
import { LoupeError } from '../../../models/errors.ts';
import { writeFileSafely } from '../engine/write-file.ts';
import type { History } from '../history-client.ts';
import { maskPng } from './mask-png.ts';

export interface NewMask {
  readonly partId: number;
  readonly runs: readonly number[];
  readonly author: string;
}

const Index = z.array(MaskInfo);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export class MaskStore {
  readonly #history: History;
  readonly #folder: string;
  /** The tail of the changes: an index is read, changed and written by one at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(history: History, dataFolder: string) {
    this.#history = history;
    this.#folder = join(dataFolder, 'masks');
  }

  /** The newest mask of each part of a run that has one. */
  async list(runId: number): Promise<MaskInfo[]> {
    const { value } = await this.#history.request('setting.get', { key: keyOf(runId) });
    return value === null ? [] : Index.parse(JSON.parse(value));
  }

  /**
   * File first, then the event, then the index: whatever is cut off in between leaves the mask before in force. Throws
   * `train.mask` for a mask that does not fit the part, `history.*`, `output.failed`.
   */
  save(mask: NewMask): Promise<MaskInfo> {
    const saving = this.#last.then(() => this.#save(mask));
    this.#last = saving.catch(() => undefined);
    return saving;
  }

  async #save({ partId, runs, author }: NewMask): Promise<MaskInfo> {
    const { part } = await this.#history.request('part.get', { partId });
    const { runId, name, width, height } = part;
    if (width === null || height === null) {
      throw new LoupeError('train.mask', { path: name, reason: 'The part was not inspected.' });
    }
    const { bytes, pixels } = maskPng(width, height, runs, name);
    const info: MaskInfo = { partId, sha256: sha256(bytes), pixels };
    const index = await this.list(runId);
    const before = index.find((known) => known.partId === partId)?.sha256 ?? null;
    if (before === info.sha256) return info;
    await writeFileSafely(this.path(info.sha256), bytes);
    await this.#history.request('audit.add', {
      actor: author,
      action: 'mask.saved',
      subject: `part ${partId}`,
      detail: { run: runId, sha256: info.sha256, pixels, before },
    });
    const others = index.filter((known) => known.partId !== partId);
    const value = JSON.stringify([...others, info]);
    await this.#history.request('setting.set', { key: keyOf(runId), value });
    return info;
  }

  path(hash: string): string {
    return join(this.#folder, `${hash}.png`);
  }

  /** The newest mask of a part; null when it has none. */
  async find(runId: number, partId: number): Promise<string | null> {
    const info = (await this.list(runId)).find((known) => known.partId === partId);
    return info === undefined ? null : this.path(info.sha256);
  }

  /** The file of a mask that is still what was saved. Throws `train.mask`. */
  async verified(mask: MaskInfo): Promise<string> {
    const path = this.path(mask.sha256);
    const bytes = await readFile(path).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LoupeError('train.mask', { path, reason }, { cause: error });
    });
    if (sha256(bytes) !== mask.sha256) {
      throw new LoupeError('train.mask', { path, reason: 'It was changed after it was saved.' });
    }
    return path;
  }
}

const keyOf = (runId: number): string => `masks of run ${runId}`;
