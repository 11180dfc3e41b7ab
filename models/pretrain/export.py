# Writes the model pack: weights, merges, calibration, manifest with checksums. MODEL_CARD.md is kept by hand.
# Runs by hand: python3 models/pretrain/export.py .cache/pretrain/refine HEAD.safetensors resources/packs/loupe-mini
import argparse
import collections
import hashlib
import json
import os
import shutil
import struct

import numpy as np
import torch

from clip import EMBED, MEAN, STD, TEXT, VISION
from generator import draw_sample
from infer import Inspector
from metrics import auroc

HELD_OUT = 900001  # seed of the calibration pictures; training never uses it
COUNT = 240


def write_safetensors(path, tensors):
    """Matrices as float16, vectors and scalars as float32; every tensor starts at a multiple of 8."""
    header, blobs, at = {}, [], 0
    for name in sorted(tensors):
        t = tensors[name].detach().numpy()
        half = t.ndim >= 2
        data = np.ascontiguousarray(t, '<f2' if half else '<f4').tobytes()
        header[name] = {'dtype': 'F16' if half else 'F32', 'shape': list(t.shape), 'data_offsets': [at, at + len(data)]}
        blobs.append(data)
        at += len(data)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)))
        f.write(text)
        for b in blobs:
            f.write(b)


def pictures(count):
    """Held-out pictures with fine damage, as an operator meets it; rare product names become 'part'."""
    samples = [draw_sample(np.random.default_rng((HELD_OUT, i)), size=480, bold=i % 4 == 0) for i in range(count)]
    often = {n for n, _ in collections.Counter(s.name for s in samples).most_common(16)}
    return np.stack([s.image for s in samples]), np.stack([s.mask for s in samples]), \
        np.array([bool(s.damage) for s in samples]), [s.name if s.name in often else 'part' for s in samples]


def measure(inspector, images, names, pairs, method):
    """Maps and scores, every picture with the text of its own product name."""
    maps, s0 = np.zeros(images.shape[:3], np.float32), np.zeros(len(images))
    for name, pair in pairs.items():
        k = [i for i, n in enumerate(names) if n == name]
        maps[k], s0[k], _ = inspector.tiled(images[k], pair, method)
    return maps, s0, maps.max((1, 2))


def clamp_score(s0, s1, c):
    def unit(v, r):
        return np.clip((v - r['lo']) / (r['hi'] - r['lo']), 0, 1)
    return (unit(s0, c['score0']) + unit(s1, c['score1'])) / 2


def calibrate(maps, masks, bad, s0, s1):
    """Ranges from quantiles of good and defective held-out pictures; thresholds fixed on that scale."""
    def span(v):
        return {'lo': round(float(np.quantile(v[~bad], 0.10)), 5), 'hi': round(float(np.quantile(v[bad], 0.75)), 5)}
    c = {'score0': span(s0), 'score1': span(s1)}
    defect = maps[masks]
    c['heat'] = {'lo': round(float(np.quantile(maps[~bad], 0.75)), 5), 'hi': round(float(np.quantile(defect, 0.85)), 5)}
    if c['heat']['hi'] <= c['heat']['lo']:  # weights that have learnt nothing yet
        c['heat']['hi'] = c['heat']['lo'] + 0.1
    score = clamp_score(s0, s1, c)
    # the score runs from a typical good picture (0) to a clear defect (1): look again from the middle on
    review, reject = 0.5, 0.75
    c['thresholds'] = {'review': round(review, 3), 'reject': round(reject, 3)}
    print('calibration', json.dumps(c))
    print('image AUROC score0 %.3f score1 %.3f score %.3f, pixel AUROC %.3f' % (
        auroc(s0, bad), auroc(s1, bad), auroc(score, bad), auroc(maps[:, ::3, ::3], masks[:, ::3, ::3])))
    print('good: below review %.2f, rejected %.2f; defective: below review %.2f, rejected %.2f' % (
        (score[~bad] < review).mean(), (score[~bad] >= reject).mean(),
        (score[bad] < review).mean(), (score[bad] >= reject).mean()))
    return c


def entry(folder, name):
    data = open(f'{folder}/{name}', 'rb').read()
    return {'path': name, 'bytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('run')
    ap.add_argument('head', help='SDP+ head that heads.py trained on these weights')
    ap.add_argument('pack')
    ap.add_argument('--count', type=int, default=COUNT)
    ap.add_argument('--threads', type=int, default=1)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    os.makedirs(args.pack, exist_ok=True)
    write_safetensors(f'{args.pack}/model.safetensors', torch.load(f'{args.run}/checkpoint.pt')['mean'])
    shutil.copyfile(f'{args.run}/bpe_merges.txt', f'{args.pack}/bpe_merges.txt')
    shutil.copyfile(args.head, f'{args.pack}/head.safetensors')
    inspector = Inspector(*(f'{args.pack}/{f}' for f in ('model.safetensors', 'bpe_merges.txt', 'head.safetensors')))
    images, masks, bad, names = pictures(args.count)
    pairs = {n: inspector.text(n)[0] for n in sorted(set(names))}
    calibration = {}
    for method in ('base', 'sdp', 'sdp+'):
        maps, s0, s1 = measure(inspector, images, names, pairs, method)
        calibration[method] = calibrate(maps, masks, bad, s0, s1)
    pack = describe(inspector.tokenizer.size, calibration)
    pack['files'] = [entry(args.pack, n) for n in ('model.safetensors', 'bpe_merges.txt', 'head.safetensors', 'MODEL_CARD.md')]
    with open(f'{args.pack}/pack.json', 'w') as f:
        json.dump(pack, f, indent=2)
        f.write('\n')


def describe(vocab, calibration):
    v, t = VISION, TEXT
    return {
        'schema': 1, 'id': 'loupe-mini', 'version': '0.1.0', 'title': 'Loupe mini', 'licence': 'Apache-2.0',
        'source': 'Trained from scratch by models/pretrain on procedurally drawn pictures; no photograph was used.',
        'architecture': {
            'embedDim': EMBED, 'activation': 'gelu',
            'vision': {'width': v['width'], 'layers': v['layers'], 'heads': v['heads'], 'mlpWidth': v['mlp'],
                       'patch': v['patch'], 'imageSize': v['size']},
            'text': {'width': t['width'], 'layers': t['layers'], 'heads': t['heads'], 'mlpWidth': t['mlp'],
                     'contextLength': t['context'], 'vocabSize': vocab}},
        'preprocessing': {'mean': list(MEAN), 'std': list(STD)},
        'stages': [3, 6, 9, 12], 'tap': 'official', 'method': 'sdp+', 'sigma': 8, 'rvs': 'dbscan', 'scales': [1, 2],
        'calibration': calibration,
        'weights': {'file': 'model.safetensors', 'layout': 'open_clip'},
        'tokenizer': {'file': 'bpe_merges.txt'},
        'head': {'file': 'head.safetensors'}}


if __name__ == '__main__':
    main()
