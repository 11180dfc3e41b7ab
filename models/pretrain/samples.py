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
    """Brown grained leather under slightly uneven light: pebbles of two sizes with soft valleys."""
    rng = c.rng
    d1, d2, tone = cells(c, 5.2, jitter=0.85, warp=2.0)
    f1, f2, _ = cells(c, 2.3, warp=0.6)
    valley = np.minimum((d2 - d1) / 5.2 * 1.7, 1) ** 0.7
    h = c.blur(valley * 1.5 - (d1 / 5.2) ** 2 * 1.2 + np.minimum((f2 - f1) / 2.3, 1) * 0.22, 0.3)
    base = np.array([0.40, 0.225, 0.135], np.float32) * (1 + rng.uniform(-0.04, 0.04))
    img = base * (0.87 + 0.08 * h + 0.05 * (tone - 0.5) + 0.015 * spectral(c, 0.8))[..., None]
    img = img * (1 + relief(c, h, 0.9) * 0.22)[..., None] * (1 + 0.03 * soft(c, 4))[..., None]
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
    sheen = np.abs(np.cos(th - c.light)) ** 6
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


def tinted(c, img, spot, tint, rough=0.0):
    """A spot that darkens towards `tint`, with a soft outline; rust is also rough."""
    a = defects.blob(c, spot, irregular=0.3, edge=spot.size * 0.5, squash=0.75)
    grain = 1 + rough * spectral(c, 0.9)
    return img * np.array(tint, np.float32) * grain[..., None], a


def pit(c, img, spot):
    """A poked hole: dark, with a lit lip."""
    a = defects.blob(c, spot, irregular=0.12, edge=1.6, squash=0.85)
    lip = img * (1 + relief(c, -c.blur(a, 1.4) * 5, 0.6) * 0.7)[..., None]
    return mix(lip, img * 0.13, a), np.minimum(c.blur(a, 1.0) * 1.5, 1)


def line(c, img, spot, length, width, wobble, tone, lip=0.0):
    """A scratch (`tone` added) or a cut (`tone` negative, lit lip)."""
    p, _ = defects._walk(c.rng, spot.x, spot.y, spot.angle, length, wobble)
    taper = np.interp(np.linspace(0, 1, len(p)), [0, 0.3, 0.8, 1], [0.5, width, width * 0.8, 0.5])
    a = c.blur(defects._lines(c, [(defects._centred(p, spot), taper)]), 0.25)
    shaded = img * (1 + relief(c, -c.blur(a, 0.9) * 5, 0.6) * lip)[..., None]
    return mix(shaded, np.clip(img + tone, 0.02, 1), a), np.minimum(c.blur(a, 0.6) * 1.6, 1)


def damage(paint, place, opacity=0.95, **how):
    def apply(c, img, area):
        new, claim = paint(c, img, Exact(*place), **how)
        claim = claim * area
        out = mix(img, new, claim * opacity).astype(np.float32)
        return out, defects.visible(img, out, claim)
    return apply


def chip(angle, size):
    """A piece broken out of the ring's outer edge."""
    def gap_on(c):
        def gap(cx, cy):
            spot = Exact(cx + np.cos(angle) * 92, cy + np.sin(angle) * 92, size, angle)
            return defects.blob(c, spot, irregular=0.12, edge=1.2, squash=0.8)
        return gap
    return gap_on


# product -> painter, list of (defect folder, draw seed, damage)
PLAN = {
    'leather': (leather, [
        ('scratch', 11, damage(line, (118, 132, 20, 0.6), length=88, width=2.4, wobble=0.03, tone=0.26, lip=0.5)),
        ('cut', 12, damage(line, (150, 96, 20, 2.2), length=62, width=4.5, wobble=0.03, tone=-0.22, lip=1.0)),
        ('stain', 13, damage(tinted, (92, 118, 23, 0.3), tint=(0.5, 0.5, 0.62))),
        ('hole', 14, damage(pit, (142, 146, 8, 0.4)))]),
    'machined_ring': (ring, [
        ('scratch', 21, damage(line, (178, 100, 20, 1.25), length=58, width=2.0, wobble=0.025, tone=0.34, lip=0.4)),
        ('crack', 22, damage(line, (66, 152, 20, 2.5), length=62, width=2.6, wobble=0.22, tone=-0.38, lip=0.4)),
        ('rust', 23, damage(tinted, (120, 54, 15, 0.2), tint=(0.66, 0.40, 0.22), rough=0.2)),
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
