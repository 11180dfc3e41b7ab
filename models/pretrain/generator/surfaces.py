# Flat materials: each function paints one endless normal surface and says what to call it.
# Runs inside the generator, as a whole picture or as the material of an object.
import numpy as np

from .noise import cells, chance, colour, mix, near_colour, relief, soft, spectral, step


def _two_tone(c, z, spread, base=None):
    """Colour a field: blend of three related colours, ordered by the field."""
    rng = c.rng
    base = colour(rng) if base is None else base
    a, b = near_colour(rng, base, spread), near_colour(rng, base, spread)
    t = (np.tanh(z * rng.uniform(0.5, 1.2)) + 1) * 0.5
    return mix(mix(a, base, np.clip(t * 2, 0, 1)), b, np.clip(t * 2 - 1, 0, 1)).astype(np.float32)


def _grain(c, img, low=0.0, high=0.05):
    return img + (spectral(c, c.rng.uniform(0, 1.2)) * c.rng.uniform(low, high))[..., None]


def plain(c):
    rng = c.rng
    img = np.broadcast_to(colour(rng), (c.size, c.size, 3)) + (soft(c, 3) * rng.uniform(0, 0.03))[..., None]
    return _grain(c, img, 0, 0.025), ['plastic', 'paper', 'ceramic', 'painted panel', 'rubber', 'film']


def rough(c):
    rng = c.rng
    z = spectral(c)
    img = _two_tone(c, z, rng.uniform(0.03, 0.22))
    if chance(rng, 0.6):
        img = img * (1 + relief(c, z, rng.uniform(0.2, 1.2)) * rng.uniform(0.05, 0.35))[..., None]
    return _grain(c, img), ['stone', 'concrete', 'cast iron', 'granite', 'foam', 'plaster', 'suede']


def asphalt(c):
    rng = c.rng
    d1, _, v = cells(c, rng.uniform(2.5, 7), warp=1)
    z = 0.6 * spectral(c, rng.uniform(0.4, 1.1)) + (v - 0.5) * rng.uniform(0.5, 2) - d1 * 0.1
    base = np.clip(rng.uniform(0.25, 0.75) + rng.normal(0, 0.02, 3), 0, 1).astype(np.float32)
    img = base * (1 + z * rng.uniform(0.05, 0.22))[..., None]
    img = img * (1 + soft(c, 3) * rng.uniform(0, 0.08))[..., None]
    return img, ['road pavement', 'asphalt', 'road', 'pavement', 'concrete']


def leather(c):
    rng = c.rng
    pitch = rng.uniform(3.5, 13)
    d1, d2, v = cells(c, pitch, warp=rng.uniform(0, 0.5) * pitch)
    h = np.minimum((d2 - d1) / pitch * rng.uniform(1, 3), 1) * pitch * 0.35 + spectral(c, 1.2) * 0.25
    base = colour(rng, 0.1, 0.75)
    img = base * (1 + (h / pitch - 0.2) * rng.uniform(0.1, 0.7) + (v - 0.5) * rng.uniform(0, 0.12))[..., None]
    img = img * (1 + relief(c, h, rng.uniform(0.3, 1.2)) * rng.uniform(0.1, 0.45))[..., None]
    img = img * (1 + soft(c, 4) * rng.uniform(0, 0.05))[..., None]
    return _grain(c, img), ['leather', 'artificial leather', 'vinyl', 'hide']


def woven(c):
    rng = c.rng
    u, v = c.rotated()
    p, q = rng.uniform(4, 22), rng.uniform(4, 22)
    q = p if chance(rng, 0.6) else q
    w = rng.uniform(0, 0.25)
    u, v = (u + w * p * soft(c, 10)) / p, (v + w * q * soft(c, 10)) / q
    over = (np.floor(u) + np.floor(v) * rng.choice([1, 1, 2])) % rng.choice([2, 2, 3, 4]) < 1
    h = np.where(over, np.abs(np.sin(np.pi * u)), np.abs(np.sin(np.pi * v))).astype(np.float32)
    a = colour(rng)
    b = a if chance(rng, 0.5) else near_colour(rng, a, 0.25)
    img = np.where(over[..., None], a, b) * (1 - rng.uniform(0.2, 0.7) * (1 - h))[..., None]
    img = img * (1 + spectral(c, rng.uniform(0.2, 1)) * rng.uniform(0.02, 0.2))[..., None]
    return img, ['fabric', 'cloth', 'textile', 'canvas', 'carbon fibre', 'woven mat', 'carpet']


