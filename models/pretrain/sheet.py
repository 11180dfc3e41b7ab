# Contact sheet of generated samples with their masks outlined, to look at before a run.
# Runs by hand: python3 models/pretrain/sheet.py --seed 1 --count 48 --out .cache/pretrain/sheet.png
import argparse
import time

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import binary_dilation

from generator import draw_sample


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--count', type=int, default=48)
    ap.add_argument('--columns', type=int, default=8)
    ap.add_argument('--out', required=True)
    args = ap.parse_args()
    rows = (args.count + args.columns - 1) // args.columns
    sheet = Image.new('RGB', (args.columns * 244, rows * 244))
    spent, bad, share = 0.0, 0, 0.0
    for i in range(args.count):
        start = time.perf_counter()
        s = draw_sample(np.random.default_rng((args.seed, i)))
        spent += time.perf_counter() - start
        bad += s.damage != ''
        share += s.mask.mean() / args.count
        img = s.image.copy()
        img[binary_dilation(s.mask, iterations=2) & ~binary_dilation(s.mask)] = (255, 0, 255)
        at = (i % args.columns * 244, i // args.columns * 244)
        sheet.paste(Image.fromarray(img), at)
        ImageDraw.Draw(sheet).text((at[0] + 3, at[1] + 3), f'{s.name} {s.damage}', fill=(0, 255, 0))
    sheet.save(args.out)
    print(f'{spent / args.count * 1000:.1f} ms per sample, {bad} of {args.count} defective, {share:.2%} of all pixels')


if __name__ == '__main__':
    main()
