# Measures weights on a folder of parts in the MVTec layout (real or rendered): one line per product.
# Runs by hand: python3 models/pretrain/evaluate.py WEIGHTS MERGES FOLDER [--method M] [--tiles] [--words]
import argparse
import os

import numpy as np
import torch
from PIL import Image

from infer import Inspector
from metrics import auroc, minmax

BAR = ('leather', 'hazelnut', 'peeled_hazelnut', 'road_pavement')


def read_image(path, side=240):
    with Image.open(path) as img:
        img = img if img.mode == 'L' else img.convert('RGB')
        return np.asarray(img.resize((side, side), Image.BICUBIC).convert('RGB'))


def read_mask(path, side=240):
    with Image.open(path) as img:
        m = img.convert('L').point(lambda v: 255 if v > 0 else 0).resize((side, side), Image.BILINEAR)
        return np.asarray(m) > 127


def load(folder, side=240):
    """Images, masks, labels, names of one product folder."""
    images, masks, bad, paths = [], [], [], []
    for kind in sorted(os.listdir(f'{folder}/test')):
        for file in sorted(os.listdir(f'{folder}/test/{kind}')):
            stem = os.path.splitext(file)[0]
            images.append(read_image(f'{folder}/test/{kind}/{file}', side))
            good = kind == 'good'
            masks.append(np.zeros((side, side), bool) if good else read_mask(f'{folder}/ground_truth/{kind}/{stem}_mask.png', side))
            bad.append(not good)
            paths.append(f'{kind}/{file}')
    return np.stack(images), np.stack(masks), np.array(bad), paths


def words_of(folder):
    return os.path.basename(folder.rstrip('/')).replace('_', ' ')


def measure(inspector, folder, method='sdp', tiles=False, name=None):
    name = name or words_of(folder)
    images, masks, bad, paths = load(folder, 480 if tiles else 240)
    pair, kept = inspector.text(name)
    maps, s0, s1 = (inspector.tiled if tiles else inspector.images)(images, pair, method)
    return dict(pixel=auroc(maps[:, ::2, ::2], masks[:, ::2, ::2]), score0=auroc(s0, bad), score1=auroc(s1, bad),
                both=auroc(minmax(s0) + minmax(s1), bad), kept=kept, s0=s0, s1=s1, bad=bad, maps=maps, masks=masks,
                paths=paths, angle=float(pair[:, 0] @ pair[:, 1]))


def measure_words(inspector, folders, method, tiles):
    """How much the words matter: the right ones, a neutral one, those of the next product."""
    for k, folder in enumerate(folders):
        names = (words_of(folder), 'object', words_of(folders[(k + 1) % len(folders)]))
        each = [measure(inspector, folder, method, tiles, n) for n in names]
        print(f'{names[0]:16s} ' + '   '.join(f"{n}: pixel {r['pixel']:.3f} image {r['both']:.3f}" for n, r in zip(names, each)), flush=True)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('weights')
    ap.add_argument('merges')
    ap.add_argument('folder')
    ap.add_argument('--method', choices=('base', 'sdp', 'sdp+'), default='sdp')
    ap.add_argument('--head', help='trained head, for sdp+')
    ap.add_argument('--tiles', action='store_true', help='scales 1 and 2, as the pack recommends')
    ap.add_argument('--words', action='store_true', help='compare right, neutral and wrong words')
    ap.add_argument('--threads', type=int, default=1)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    inspector = Inspector(args.weights, args.merges, args.head)
    products = [p for p in sorted(os.listdir(args.folder)) if os.path.isdir(f'{args.folder}/{p}/test')]
    if args.words:
        measure_words(inspector, [f'{args.folder}/{p}' for p in products], args.method, args.tiles)
        return
    bar = []
    for product in products:
        r = measure(inspector, f'{args.folder}/{product}', args.method, args.tiles)
        print(f"{product:16s} pixel {r['pixel']:.3f}  image: score0 {r['score0']:.3f} score1 {r['score1']:.3f} "
              f"both {r['both']:.3f}  prompts {r['kept'][0]}/{r['kept'][1]} cos(tn,ta) {r['angle']:.2f}  "
              f"score0 {r['s0'].min():.2f}..{r['s0'].max():.2f} score1 {r['s1'].min():.2f}..{r['s1'].max():.2f}", flush=True)
        if product in BAR:
            bar.append(r['pixel'])
    if len(bar) == len(BAR):
        print(f'mean pixel AUROC of {", ".join(BAR)}: {np.mean(bar):.3f}')


if __name__ == '__main__':
    main()
