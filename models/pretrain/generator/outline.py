# Damage to the outline of a part: what is broken off, before the part is rendered.
# Runs inside the generator, called by scene.py.
import numpy as np

from .defects import blob
from .noise import chance, soft, step


def missing(c, part, spot):
    """Outline change: a bite at the rim, a break across, or a cut-off end. Returns 0..1 area taken away."""
    rng = c.rng
    cx, cy = part.centre
    if chance(rng, 0.6):  # bite out of the rim
        th = rng.uniform(0, 2 * np.pi)
        reach = np.linspace(0, part.radius * 1.3, 60)
        px, py = cx + np.cos(th) * reach, cy + np.sin(th) * reach
        ix = np.clip(px * c.unit, 0, c.size - 1).astype(int)
        iy = np.clip(py * c.unit, 0, c.size - 1).astype(int)
        inside = np.nonzero(part.rim[iy, ix] > 0)[0]
        k = inside[-1] if len(inside) else 0
        spot.x, spot.y = px[k], py[k]
        spot.size = part.radius * rng.uniform(0.1, 0.45)
        return blob(c, spot, irregular=rng.uniform(0.1, 0.5), edge=1.4)
    u, v = c.rotated(cx, cy)
    jag = soft(c, rng.integers(8, 30)) * rng.uniform(1, 5) + soft(c, 4) * rng.uniform(0, 8)
    if chance(rng, 0.5):  # gap across the part
        return step(rng.uniform(1, 6) - np.abs(v + jag - rng.uniform(-0.5, 0.5) * part.radius), 1.4)
    return step(v + jag - part.radius * rng.uniform(0.25, 0.8), 1.4)
