# Renders the sample parts a new user sees first: leather sheets and machined rings, good and defective.
# Runs by hand: python3 models/pretrain/samples.py --seed 7 --out resources/samples
import argparse
import os

import numpy as np
from PIL import Image

from generator import defects
from generator.noise import Canvas, UNITS, cells, mix, relief, soft, spectral, step

SIZE = 640
GOOD = 8


def leather(c):
    """Brown grained leather under slightly uneven light."""
    rng = c.rng
    pitch = 7.5 + rng.uniform(-0.4, 0.4)
    d1, d2, tone = cells(c, pitch, warp=3)
    f1, f2, _ = cells(c, 2.6, warp=0.8)
    h = np.minimum((d2 - d1) / pitch * 2.2, 1) * 2.2 + np.minimum((f2 - f1) / 2.6, 1) * 0.5 + spectral(c, 1.4) * 0.12
    base = np.array([0.45, 0.265, 0.16], np.float32) * (1 + rng.uniform(-0.04, 0.04))
    img = base * (0.86 + 0.09 * h + 0.06 * (tone - 0.5))[..., None]
    img = img * (1 + relief(c, h, 0.8) * 0.24)[..., None] * (1 + 0.025 * soft(c, 4))[..., None]
    return img.astype(np.float32), np.ones(img.shape[:2], np.float32)


def ring(c, gap=None):
    """A turned steel ring on a dark cloth-grey tray; `gap` (0..1) is metal that is missing."""
    rng = c.rng
    cx, cy = 120 + rng.uniform(-5, 5, 2)
    r, th = np.hypot(c.x - cx, c.y - cy), np.arctan2(c.y - cy, c.x - cx)
    outer, inner = 91.0, 44.0
    tray = np.array([0.16, 0.18, 0.205], np.float32) * (1 + 0.05 * soft(c, 3) + 0.035 * spectral(c, 0.6))[..., None]
    rim = np.minimum(outer - r, r - inner)
    if gap is not None:
        rim = np.minimum(rim, (0.5 - gap(cx, cy)) * 1.2)
    alpha = step(rim, 1.0)
    sheen = np.abs(np.cos((th - c.light) )) ** 6
    groove = np.interp(r, np.linspace(0, 120, 700), np.random.default_rng(3).normal(0, 1, 700)).astype(np.float32)
    metal = 0.50 + 0.20 * sheen + 0.022 * groove + 0.010 * spectral(c, 0.5)
    step_in = step(r - 66, 0.8)  # a shoulder turned into the face
    metal = metal * (0.88 + 0.12 * step_in) - 0.16 * np.exp(-((r - 66) / 0.9) ** 2)
    side = np.cos(th - c.light)
    chamfer = step(r - (outer - 4), 0.8) * side - step((inner + 4) - r, 0.8) * side
    metal = metal + 0.17 * chamfer - 0.08 * np.exp(-((rim - 4) / 0.8) ** 2)
    body = np.array([0.98, 1.0, 1.03], np.float32) * metal[..., None]
    shadow = np.roll(alpha, (int(-np.sin(c.light) * 4 * c.unit), int(-np.cos(c.light) * 4 * c.unit)), (0, 1))
    tray = tray * (1 - 0.5 * c.blur(shadow, 4))[..., None]
    return mix(tray, body, alpha).astype(np.float32), alpha


def camera(c, img):
    """A decent industrial camera: slight fall-off, slight noise."""
    rng = c.rng
    a = rng.uniform(0, 2 * np.pi)
    ramp = ((c.x - 120) * np.cos(a) + (c.y - 120) * np.sin(a)) / UNITS
    r2 = ((c.x - 120) ** 2 + (c.y - 120) ** 2) / 170 ** 2
    img = img * (1 + 0.08 * ramp - 0.10 * r2)[..., None]
    img = c.blur_rgb(img, 0.22) + rng.standard_normal(img.shape, dtype=np.float32) * 0.008
    return (np.clip(img, 0, 1) ** 0.85 * 255 + 0.5).astype(np.uint8)


class Exact(defects.Spot):
    """A spot placed by hand instead of by chance."""

    def __init__(self, x, y, size, angle):
        self.x, self.y, self.size, self.angle = x, y, size, angle


def damage(kind, spot, opacity=0.95):
    def apply(c, img, area):
        new, claim = getattr(defects, kind)(c, img, Exact(*spot))
        claim = claim * area
        out = mix(img, new, claim * opacity).astype(np.float32)
        return out, defects.visible(img, out, claim)
    return apply


def chip(angle, size):
    """A piece broken out of the ring's outer edge."""
    def gap_on(c):
        def gap(cx, cy):
            spot = Exact(cx + np.cos(angle) * 92, cy + np.sin(angle) * 92, size, angle)
            return defects.blob(c, spot, irregular=0.35, edge=1.2, squash=0.7)
        return gap
    return gap_on


# product -> painter, list of (defect folder, draw seed, damage)
PLAN = {
    'leather': (leather, [
        ('scratch', 11, damage('scratch', (105, 135, 20, 0.6))),
        ('cut', 12, damage('cut', (150, 96, 20, 2.2))),
        ('stain', 13, damage('stain', (92, 118, 24, 0.3))),
        ('hole', 14, damage('hole', (140, 142, 10, 0.0)))]),
    'machined_ring': (ring, [
        ('scratch', 21, damage('scratch', (178, 96, 20, 1.1))),
        ('crack', 22, damage('crack', (70, 150, 20, 2.4))),
        ('rust', 23, damage('stain', (120, 52, 17, 0.2))),
        ('chip', 24, chip(0.7, 17))]),
}


def render(product, kind, seed, draw, act):
    """One picture and its mask; `act` is None for a good part."""
    c = Canvas(SIZE, np.random.default_rng(seed))
    c.light = -2.2  # the station's lamp does not move
    mask = np.zeros((SIZE, SIZE), bool)
    if kind == 'chip':
        state = c.rng.bit_generator.state
        whole, area = draw(c)
        c.rng.bit_generator.state = state
        img, left = draw(c, act(c))
        mask = (area - left) > 0.5
    else:
        img, area = draw(c)
        if act:
            img, mask = act(c, img, area)
    return camera(c, img), mask


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--seed', type=int, default=7)
    ap.add_argument('--out', required=True)
    args = ap.parse_args()
    for product, (draw, bad) in PLAN.items():
        jobs = [('good', k, None) for k in range(GOOD)] + bad
        counts = {}
        for kind, seed, act in jobs:
            image, mask = render(product, kind, (args.seed, len(product), seed), draw, act)
            k = counts[kind] = counts.get(kind, -1) + 1
            os.makedirs(f'{args.out}/{product}/test/{kind}', exist_ok=True)
            Image.fromarray(image).save(f'{args.out}/{product}/test/{kind}/{k:03d}.jpg', quality=88)
            if act:
                os.makedirs(f'{args.out}/{product}/ground_truth/{kind}', exist_ok=True)
                Image.fromarray(mask.astype(np.uint8) * 255).save(f'{args.out}/{product}/ground_truth/{kind}/{k:03d}_mask.png')


if __name__ == '__main__':
    main()