def carpet(c):
    rng = c.rng
    z = spectral(c, rng.uniform(0.2, 0.9), floor=rng.uniform(8, 30))
    img = _two_tone(c, z, rng.uniform(0.06, 0.2))
    if chance(rng, 0.6):
        u, _ = c.rotated()
        img = img * (1 + rng.uniform(0.03, 0.2) * np.sin(u * (2 * np.pi / rng.uniform(5, 20)) + soft(c, 8)))[..., None]
    return img, ['carpet', 'felt', 'rug', 'sponge', 'cork', 'particle board']


def mesh(c):
    rng = c.rng
    u, v = c.rotated(angle=rng.choice([0, np.pi / 4, rng.uniform(0, np.pi)]))
    p = rng.uniform(9, 45)
    q = p * rng.choice([1, 1, rng.uniform(0.5, 2)])
    w = rng.uniform(0, 0.04) * p
    u, v = u + w * soft(c, 6), v + w * soft(c, 6)
    bar = rng.uniform(0.12, 0.38) * p
    du, dv = np.abs((u / p) % 1 - 0.5) * p, np.abs((v / q) % 1 - 0.5) * q
    inside = np.maximum(step(bar / 2 - du, 1.5), step(bar / 2 - dv, 1.5))
    height = np.maximum(np.clip(1 - (du / bar * 2) ** 2, 0, 1), np.clip(1 - (dv / bar * 2) ** 2, 0, 1))
    front = colour(rng) * (0.6 + 0.4 * height)[..., None]
    back = near_colour(rng, colour(rng), 0.02) * (1 + 0.05 * soft(c, 4))[..., None]
    return _grain(c, mix(back, front, inside), 0, 0.04), ['grid', 'mesh', 'grille', 'lattice', 'wire mesh', 'sieve']


def dots(c):
    rng = c.rng
    u, v = c.rotated(angle=rng.choice([0, np.pi / 4, rng.uniform(0, np.pi)]))
    p = rng.uniform(10, 50)
    shift = (np.floor(v / p) % 2) * 0.5 if chance(rng, 0.5) else 0
    r = np.hypot((u / p + shift) % 1 - 0.5, (v / p) % 1 - 0.5) * p
    hole = step(rng.uniform(0.15, 0.4) * p - r, 1.5)
    front, _ = rng.choice([plain, rough, brushed])(c)
    dot = near_colour(rng, front.mean((0, 1)), 0.35) * (1 + 0.3 * np.tanh(u * 0) * hole)[..., None]
    return mix(front, dot, hole * rng.uniform(0.6, 1)), ['perforated sheet', 'sheet', 'dotted film', 'circuit board', 'tray']


def tiles(c):
    rng = c.rng
    u, v = c.rotated(angle=rng.choice([0, 0, np.pi / 2, rng.uniform(0, np.pi)]))
    p, q = rng.uniform(25, 110), rng.uniform(20, 80)
    row = np.floor(v / q)
    u = u + (row % 2) * p * rng.choice([0, 0.5]) + rng.uniform(0, p)
    gap = rng.uniform(0.8, 3)
    edge = np.minimum((u % p), p - (u % p))
    edge = np.minimum(edge, np.minimum((v % q), q - (v % q)))
    body, _ = rng.choice([plain, rough, rough, marble])(c)
    tint = np.sin(np.floor(u / p) * 12.9 + row * 78.2) * rng.uniform(0, 0.12)
    joint = near_colour(rng, colour(rng), 0.05)
    return mix(joint, body * (1 + tint)[..., None], step(edge - gap, 1.5)), ['tile', 'brick', 'wall', 'mosaic', 'floor']


def marble(c):
    rng = c.rng
    z = np.sin((c.x * rng.uniform(-0.1, 0.1) + c.y * rng.uniform(-0.1, 0.1)) + spectral(c, 1.8) * rng.uniform(1, 4))
    return _grain(c, _two_tone(c, z * 1.5, rng.uniform(0.03, 0.15)), 0, 0.02), ['marble', 'tile', 'stone slab', 'laminate']


def wood(c):
    rng = c.rng
    a = rng.uniform(0, np.pi)
    u, v = c.rotated(angle=a)
    bend = spectral(c, 2.2, stretch=rng.uniform(2, 5), angle=a)
    ring = np.sin(v * (2 * np.pi / rng.uniform(7, 40)) + bend * rng.uniform(1, 5))
    fibre = spectral(c, rng.uniform(0.4, 1.0), stretch=rng.uniform(5, 10), angle=a)
    base = np.array([1, rng.uniform(0.62, 0.85), rng.uniform(0.35, 0.7)]) * rng.uniform(0.3, 0.9)
    z = ring * rng.uniform(0.1, 1) + fibre * rng.uniform(0.2, 0.8)
    return _two_tone(c, z, rng.uniform(0.03, 0.12), base.astype(np.float32)), ['wood', 'plank', 'veneer', 'board', 'parquet']


