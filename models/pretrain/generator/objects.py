# Single parts: random outlines, rounded or bevelled relief, material, holes that belong there.
# Runs inside the generator; every shape is a field "distance to the rim", positive inside.
import numpy as np

from .noise import chance, colour, mix, near_colour, relief, soft, spectral, step
from .natural import odd_skin
from .surfaces import any_solid


def _fourier(c, th, roughness, order=6):
    rng = c.rng
    return sum(rng.normal(0, roughness / k ** 0.8) * np.cos(k * th + rng.uniform(0, 6.3)) for k in range(2, order))


def _polygon(c, r, th, n, radius, angle):
    a = (th - angle) % (2 * np.pi / n) - np.pi / n
    return radius * np.cos(np.pi / n) - r * np.cos(a)


def _box(u, v, w, h, corner):
    qx, qy = np.abs(u) - w + corner, np.abs(v) - h + corner
    return corner - np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) - np.minimum(np.maximum(qx, qy), 0)


class Part:
    """What the scene needs to know of one drawn object."""

    def __init__(self, rim, radius, name, centre, angle, profile):
        self.rim, self.radius, self.name, self.centre = rim, radius, name, centre
        self.angle, self.profile = angle, profile
        self.skin = False  # grown or baked: damage shows flesh
        self.paint = None  # fills in its own colours when set


def disc(c, cx, cy, R):
    r = np.hypot(c.x - cx, c.y - cy)
    return Part(R - r, R, 'disc', (cx, cy), 0, 'bevel'), ['disc', 'coin', 'lid', 'cap', 'button', 'lens', 'bottle cap']


def ring(c, cx, cy, R):
    r = np.hypot(c.x - cx, c.y - cy)
    inner = R * c.rng.uniform(0.25, 0.7)
    profile = c.rng.choice(['bevel', 'torus', 'turned'])
    return Part(np.minimum(R - r, r - inner), R, 'ring', (cx, cy), 0, profile), \
        ['ring', 'washer', 'machined ring', 'seal', 'gasket', 'bearing', 'bottle']


def nut(c, cx, cy, R):
    rng = c.rng
    u, v = c.x - cx, c.y - cy
    r, th = np.hypot(u, v), np.arctan2(v, u)
    rim = _polygon(c, r, th, rng.integers(4, 9), R, rng.uniform(0, 6.3))
    rim = np.minimum(rim, R * rng.uniform(0.86, 1.0) - r)
    rim = np.minimum(rim, r - R * rng.uniform(0.3, 0.6))
    return Part(rim, R, 'nut', (cx, cy), 0, 'bevel'), ['metal nut', 'nut', 'hex nut', 'flange']


def gear(c, cx, cy, R):
    rng = c.rng
    u, v = c.x - cx, c.y - cy
    r, th = np.hypot(u, v), np.arctan2(v, u)
    teeth = np.tanh(np.sin(rng.integers(4, 22) * th + rng.uniform(0, 6.3)) * 3)
    rim = R * (1 + rng.uniform(0.03, 0.16) * (teeth - 1)) - r
    if chance(rng, 0.7):
        rim = np.minimum(rim, r - R * rng.uniform(0.12, 0.45))
    return Part(rim, R, 'gear', (cx, cy), 0, 'bevel'), ['gear', 'sprocket', 'rotor', 'cog']


def lump(c, cx, cy, R):
    rng = c.rng
    a, squash = rng.uniform(0, 6.3), rng.uniform(0.7, 1.0)
    u, v = c.rotated(cx, cy, a)
    v = v / squash
    r, th = np.hypot(u, v), np.arctan2(v, u)
    rim = R * (1 + _fourier(c, th, rng.uniform(0.01, 0.12))) - r
    part = Part(rim * squash, R, 'lump', (cx, cy), a, rng.choice(['dome', 'dome', 'bevel']))
    return part, ['potato', 'stone', 'pebble', 'almond', 'bean', 'candy', 'chewing gum', 'cashew', 'macaroni']


