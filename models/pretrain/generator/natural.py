# Grown and baked things: the oddness good ones have, and damage that opens the skin to the flesh below.
# Runs inside the generator, for parts that bring their own skin (nuts, cookies).
import numpy as np

from .noise import chance, colour, mix, relief, soft, spectral, step


def odd_skin(c, img):
    """Pores, dark spots, wrinkles, a darker end: normal, never in a mask."""
    rng = c.rng
    if chance(rng, 0.4):  # pores
        img = img * (1 - rng.uniform(0.15, 0.5) * step(soft(c, rng.integers(40, 90)) - rng.uniform(1.6, 2.4), 0.4))[..., None]
    if chance(rng, 0.4):  # blotches
        img = img * (1 - rng.uniform(0.1, 0.4) * step(soft(c, rng.integers(5, 18)) - rng.uniform(0.6, 1.6), 0.8))[..., None]
    if chance(rng, 0.35):  # wrinkles
        ridge = np.abs(spectral(c, 1.6, stretch=rng.choice([1.0, 4.0])))
        img = img * (1 + relief(c, ridge * 3, 0.4) * rng.uniform(0.1, 0.3))[..., None]
    if chance(rng, 0.3):  # a dark end
        u, _ = c.rotated()
        img = img * (1 - rng.uniform(0.1, 0.4) * step(u - rng.uniform(0, 60), 40))[..., None]
    return img.astype(np.float32)


def opened(c, img, spot):
    """A cut, scrape or worm hole with pale torn flesh at its edge."""
    rng = c.rng
    u, v = c.rotated(spot.x, spot.y, spot.angle)
    long = np.exp(rng.uniform(np.log(4), np.log(38)))
    wide = min(long, rng.uniform(1.6, 6)) if chance(rng, 0.6) else long * rng.uniform(0.6, 1)
    long = min(long, 14) if wide > 6 else long
    torn = 1 - np.sqrt((u / long) ** 2 + ((v + soft(c, 14) * 2) / wide) ** 2) + soft(c, 70) * rng.uniform(0, 0.3)
    tone = img[int(np.clip(spot.y * c.unit, 0, c.size - 1)), int(np.clip(spot.x * c.unit, 0, c.size - 1))]
    flesh = np.clip(tone * rng.uniform(1.2, 1.8) + rng.uniform(0.08, 0.25), 0, 0.95)
    new = flesh * (1 + 0.12 * soft(c, 90))[..., None]
    if chance(rng, 0.6):  # dark inside
        new = mix(new, tone * rng.uniform(0.05, 0.3) * np.ones_like(img), step(torn - rng.uniform(0.2, 0.5), 0.2))
    return new, step(torn, 0.25)


def drop(c, img, spot):
    """A glossy drop or smear of some other liquid."""
    rng = c.rng
    size = np.exp(rng.uniform(np.log(4), np.log(20)))
    u, v = c.rotated(spot.x, spot.y, spot.angle)
    field = step(size * (1 + 0.45 * soft(c, 200 / size)) - np.hypot(u, v / rng.uniform(0.4, 1)), 1.6)
    shine = relief(c, c.blur(field, 1.5) * 5, 0.8)
    return colour(rng) + (np.maximum(shine, 0) ** 2 * rng.uniform(0.2, 0.8))[..., None] * np.ones_like(img), field
