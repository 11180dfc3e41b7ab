# Grafts: strong, cheap defects put into training batches at batch time, so that learning leaves its first plateau.
# Runs in training, on uint8 batches; the generator's own defects are finer and rarer (1 % of all pixels).
import numpy as np
from scipy.ndimage import gaussian_filter

SIZE = 240


def shapes(rng, count=160):
    """Soft masks 0..1 [count, SIZE, SIZE]: blobs of many sizes and a third of thin strokes, centred."""
    out = np.zeros((count, SIZE, SIZE), np.float32)
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2
    for k in range(count):
        if k % 3 == 0:
            angle, length, wide = rng.uniform(0, np.pi), rng.uniform(25, 110), rng.uniform(1.2, 4)
            along, across = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
            bend = across + rng.uniform(-8, 8) * np.sin(along / rng.uniform(8, 40) + rng.uniform(0, 6))
            out[k] = np.clip(wide - np.abs(bend), 0, 1) * (np.abs(along) < length / 2)
        else:
            radius = np.exp(rng.uniform(np.log(8), np.log(42)))
            rough = gaussian_filter(rng.normal(size=(SIZE, SIZE)), radius * rng.uniform(0.15, 0.5))
            rough /= rough.std()
            field = 1.2 - np.hypot(x, y) / radius + 0.35 * rough
            out[k] = np.clip(field * rng.uniform(3, 12), 0, 1)
    return out


def graft(rng, images, masks, others, bank, share):
    """Damages `share` of the batch in place; masks are 4-pixel cells. Returns which pictures were damaged."""
    cell = SIZE // masks.shape[1]
    hit = rng.random(len(images)) < share
    for b in np.flatnonzero(hit):
        for _ in range(int(rng.integers(1, 3))):
            shift = tuple(int(s) for s in rng.integers(-95, 96, 2))
            soft = np.roll(bank[rng.integers(len(bank))], shift, (0, 1))[..., None]
            soft = soft * rng.uniform(0.55, 1)
            image = images[b].astype(np.float32)
            kind = rng.integers(5)
            if kind == 0:  # foreign texture
                new = others[rng.integers(len(others))].astype(np.float32)
            elif kind == 1:  # one colour
                new = np.full_like(image, 1) * rng.uniform(0, 255, 3).astype(np.float32)
            elif kind == 2:  # stain or bleaching
                new = image + rng.choice([-1, 1]) * rng.uniform(35, 110) * rng.uniform(0.4, 1, 3).astype(np.float32)
            elif kind == 3:  # displaced pattern
                new = np.roll(image, tuple(int(s) for s in rng.integers(40, 200, 2)), (0, 1))[:, :: rng.choice([-1, 1])]
            else:  # dark cut
                new = image * rng.uniform(0, 0.5)
            damaged = np.clip(image + (new - image) * soft, 0, 255)
            seen = (np.abs(damaged - image).mean(-1) > 7) & (soft[..., 0] > 0.2)
            images[b] = damaged.astype(np.uint8)
            cells = seen.reshape(masks.shape[1], cell, masks.shape[2], cell).mean((1, 3))
            masks[b] = np.maximum(masks[b], cells)
    return hit & (masks.reshape(len(masks), -1).sum(1) > 0.5)
