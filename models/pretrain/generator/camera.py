# The camera: exposure, vignette, blur, grey or mosaic sensors, noise, compression; and what damage survives it.
# Runs inside the generator, last step of scene.py.
import io

import numpy as np
from PIL import Image
from scipy.ndimage import convolve1d, label, mean

from .noise import chance


def _light(c):
    rng = c.rng
    a = rng.uniform(0, 2 * np.pi)
    ramp = ((c.x - 120) * np.cos(a) + (c.y - 120) * np.sin(a)) / 240
    light = 1 + rng.uniform(0, 0.4) * ramp
    r2 = ((c.x - rng.uniform(90, 150)) ** 2 + (c.y - rng.uniform(90, 150)) ** 2) / 170 ** 2
    kind = rng.random()
    if kind < 0.3:
        light = light * (1 - rng.uniform(0.1, 0.6) * r2)
    elif kind < 0.34:  # a lens too small for its sensor: corners almost black
        light = light / (1 + np.exp((np.sqrt(r2) - rng.uniform(0.6, 0.85)) * rng.uniform(8, 25)))
    return np.maximum(light, 0.02)[..., None].astype(np.float32)


def _mosaic(img):
    """One colour per pixel, the others guessed from neighbours: coloured fringes at sharp edges."""
    out = np.empty_like(img)
    rows, columns = np.indices(img.shape[:2]) % 2
    for k, here in enumerate([(rows == 0) & (columns == 0), rows != columns, (rows == 1) & (columns == 1)]):
        pair = np.stack([img[..., k] * here, here.astype(np.float32)])
        for axis in (1, 2):
            pair = convolve1d(pair, [1, 2, 1], axis=axis, mode='reflect')
        out[..., k] = np.where(here, img[..., k], pair[0] / pair[1])
    return out


def shoot(c, img, before=None):
    """The photograph, and how the damaged and the whole picture look to it without noise (and how noisy it is)."""
    rng = c.rng
    pair = [img] if before is None else [img, before]
    light = _light(c)
    pair = [p * light for p in pair]
    if chance(rng, 0.4):
        sigma = rng.uniform(0.3, 1.3)
        pair = [c.blur_rgb(p, sigma) for p in pair]
    grey = chance(rng, 0.2)
    if grey:
        pair = [np.repeat(p.mean(-1, keepdims=True), 3, -1) for p in pair]
    img, level = pair[0], 0.0
    if chance(rng, 0.5):
        level = rng.uniform(0.03, 0.08) if grey and chance(rng, 0.4) else rng.uniform(0.003, 0.04)
        noise = rng.standard_normal(img.shape, dtype=np.float32) * np.float32(level)
        img = img + (noise[..., :1] if grey or chance(rng, 0.4) else noise)
    if not grey and chance(rng, 0.12):
        img = _mosaic(img.astype(np.float32))
    gamma = np.float32(rng.uniform(0.7, 1.45))
    img = np.clip(img, 0, 1) ** gamma
    out = (img * 255 + 0.5).astype(np.uint8)
    if chance(rng, 0.3):
        buffer = io.BytesIO()
        Image.fromarray(out).save(buffer, 'JPEG', quality=int(rng.integers(35, 95)))
        out = np.asarray(Image.open(buffer))
    return out, ([np.clip(p, 0, 1) ** gamma for p in pair] + [level])


def still_seen(mask, img, before, level):
    """The mask without those pieces that hardly differ any more or drown in noise."""
    pieces, n = label(mask)
    ids = np.arange(1, n + 1)
    contrast = np.asarray(mean(np.abs(img - before).mean(-1), pieces, ids))
    area = np.bincount(pieces.ravel(), minlength=n + 1)[1:]
    keep = (contrast > 0.025) & (contrast * np.sqrt(area) > 4 * level)
    return mask & np.concatenate([[False], keep])[pieces]
