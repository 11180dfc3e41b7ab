# What a structured scene hands over, and how a drawn pair of whole and damaged becomes picture and mask.
# Runs inside the generator, between the families of structured scenes and scene.py.
from typing import NamedTuple

import numpy as np
from scipy.ndimage import binary_closing

from .pen import rough_light


class Drawn(NamedTuple):
    before: np.ndarray  # the whole part
    after: np.ndarray   # the damaged one, or the same array
    area: np.ndarray    # 0..1, where surface damage may go
    words: list         # what the product may be called
    damage: str         # word for the damage, '' when whole


TRIES, PAINTS = 12, 3  # damage may lie out of sight or where a component hides it: then another is tried


def changed(before, after, threshold=0.06):
    """Mask of what a camera would show as different; one-pixel gaps inside it closed."""
    seen = np.abs(np.clip(after, 0, 1) - np.clip(before, 0, 1)).max(-1) > threshold
    return binary_closing(seen, iterations=2) if seen.any() else seen


def enough(c, mask):
    return mask.sum() >= 20 * c.unit ** 2


def finish(c, ground, pen, words, damages, bad, area=None, light=None):
    """Paints the pen's shapes on `ground`; when bad, once more after one of `damages` (functions of a pen copy)."""
    light = rough_light(c) if light is None else light
    before = pen.paint(ground) * light
    area = pen.cover(lowest=0.0) if area is None else area  # what stands up is the part, the rest its tray
    if bad:
        paints = 0
        for _ in range(TRIES):
            if paints == PAINTS:
                break
            broken = pen.copy()
            word = damages[c.rng.integers(len(damages))](broken)
            if not word:
                continue
            paints += 1
            after = broken.paint(ground) * light
            if enough(c, changed(before, after)):
                return Drawn(before, after, area, words, word)
    return Drawn(before, before, area, words, '')


def any_of(rng, groups):
    return groups[rng.integers(len(groups))]