def hazelnut(c, cx, cy, R):
    """A nut seen from the side or from above: dome, lengthwise streaks, a paler rough base."""
    rng = c.rng
    part, _ = lump(c, cx, cy, R)
    part.profile = 'dome'
    peeled = chance(rng, 0.45)
    u, v = c.rotated(cx, cy, part.angle)
    lat = np.arctan2(v, u + R * rng.uniform(-0.6, 1.4))
    streak = np.interp(lat, np.linspace(-np.pi, np.pi, 128), rng.normal(0, 1, 128)).astype(np.float32)
    base = np.array([1, rng.uniform(0.62, 0.8), rng.uniform(0.35, 0.6)]) * rng.uniform(0.4, 0.75)
    if peeled:
        base = np.array([1, rng.uniform(0.82, 0.93), rng.uniform(0.6, 0.8)]) * rng.uniform(0.6, 0.95)
    skin = base * (1 + streak * rng.uniform(0.02, 0.1) + spectral(c, 1.2) * rng.uniform(0.02, 0.1)
                   + soft(c, 7) * rng.uniform(0, 0.08))[..., None]
    if chance(rng, 0.5):  # the base of the nut, normal whatever it looks like
        off = rng.uniform(0, 0.75) * R
        spot = np.hypot(u - off, v) + spectral(c, 1.5) * R * 0.05
        pale = near_colour(rng, base.astype(np.float32) * rng.uniform(0.8, 1.35), 0.03)
        skin = mix(skin, pale * (1 + 0.12 * spectral(c, 0.7))[..., None], step(R * rng.uniform(0.25, 0.6) - spot, 4) * 0.85)
    if peeled and chance(rng, 0.6):  # remains of brown skin
        rest = step(spectral(c, 1.4) - rng.uniform(0.8, 2.0), 0.6) * rng.uniform(0.2, 0.7)
        skin = mix(skin, base * np.array([0.7, 0.5, 0.35]), rest)
    part.paint, part.skin = odd_skin(c, skin), True
    return part, ['peeled hazelnut', 'peeled nut', 'hazelnut'] if peeled else ['hazelnut', 'nut kernel', 'acorn', 'walnut']


def cookie(c, cx, cy, R):
    rng = c.rng
    r, th = np.hypot(c.x - cx, c.y - cy), np.arctan2(c.y - cy, c.x - cx)
    wave = 1 + rng.uniform(0, 0.05) * np.cos(rng.integers(8, 28) * th) + _fourier(c, th, 0.02)
    part = Part(R * wave - r, R, 'cookie', (cx, cy), 0, 'bevel')
    base = np.array([1, rng.uniform(0.68, 0.85), rng.uniform(0.35, 0.6)]) * rng.uniform(0.5, 0.95)
    crumb = spectral(c, rng.uniform(0.5, 1.2))
    img = base * (1 + crumb * rng.uniform(0.03, 0.12))[..., None] * (1 + relief(c, crumb, 0.5) * 0.15)[..., None]
    toast = step(r - R * rng.uniform(0.7, 0.95), R * 0.3) * rng.uniform(0, 0.35)
    img = img * (1 - toast)[..., None]
    if chance(rng, 0.6):  # chips, raisins or pin holes that belong
        from .noise import cells
        d1, _, v = cells(c, rng.uniform(18, 45))
        chip = step(rng.uniform(2, 8) * (0.5 + v) - d1, 2) * (v < 0.7)
        img = mix(img, base * rng.uniform(0.15, 0.6), chip)
    part.paint, part.skin = odd_skin(c, img), True
    return part, ['cookie', 'biscuit', 'cracker', 'bread roll', 'cake']


def capsule(c, cx, cy, R):
    rng = c.rng
    a = rng.uniform(0, np.pi)
    u, v = c.rotated(cx, cy, a)
    half = R * rng.uniform(0.25, 0.7)
    thick = R * rng.uniform(0.22, 0.45)
    rim = thick - np.hypot(np.maximum(np.abs(u) - half, 0), v)
    part = Part(rim, R, 'capsule', (cx, cy), a, 'dome')
    if chance(rng, 0.5):
        one, two = colour(rng), colour(rng)
        part.paint = mix(one, two, step(u, 1.5)) * (1 + 0.02 * spectral(c, 1.0))[..., None]
    return part, ['capsule', 'pill', 'tablet', 'candle', 'battery', 'tube']