def brushed(c):
    rng = c.rng
    z = spectral(c, rng.uniform(0.1, 0.9), stretch=rng.uniform(4, 14))
    base = rng.uniform(0.3, 0.85) + rng.normal(0, 0.02, 3)
    img = base * (1 + z * rng.uniform(0.02, 0.14))[..., None] * (1 + soft(c, 2) * rng.uniform(0, 0.1))[..., None]
    return img.astype(np.float32), ['steel', 'brushed metal', 'aluminium', 'sheet metal', 'steel strip', 'rolled steel']


def steel(c):
    rng = c.rng
    z = 0.5 * spectral(c, rng.uniform(0.2, 1.2)) + soft(c, rng.integers(3, 12)) * rng.uniform(0, 0.6)
    img = rng.uniform(0.25, 0.8) * (1 + z * rng.uniform(0.03, 0.2))
    if chance(rng, 0.4):
        u, _ = c.rotated(angle=rng.choice([0, np.pi / 2]))
        img = img * (1 + 0.06 * np.sin(u * (2 * np.pi / rng.uniform(3, 40)) + soft(c, 4)))
    return np.repeat(img[..., None], 3, 2).astype(np.float32), ['steel strip', 'steel', 'metal', 'metal plate', 'cast metal']


def stripes(c):
    rng = c.rng
    u, _ = c.rotated()
    p = rng.uniform(5, 50)
    z = np.sin(2 * np.pi * (u + rng.uniform(0, 0.1) * p * soft(c, 8)) / p)
    z = np.tanh(z * rng.choice([0.8, 1, 6]))
    img = _two_tone(c, z, rng.uniform(0.05, 0.3))
    return _grain(c, img), ['corduroy', 'ribbed sheet', 'belt', 'zipper', 'corrugated board', 'heat sink']


def speckled(c):
    rng = c.rng
    d1, d2, v = cells(c, rng.uniform(5, 26), warp=3)
    base = colour(rng)
    chips = step(rng.uniform(1.5, 7) * (0.4 + v) - d1, 1.5) * (v < rng.uniform(0.3, 1))
    img = base * (1 + 0.06 * spectral(c, 1.0))[..., None]
    tone = mix(near_colour(rng, base, 0.25), near_colour(rng, base, 0.25), v)
    return mix(img, tone, chips), ['terrazzo', 'cookie', 'bread', 'granite', 'speckled plastic', 'cake']


def hammered(c):
    rng = c.rng
    pitch = rng.uniform(8, 34)
    d1, d2, v = cells(c, pitch, jitter=rng.uniform(0.2, 1))
    h = -d1 if chance(rng, 0.5) else np.sqrt(np.maximum((pitch * 0.6) ** 2 - d1 * d1, 0))
    img = colour(rng) * (1 + relief(c, h.astype(np.float32), rng.uniform(0.2, 0.8)) * rng.uniform(0.15, 0.5))[..., None]
    img = img * (1 + (v - 0.5) * rng.uniform(0, 0.3))[..., None]
    return _grain(c, img), ['bubble wrap', 'hammered metal', 'pebbles', 'beans', 'tray', 'rubber mat']


def turned(c):
    rng = c.rng
    r = np.hypot(c.x - rng.uniform(-60, 300), c.y - rng.uniform(-60, 300))
    z = np.sin(r * (2 * np.pi / rng.uniform(2.5, 14))) + 0.7 * spectral(c, 0.6)
    img = rng.uniform(0.3, 0.8) * (1 + z * rng.uniform(0.02, 0.12))[..., None]
    return img * np.ones(3, np.float32), ['turned metal', 'disc', 'machined surface', 'metal']


MATERIALS = [plain, rough, asphalt, leather, woven, carpet, mesh, dots, tiles, marble, wood,
             brushed, steel, stripes, speckled, hammered, turned]
WEIGHTS = np.array([2, 4, 3, 4, 3, 2, 2, 1.5, 2, 1.5, 2, 2, 3, 1.5, 2, 1.5, 1.5])
WEIGHTS = WEIGHTS / WEIGHTS.sum()
# what objects are made of, by habit: no lattices
SOLID = [plain, plain, rough, rough, leather, wood, brushed, steel, speckled, marble, turned, hammered]


def any_surface(c):
    return MATERIALS[c.rng.choice(len(MATERIALS), p=WEIGHTS)](c)


def any_solid(c):
    return SOLID[c.rng.integers(len(SOLID))](c)
