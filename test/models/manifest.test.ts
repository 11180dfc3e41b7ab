// The bounds of pack.json: a complete manifest passes, and every single wrong statement is refused by name.
// Runs in Node (vitest).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import type { Calibration } from '../../models/clip-ad/calibration.ts';
import { LoupeError } from '../../models/errors.ts';
import { parseManifest } from '../../models/packs/manifest.ts';

const calibration = () => ({
  score0: { lo: 0.4, hi: 0.6 },
  score1: { lo: -0.1, hi: 0.2 },
  heat: { lo: -0.1, hi: 0.2 },
  thresholds: { review: 0.4, reject: 0.7 },
});
const file = (path: string) => ({ path, bytes: 10, sha256: 'a'.repeat(64) });

const complete = () => ({
  schema: 1,
  id: 'loupe-mini',
  version: '0.1.0',
  title: 'Loupe mini',
  licence: 'Apache-2.0',
  source: 'trained by this project',
  architecture: {
    embedDim: 128,
    activation: 'gelu',
    vision: { width: 192, layers: 12, heads: 3, mlpWidth: 768, patch: 16, imageSize: 240 },
    text: { width: 128, layers: 4, heads: 2, mlpWidth: 512, contextLength: 77, vocabSize: 49408 },
  },
  preprocessing: { mean: [0.48, 0.46, 0.41], std: [0.27, 0.26, 0.28] },
  stages: [3, 6, 9, 12],
  tap: 'official',
  method: 'sdp',
  sigma: 8,
  rvs: 'dbscan',
  calibration: { base: calibration(), sdp: calibration() },
  weights: { file: 'model.safetensors', layout: 'open_clip' },
  tokenizer: { file: 'merges.txt' },
  files: [file('model.safetensors'), file('merges.txt')],
});

/** The complete manifest with the value at a dotted path replaced; undefined removes it. */
function changed(path: string, value: unknown): string {
  const manifest = complete();
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>(
    (at, key) => at[key] as Record<string, unknown>,
    manifest,
  );
  parent[last] = value; // JSON leaves undefined out
  return JSON.stringify(manifest);
}

