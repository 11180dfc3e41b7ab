# Puts a picture together: background, parts, shadow, light, damage, camera; returns image, mask, name.
# Runs in training workers and samples.py; a picture depends only on its random source and size.
from typing import NamedTuple

import numpy as np

from .camera import shoot, still_seen
from .defects import Spot, WORDS, apply_defect, visible
from .families import any_family
from .noise import Canvas, UNITS, chance, colour, mix, soft, spectral, step
from .objects import any_part, render
from .outline import missing
from .structured import changed
from .surfaces import any_surface, plain


class Sample(NamedTuple):
    image: np.ndarray  # uint8, size x size x 3
    mask: np.ndarray   # bool, what is visibly damaged
    name: str          # what the product is called
    damage: str        # word for the damage, '' when good


def _oddities(c, img, seams):
    """Things that belong, however odd: never in the mask. A seam over a part would be a scratch."""
    rng = c.rng
    if seams and chance(rng, 0.12):  # straight seam across everything
        _, v = c.rotated(rng.uniform(60, 180), rng.uniform(60, 180), rng.choice([0, np.pi / 2, rng.uniform(0, 3.1)]))
        img = img * (1 - rng.uniform(0.1, 0.5) * step(rng.uniform(0.8, 2.5) - np.abs(v), 1.5))[..., None]
    if chance(rng, 0.06):  # frame or holder at the border
        d = np.minimum(np.minimum(c.x, UNITS - c.x), np.minimum(c.y, UNITS - c.y))
        if chance(rng, 0.5):
            d = c.x if chance(rng, 0.5) else c.y
        img = mix(img, colour(rng) * np.ones_like(img), step(rng.uniform(4, 26) - d, 1.5))
    if chance(rng, 0.08):  # broad soft shadow
        u, v = c.rotated(rng.uniform(0, 240), rng.uniform(0, 240))
        img = img * (1 - rng.uniform(0.1, 0.5) * step(u, rng.uniform(20, 120)))[..., None]
    if chance(rng, 0.08):  # broad reflection
        r2 = ((c.x - rng.uniform(0, 240)) ** 2 + (c.y - rng.uniform(0, 240)) ** 2) / rng.uniform(25, 110) ** 2
        img = img + (np.exp(-r2) * rng.uniform(0.05, 0.35))[..., None]
    return img


def _background(c):
    rng = c.rng
    kind = rng.random()
    if kind < 0.3:
        return np.float32(rng.uniform(0.01, 0.12)) * (1 + 0.1 * soft(c, 4))[..., None] * np.ones(3, np.float32)
    if kind < 0.5:
        return np.float32(rng.uniform(0.75, 0.97)) * (1 + 0.02 * soft(c, 3))[..., None] * np.ones(3, np.float32)
    if kind < 0.8:
        return plain(c)[0]
    return any_surface(c)[0]


def _part_scene(c, broken):
    """One or a few parts on a background; returns the damaged and the whole picture, area of the parts, mask, name, kind."""
    rng = c.rng
    img = _background(c)
    area = np.zeros(img.shape[:2], np.float32)
    mask = np.zeros(img.shape[:2], bool)
    kind = ''
    many = chance(rng, 0.15)
    count = rng.integers(2, 6) if many else 1
    state = rng.bit_generator.state if many and chance(rng, 0.6) else None  # several alike
    for k in range(count):
        radius = rng.uniform(28, 55) if many else rng.uniform(50, 118)
        spread = 70 if many else 14 if radius > 90 else 35
        cx, cy = UNITS / 2 + rng.uniform(-spread, spread, 2)
        if state is not None and k == 0:
            state = rng.bit_generator.state
        part, words = any_part(c, cx, cy, radius)
        name = words[rng.integers(len(words))]
        whole = None
        if broken and k == 0:
            gone = missing(c, part, Spot(c, cx, cy))
            whole = part.rim
            part.rim = np.minimum(part.rim, (0.5 - gone) * 1.4)
        body, alpha = render(c, part)
        shadow = np.roll(alpha, (round(np.sin(c.light) * 5 * c.unit), round(np.cos(c.light) * 5 * c.unit)), (0, 1))
        ground = img * (1 - rng.uniform(0, 0.55) * c.blur(shadow, rng.uniform(2, 8)))[..., None]
        out = mix(ground, body, alpha)
        if k:
            intact = mix(intact, out, np.maximum(alpha, np.abs(ground - img).max(-1) > 0.004)) if broken else out
        else:
            intact = out if whole is None else mix(ground, body, step(whole, 1.4))
        if whole is not None:
            mask |= visible(mix(ground, body, step(whole, 1.4)), out, gone * step(whole, 1.4), 0.05)
            kind = 'missing' if mask.any() else ''
        img = out
        area = np.maximum(area, alpha)
    return img, intact, area, mask, name, kind, part.skin


def draw_sample(rng, size=240, good=None, bold=True):
    """One picture. `good` forces the verdict; None draws 28 % good ones, 45 % when not bold."""
    c = Canvas(size, rng, bold)
    want_good = chance(rng, c.pick(0.45, 0.28)) if good is None else good
    broken = skin = False
    kinds = []
    family = rng.random()
    if family < 0.32:  # structured: its own damage most of the time, else damage of the surface
        drawn = any_family(c, not want_good and chance(rng, 0.7))
        img, before, area, name = drawn.after.astype(np.float32), drawn.before, drawn.area, drawn.words[rng.integers(len(drawn.words))]
        mask = changed(drawn.before, drawn.after) if drawn.damage else np.zeros((size, size), bool)
        kinds += [drawn.damage] if drawn.damage else []
    elif family < 0.7:
        broken = not want_good and chance(rng, 0.2)
        img, before, area, mask, name, kind, skin = _part_scene(c, broken)
        kinds += [kind] if kind else []
        state = rng.bit_generator.state
        img = np.clip(_oddities(c, img, False), 0, 1.2).astype(np.float32)
        if kinds:  # the whole part under the same oddities
            rng.bit_generator.state = state
            before = _oddities(c, before, False)
        else:
            before = img
    else:
        img, words = any_surface(c)
        name = words[rng.integers(len(words))]
        before = img = np.clip(_oddities(c, img, True), 0, 1.2).astype(np.float32)
        area = np.ones((size, size), np.float32)
        mask = np.zeros((size, size), bool)
    if not want_good and not kinds:
        for _ in range(rng.choice(c.pick([1, 1, 1, 2, 3], [1, 1, 2, 2, 3, 4]))):
            img, seen, kind = apply_defect(c, img, area, skin)
            if seen.any():
                mask |= seen
                kinds.append(kind)
    out, seen = shoot(c, img, before if mask.any() else None)
    if kinds:  # what the camera lost is no damage to anyone; the rest must be large enough to ask for
        mask = still_seen(mask, *seen) if mask.any() else mask
        if mask.sum() < 14 * c.unit ** 2:
            return draw_sample(rng, size, want_good, bold)
    return Sample(out, mask, name, WORDS.get(kinds[0], kinds[0]) if kinds else '')
