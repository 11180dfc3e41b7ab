# Random fields that every other drawing step is made of: spectral noise, soft noise, cells.
# Runs wherever the generator runs; all lengths are in units of 1/240 of the image width.
from functools import lru_cache

import numpy as np
from PIL import Image
from scipy import fft
from scipy.ndimage import gaussian_filter

UNITS = 240.0


@lru_cache(maxsize=4)
def _grid(size):
    axis = (np.arange(size, dtype=np.float32) + 0.5) * (UNITS / size)
    x, y = np.meshgrid(axis, axis)
    return x, y


@lru_cache(maxsize=4)
def _frequencies(size):
    fy = fft.fftfreq(size)[:, None].astype(np.float32) * size
    fx = fft.rfftfreq(size)[None, :].astype(np.float32) * size
    return fx, fy


class Canvas:
    """A square drawing surface: coordinates in units, one random source, one light."""

    def __init__(self, size, rng, bold=True):
        self.size = size
        self.bold = bold  # large, frequent damage; without it about 0.6 % of all pixels are damaged
        self.unit = size / UNITS  # pixels per unit: only blurs need it
        self.rng = rng
        self.x, self.y = _grid(size)
        self.light = rng.uniform(0, 2 * np.pi)  # direction the light travels: shadows fall this way

    def pick(self, fine, bold):
        return bold if self.bold else fine

    def rotated(self, cx=UNITS / 2, cy=UNITS / 2, angle=None):
        angle = self.rng.uniform(0, 2 * np.pi) if angle is None else angle
        dx, dy = self.x - cx, self.y - cy
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return dx * c + dy * s, dy * c - dx * s

    def blur(self, z, sigma):
        return gaussian_filter(z, sigma * self.unit, mode='nearest', truncate=3.0)

    def blur_rgb(self, img, sigma):
        s = sigma * self.unit
        return gaussian_filter(img, (s, s, 0), mode='nearest', truncate=3.0)


def chance(rng, p):
    return rng.random() < p


def spectral(c, beta=None, stretch=1.0, angle=None, floor=None):
    """Noise with amplitude f^-beta, optionally stretched along one direction; mean 0, deviation 1."""
    rng = c.rng
    beta = rng.uniform(0.4, 2.4) if beta is None else beta
    fx, fy = _frequencies(c.size)
    if stretch != 1.0:
        a = rng.uniform(0, np.pi) if angle is None else angle
        u = fx * np.float32(np.cos(a)) + fy * np.float32(np.sin(a))
        v = (fy * np.float32(np.cos(a)) - fx * np.float32(np.sin(a))) / np.float32(stretch)
        # along `angle` the frequencies are stretched up, so the noise runs long in that direction
        f2 = (u * np.float32(stretch)) ** 2 / np.float32(stretch) + (v * v) * np.float32(stretch)
    else:
        f2 = fx * fx + fy * fy
    floor = rng.uniform(0.2, 5.0) if floor is None else floor
    amp = (f2 + np.float32(floor * floor)) ** np.float32(-beta / 2)
    # the same grain whatever the drawing size: nothing above the finest detail 240 pixels can hold
    amp *= np.exp(-((f2 / np.float32(170.0 ** 2)) ** 2))
    white = rng.standard_normal((2,) + amp.shape, dtype=np.float32)
    field = fft.irfft2((white[0] + 1j * white[1]) * amp, s=(c.size, c.size))
    field -= field.mean()
    return (field / (field.std() + 1e-6)).astype(np.float32)


def soft(c, cells):
    """Smooth noise from a small random grid enlarged; cheap, about unit deviation."""
    n = max(int(cells), 2) + 1
    grid = c.rng.standard_normal((n, n), dtype=np.float32)
    return np.asarray(Image.fromarray(grid).resize((c.size, c.size), Image.BICUBIC))


def cells(c, pitch, jitter=1.0, warp=0.0, x=None, y=None):
    """Jittered-grid cells: distance to nearest and second nearest seed (units) and a random cell value."""
    rng = c.rng
    gx, gy = (c.x if x is None else x), (c.y if y is None else y)
    if warp:
        gx, gy = gx + warp * soft(c, 12), gy + warp * soft(c, 12)
    gx, gy = gx / np.float32(pitch), gy / np.float32(pitch)
    ix, iy = np.floor(gx).astype(np.int32), np.floor(gy).astype(np.int32)
    table = rng.random((3, 4096), dtype=np.float32)
    ox, oy = (0.5 + (table[0] - 0.5) * jitter), (0.5 + (table[1] - 0.5) * jitter)
    fx, fy = gx - ix, gy - iy
    d1 = np.full(gx.shape, 9.0, np.float32)
    d2 = np.full(gx.shape, 9.0, np.float32)
    value = np.zeros(gx.shape, np.float32)
    for j in (-1, 0, 1):
        for i in (-1, 0, 1):
            k = ((iy + j) * 97 + (ix + i)) & 4095
            d = (ox.take(k) + i - fx) ** 2 + (oy.take(k) + j - fy) ** 2
            near = d < d1
            d2 = np.where(near, d1, np.minimum(d2, d))
            value = np.where(near, table[2].take(k), value)
            d1 = np.where(near, d, d1)
    return np.sqrt(d1) * pitch, np.sqrt(d2) * pitch, value


def relief(c, height, strength):
    """Brightness change of a bumpy surface under the scene's light; height in units."""
    gy, gx = np.gradient(height)
    slope = (gx * np.cos(c.light) + gy * np.sin(c.light)) * c.unit
    return np.tanh(slope * strength).astype(np.float32)


def step(z, width):
    """Smooth 0..1 step around 0, `width` units wide."""
    return np.clip(z / width + 0.5, 0, 1)


def colour(rng, low=0.06, high=0.94):
    """One random colour; greys and earth tones are more common among parts than neon."""
    kind = rng.random()
    level = rng.uniform(low, high)
    if kind < 0.4:
        rgb = level + rng.normal(0, 0.02, 3)
    elif kind < 0.7:
        warm = np.array([1.0, rng.uniform(0.6, 0.95), rng.uniform(0.3, 0.85)])
        rgb = level * warm + rng.normal(0, 0.02, 3)
    else:
        rgb = rng.uniform(low, high, 3)
    return np.clip(rgb, 0.02, 0.98).astype(np.float32)


def near_colour(rng, base, spread):
    return np.clip(base + rng.normal(0, spread) + rng.normal(0, spread * 0.5, 3), 0.01, 0.99).astype(np.float32)


def mix(a, b, t):
    t = t[..., None] if t.ndim == 2 else t
    return a * (1 - t) + b * t