describe('a pack.json', () => {
  it('is read with all that it states', () => {
    const manifest = parseManifest(JSON.stringify(complete()), 'p');
    expect(manifest).toEqual(complete());
    const architecture: ClipArchitecture = manifest.architecture; // the types must fit as well
    const sdp: Calibration | undefined = manifest.calibration.sdp;
    expect([architecture.vision.heads, sdp?.thresholds.reject]).toEqual([3, 0.7]);
  });

  it.each([
    [
      'without text tower and tokenizer',
      (m: ReturnType<typeof complete>) => {
        const { text: _text, ...architecture } = m.architecture;
        const { tokenizer: _tokenizer, ...rest } = m;
        return { ...rest, architecture };
      },
    ],
    [
      'with a text tower but without a tokenizer',
      ({ tokenizer: _tokenizer, ...m }: ReturnType<typeof complete>) => m,
    ],
    [
      'for sdp+ with a head',
      (m: ReturnType<typeof complete>) => ({
        ...m,
        method: 'sdp+',
        calibration: { 'sdp+': calibration() },
        head: { file: 'head.safetensors' },
        files: [...m.files, file('head.safetensors')],
      }),
    ],
  ])('may be %s', (_name, change) => {
    expect(() => parseManifest(JSON.stringify(change(complete())), 'p')).not.toThrow();
  });

  it.each<[string, unknown, string]>([
    ['schema', 2, 'schema:'],
    ['id', 'Loupe Mini', 'not a pack id'],
    ['id', '..', 'not a pack id'],
    ['version', '1', 'not a version'],
    ['title', '', 'title:'],
    ['title', 'x'.repeat(501), 'title:'],
    ['licence', undefined, 'licence:'],
    ['surprise', 1, '"surprise"'],
    ['architecture.embedDim', 0, 'embedDim:'],
    ['architecture.activation', 'relu', 'activation:'],
    ['architecture.vision.layers', 10, 'layers is not a multiple of four'],
    ['architecture.vision.heads', 5, 'vision: width is not a multiple of heads'],
    ['architecture.vision.width', 192.5, 'vision.width:'],
    ['architecture.vision.imageSize', 250, 'imageSize is not a multiple of patch'],
    ['architecture.vision.imageSize', 24000, 'imageSize: Too big'],
    ['architecture.vision.patch', -16, 'patch: Too small'],
    ['architecture.vision.surprise', 1, '"surprise"'],
    ['architecture.text.heads', 3, 'text: width is not a multiple of heads'],
    ['architecture.text', undefined, 'tokenizer: has no text tower'],
    ['preprocessing.mean', [0, 0], 'mean:'],
    ['preprocessing.std', [1, 1, 0], 'std.2:'],
    ['stages', [3, 6, 9], 'stages:'],
    ['stages', [2, 6, 9, 12], 'quarters'],
    ['stages', [6, 12, 18, 24], 'quarters'],
    ['tap', 'raw', 'tap:'],
    ['method', 'base+', 'method:'],
    ['method', 'sdp+', 'lacks the method sdp+'],
    ['sigma', 0, 'sigma:'],
    ['rvs', 'median', 'rvs:'],
    ['calibration.sdp', undefined, 'lacks the method sdp'],
    ['calibration.sdp.score0', { lo: 1, hi: 1 }, 'sdp.score0: lo is not below hi'],
    ['calibration.sdp.score1', { lo: null, hi: 1 }, 'sdp.score1.lo:'],
    ['calibration.sdp.thresholds', { review: 0.8, reject: 0.7 }, 'review is above reject'],
    ['calibration.sdp.thresholds', { review: 0.8, reject: 1.1 }, 'reject: Too big'],
    ['weights.file', 'other.safetensors', 'weights: other.safetensors is not among'],
    ['weights.layout', 'pickle', 'layout:'],
    ['tokenizer.file', 'other.txt', 'tokenizer: other.txt is not among'],
    ['head', { file: 'other.safetensors' }, 'head: other.safetensors is not among'],
    ['files', [], 'files:'],
    ['files.0.bytes', -1, 'bytes:'],
    ['files.0.bytes', 2 ** 40, 'bytes:'],
    ['files.0.sha256', 'A'.repeat(64), 'not a SHA-256'],
    ['files.2', file('model.safetensors'), 'lists a file twice'],
    ['files.2', file('MODEL.safetensors'), 'lists a file twice'],
    ['files.2', file('pack.json'), 'lists pack.json itself'],
    ['files.2', { ...file('large'), bytes: 4 * 1024 ** 3 }, 'larger than 4 GB'],
  ])('is refused for %s = %j', (path, value, reason) => {
    expect(() => parseManifest(changed(path, value), 'p')).toThrow(
      expect.objectContaining({ code: 'pack.invalid', message: expect.stringContaining(reason) as string }),
    );
  });

  it('is refused when it recommends sdp+ without a head', () => {
    const manifest = { ...complete(), method: 'sdp+', calibration: { 'sdp+': calibration() } };
    expect(() => parseManifest(JSON.stringify(manifest), 'p')).toThrow(/head: is missing for sdp\+/);
  });

  it.each([
    '../model.safetensors',
    '..',
    '.',
    '.hidden',
    'a/b',
    'a\\b',
    '/etc/passwd',
    'C:model',
    'model.',
    'model ',
    'mödel',
    'a\u0000b',
    '',
    'x'.repeat(200),
  ])('is refused for the file name %j', (name) => {
    const manifest = {
      ...complete(),
      weights: { file: name, layout: 'hf' },
      files: [file(name), file('merges.txt')],
    };
    expect(() => parseManifest(JSON.stringify(manifest), 'p')).toThrow(/plain file name/);
  });

  it('names the place and the reason', () => {
    expect(() => parseManifest(changed('architecture.vision.layers', 10), 'my pack')).toThrow(
      /my pack.*architecture\.vision: layers is not a multiple of four/,
    );
  });

  it('is refused when it is no JSON object or carries a prototype', () => {
    const polluted = JSON.stringify(complete()).replace('{', '{"__proto__":{"x":1},');
    for (const json of ['', '{', '[]', 'null', '3', polluted]) {
      expect(() => parseManifest(json, 'p'), json).toThrow(expect.objectContaining({ code: 'pack.invalid' }));
    }
  });

  it('never fails in any other way', () => {
    const paths = [
      'files',
      'files.0',
      'calibration',
      'architecture',
      'architecture.vision',
      'stages',
      'head',
      'weights',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        try {
          parseManifest(changed(path, value), 'p');
        } catch (error) {
          expect(error).toBeInstanceOf(LoupeError);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