def bracket(c, cx, cy, R):
    rng = c.rng
    u, v = c.rotated(cx, cy)
    w, h = R * rng.uniform(0.6, 1), R * rng.uniform(0.25, 0.8)
    rim = _box(u, v, w, h, rng.uniform(1, 0.3 * h))
    if chance(rng, 0.4):
        rim = np.minimum(rim, -_box(u - w * 0.5, v - h * 0.6, w, h, 3))
    if chance(rng, 0.7):
        d = w * rng.uniform(0.45, 0.7)
        rim = np.minimum(rim, np.hypot(np.abs(u) - d, v) - h * rng.uniform(0.12, 0.35))
    return Part(rim, R, 'bracket', (cx, cy), 0, rng.choice(['bevel', 'flat'])), \
        ['bracket', 'plate', 'metal plate', 'mounting plate', 'bar', 'hinge', 'shim', 'spacer', 'box']


def screw(c, cx, cy, R):
    rng = c.rng
    u, v = c.rotated(cx, cy)
    pitch, thick = rng.uniform(4, 10), R * rng.uniform(0.1, 0.2)
    thread = thick * (1 + rng.uniform(0.1, 0.3) * np.sin(2 * np.pi * (u + 0.25 * v) / pitch))
    shaft = np.minimum(thread - np.abs(v), R * 0.75 - np.abs(u))
    head = np.minimum(thick * rng.uniform(1.7, 2.6) - np.abs(v), R * 0.16 - np.abs(u + R * 0.8))
    return Part(np.maximum(shaft, head), R, 'screw', (cx, cy), 0, 'dome'), ['screw', 'bolt', 'pin', 'toothbrush', 'nail']


SHAPES = [disc, ring, nut, gear, lump, hazelnut, cookie, capsule, bracket, screw]
WEIGHTS = np.array([2, 2.5, 2, 1.5, 2, 4, 3, 2, 2.5, 1.5])
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def _height(part, depth):
    t = np.clip(part.rim / depth, 0, 1)
    if part.profile == 'dome':
        return np.sqrt(np.maximum(1 - (1 - np.clip(part.rim / part.radius * 1.05, 0, 1)) ** 2, 0)) * part.radius * 0.6
    if part.profile == 'torus':
        return np.sqrt(np.maximum(1 - (2 * np.clip(part.rim / depth / 2, 0, 1) - 1) ** 2, 0)) * depth
    return (t * t * (3 - 2 * t)) * depth * 0.5


def render(c, part):
    """Colours and alpha of the part, lit from the scene's light."""
    rng = c.rng
    alpha = step(part.rim, 1.4)
    img = any_solid(c)[0] if part.paint is None else part.paint
    depth = rng.uniform(2, 10) if part.profile in ('bevel', 'flat', 'turned') else part.radius * 0.3
    gy, gx = np.gradient(_height(part, depth).astype(np.float32))
    slope = (gx * np.cos(c.light) + gy * np.sin(c.light)) * c.unit
    strength = 0.0 if part.profile == 'flat' else rng.uniform(0.15, 0.55)
    img = img * (1 + strength * np.tanh(slope * 1.2))[..., None]
    if chance(rng, 0.4):  # gloss: a soft highlight on the side of the light
        gloss = np.exp(-((slope - rng.uniform(0.2, 0.7)) ** 2) / rng.uniform(0.005, 0.05)) * step(np.abs(slope) - 0.05, 0.1)
        img = img + (gloss * rng.uniform(0.05, 0.35))[..., None]
    if part.profile == 'turned':
        cx, cy = part.centre
        r, th = np.hypot(c.x - cx, c.y - cy), np.arctan2(c.y - cy, c.x - cx)
        groove = np.sin(r * (2 * np.pi / rng.uniform(1.8, 5))) * rng.uniform(0.01, 0.06)
        sheen = np.abs(np.cos(th - c.light)) ** rng.uniform(2, 8) * rng.uniform(0.1, 0.5)
        img = img * (0.85 + groove + sheen)[..., None]
    return img.astype(np.float32), alpha.astype(np.float32)


def any_part(c, cx, cy, radius):
    part, words = SHAPES[c.rng.choice(len(SHAPES), p=WEIGHTS)](c, cx, cy, radius)
    return part, words
