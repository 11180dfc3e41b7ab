// What cannot become a pack is refused with a reason, and nothing is left behind.
// Runs in Node (vitest).
import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { tensorBytes } from '../../models/clip/dtype.ts';
import { safetensorsHeader } from '../../models/clip/safetensors-write.ts';
import { towerTensors } from '../../models/clip/towers.ts';
import { importCheckpoint, type ImportOptions, type ImportReport } from '../../models/packs/import.ts';
import { writeTinyCheckpoint, type Tensors } from '../support/tiny-checkpoint.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const root = temporaryFolder('loupe-import');
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
let folder = '';
beforeEach(() => mkdirSync((folder = join(root, String(count++)))));

const failure = (code: string, text: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as string });
const writeTiny = (name = 'tiny.safetensors', change?: (tensors: Tensors) => void): string =>
  writeTinyCheckpoint(join(folder, name), change);
const run = (source: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> =>
  importCheckpoint({ source, out: join(folder, 'pack'), ...options });

describe('it refuses', () => {
  const refused = async (
    source: string,
    code: string,
    text: string,
    options: Partial<ImportOptions> = {},
  ) => {
    const before = readdirSync(folder).sort();
    await expect(run(source, options)).rejects.toThrow(failure(code, text));
    expect(readdirSync(folder).sort()).toEqual(before);
  };

  it.each<[string, (tensors: Tensors) => void, string, string]>([
    ['other weights', (t) => t.clear(), 'weights.invalid', 'neither the tensor names'],
    [
      'a missing tensor',
      (t) => t.delete('visual.ln_post.bias'),
      'weights.mismatch',
      'visual.ln_post.bias is missing',
    ],
    ['no vision tower', (t) => t.delete('visual.conv1.weight'), 'weights.mismatch', 'visual.conv1.weight'],
    ['another shape', (t) => swap(t, 'visual.ln_post.bias', [8, 8]), 'weights.mismatch', '[8, 8]'],
    [
      'a missing block',
      (t) => drop(t, 'visual.transformer.resblocks.3.'),
      'weights.invalid',
      'multiple of four',
    ],
    [
      'a gap between blocks',
      (t) => drop(t, 'visual.transformer.resblocks.1.'),
      'weights.mismatch',
      'resblocks.1.',
    ],
    [
      'no square of patches',
      (t) => put(t, 'visual.positional_embedding', [16, 64]),
      'weights.mismatch',
      'no square',
    ],
    [
      'a layer scale',
      (t) => put(t, 'visual.transformer.resblocks.0.ls_1.gamma', [64]),
      'weights.mismatch',
      'ls_1',
    ],
    [
      'a value that is not finite',
      (t) => t.get('visual.proj')!.data.fill(NaN, 7, 8),
      'weights.invalid',
      'not finite',
    ],
  ])('%s', async (_what, change, code, text) => {
    await refused(writeTiny('bad.safetensors', change), code, text);
  });

  const put = (tensors: Tensors, name: string, shape: number[]): void =>
    void tensors.set(name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  const swap = (tensors: Tensors, name: string, shape: number[]): void =>
    void tensors.set(name, { ...tensors.get(name)!, shape });
  const drop = (tensors: Tensors, path: string): void => {
    for (const name of tensors.keys()) if (name.startsWith(path)) tensors.delete(name);
  };

  it('places that do not fit', async () => {
    const source = writeTiny();
    mkdirSync(join(folder, 'there'));
    await refused(source, 'usage', 'exists already', { out: join(folder, 'there') });
    await refused(join(folder, 'nowhere'), 'data.folder_missing', 'nowhere');
    await refused(join(folder, 'there'), 'weights.invalid', 'no .safetensors');
    await refused(source, 'output.failed', 'tiny.safetensors', { out: join(source, 'pack') });
    writeTiny('other.safetensors');
    await refused(folder, 'weights.invalid', 'name one: other.safetensors, tiny.safetensors');
    writeFileSync(join(folder, 'model.safetensors.index.json'), '{}');
    await refused(folder, 'weights.invalid', 'several files');
  });

  it('a vision tower that no ONNX file can hold, without reading it', async () => {
    const vision = { width: 4096, layers: 4, heads: 64, mlpWidth: 8192, patch: 8, imageSize: 32 };
    const shapes = towerTensors({ embedDim: 16, activation: 'gelu', vision }, 'open_clip');
    const header = safetensorsHeader(
      new Map([...shapes].map(([name, shape]) => [name, { dtype: 'F16', shape }])),
    );
    const data = [...shapes.values()].reduce((sum, shape) => sum + tensorBytes('F16', shape), 0);
    const path = join(folder, 'huge.safetensors');
    writeFileSync(path, header);
    truncateSync(path, header.length + data); // takes no space on the disk
    await refused(path, 'weights.invalid', '2.2 GB as float32');
  });

  it('labels that break the rules for packs', async () => {
    const source = writeTiny();
    await refused(source, 'usage', 'is not a pack id', { id: '../evil' });
    await refused(source, 'usage', 'licence', { licence: '' });
  });

  it('an import that is stopped', async () => {
    const source = writeTiny();
    const stop = new AbortController();
    const stages: string[] = [];
    const stopped = run(source, {
      signal: stop.signal,
      onProgress: (stage) => {
        stages.push(stage);
        if (stage === 'copying') stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(stages).toEqual(['reading', 'copying']);
    expect(readdirSync(folder)).toEqual(['tiny.safetensors']);
  });
});
