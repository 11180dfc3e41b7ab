# Damage: each function returns the picture after the damage and the soft area it claims.
# Runs inside the generator; `apply_defect` turns the claim into a mask of what visibly changed.
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .noise import UNITS, chance, colour, mix, near_colour, relief, soft, spectral, step
from .natural import drop, opened
from .surfaces import any_surface


class Spot:
    """Where a defect goes: a point on the part, a size and a direction."""

    def __init__(self, c, x, y):
        rng = c.rng
        self.x, self.y = x, y
        # log-uniform; bold ones are rarely below half a patch, or a step would hold almost no defect pixels
        low, high = c.pick((4, 42), (6, 60))
        self.size = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        self.angle = rng.uniform(0, 2 * np.pi)


def _lines(c, paths):
    """Antialiased strokes: list of (points in units, width in units) to a 0..1 field."""
    k = 2 * c.unit
    img = Image.new('L', (c.size * 2, c.size * 2), 0)
    draw = ImageDraw.Draw(img)
    for points, width in paths:
        pts = [(float(x) * k, float(y) * k) for x, y in points]
        widths = np.broadcast_to(width, len(pts))
        for a, b, w in zip(pts[:-1], pts[1:], widths):
            draw.line([a, b], fill=255, width=max(1, int(round(w * k))))
    return np.asarray(img.reduce(2), np.float32) / 255


def _walk(rng, x, y, angle, length, wobble, stride=2.0):
    n = max(int(length / stride), 2)
    angles = angle + np.cumsum(rng.normal(0, wobble, n))
    xs = x + np.concatenate([[0], np.cumsum(np.cos(angles))]) * stride
    ys = y + np.concatenate([[0], np.cumsum(np.sin(angles))]) * stride
    return np.stack([xs, ys], 1), angles


def _centred(points, spot):
    return points + (np.array([spot.x, spot.y]) - points[len(points) // 2])


def blob(c, spot, irregular=None, edge=None, squash=None):
    """Soft-edged area of random outline around the spot."""
    rng = c.rng
    squash = rng.uniform(0.4, 1) if squash is None else squash
    u, v = c.rotated(spot.x, spot.y, spot.angle)
    r = np.hypot(u, v / squash)
    irregular = rng.uniform(0, 0.5) if irregular is None else irregular
    wave = soft(c, UNITS / max(spot.size, 4) * rng.uniform(0.7, 2.5))
    edge = rng.uniform(1, 0.5 * spot.size + 1) if edge is None else edge
    return step(spot.size * (1 + irregular * wave) - r, edge)


def _shade_along(c, a, strength):
    """Light and dark side of a groove or bump whose profile is `a`."""
    return relief(c, c.blur(a, 1.0) * 4, 0.5) * strength


def scratch(c, img, spot):
    rng = c.rng
    length = rng.uniform(*c.pick((15, 130), (25, 190)))
    wobble = rng.uniform(0, 0.06)
    paths = []
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        p, _ = _walk(rng, spot.x, spot.y, spot.angle + rng.normal(0, 0.15), length * rng.uniform(0.5, 1), wobble)
        p = _centred(p, spot) + rng.normal(0, 4, 2) * (len(paths) > 0)
        paths.append((p, np.interp(np.linspace(0, 1, len(p)), [0, 0.5, 1], [0.5, rng.uniform(*c.pick((0.7, 3), (1, 5))), 0.5])))
    a = _lines(c, paths)
    tone = rng.choice([-1, 1]) * rng.uniform(0.12, 0.6)
    new = img + tone
    if chance(rng, 0.4):
        new = img * (1 + _shade_along(c, a, rng.uniform(0.5, 2)))[..., None] + tone * 0.4
    return new, a


def crack(c, img, spot):
    rng = c.rng
    length = rng.uniform(*c.pick((25, 190), (40, 240)))
    width = rng.uniform(*c.pick((0.8, 3.5), (1, 6)))
    main, angles = _walk(rng, spot.x, spot.y, spot.angle, length, rng.uniform(0.12, 0.5))
    main = _centred(main, spot)
    taper = width * (1 - np.abs(np.linspace(-1, 1, len(main))) ** 2 * 0.7) * np.exp(rng.normal(0, 0.25, len(main)))
    paths = [(main, taper)]
    for _ in range(rng.choice(c.pick([0, 0, 1, 2, 4], [0, 1, 2, 3, 5]))):
        k = rng.integers(0, len(angles))
        side = angles[k] + rng.choice([-1, 1]) * rng.uniform(0.4, 1.3)
        branch, _ = _walk(rng, main[k, 0], main[k, 1], side, length * rng.uniform(0.15, 0.5), 0.3)
        paths.append((branch, np.linspace(width * 0.7, 0.5, len(branch))))
    a = c.blur(_lines(c, paths), rng.uniform(0.2, 0.7))
    a = np.minimum(a * 1.3, 1)
    new = img * rng.uniform(0.1, 0.65)
    if chance(rng, 0.15):
        new = img + rng.uniform(0.2, 0.5)
    if chance(rng, 0.3):
        new = new * (1 + _shade_along(c, a, 1.0))[..., None]
    return new, a


def cut(c, img, spot):
    """A short straight or bent opening with one lit lip."""
    rng = c.rng
    p, _ = _walk(rng, spot.x, spot.y, spot.angle, rng.uniform(*c.pick((10, 60), (15, 90))), rng.uniform(0, 0.12))
    p = _centred(p, spot)
    w = rng.uniform(*c.pick((1.2, 5), (1.5, 8)))
    a = c.blur(_lines(c, [(p, np.interp(np.linspace(0, 1, len(p)), [0, 0.5, 1], [0.6, w, 0.6]))]), 0.4)
    wide = np.minimum(c.blur(a, 1.2) * 2, 1)
    inner = near_colour(rng, img.mean((0, 1)) * rng.uniform(0.1, 1.5), 0.05)
    lip = img * (1 + relief(c, -c.blur(a, 1.2) * 6, 0.6) * rng.uniform(0.4, 1.2))[..., None]
    return mix(lip, inner, a), wide


def fold(c, img, spot):
    rng = c.rng
    p, _ = _walk(rng, spot.x, spot.y, spot.angle, rng.uniform(40, 220), rng.uniform(0, 0.06))
    line = _lines(c, [(_centred(p, spot), rng.uniform(1, 3))])
    width = rng.uniform(1.5, 6)
    a = c.blur(line, width)
    a = a / (a.max() + 1e-6)
    new = img * (1 + relief(c, a * width * rng.choice([-3, 3]), 0.6) * rng.uniform(0.3, 0.9))[..., None]
    return new, np.minimum(a * 1.8, 1)


def stain(c, img, spot):
    rng = c.rng
    a = blob(c, spot)
    if chance(rng, 0.4):  # dried drop: darker rim
        rim = a * (1 - a) * 4
        a = np.clip(0.6 * a + 0.6 * rim, 0, 1)
    tint = 1 - rng.uniform(0.15, 0.9) * rng.uniform(0.3, 1, 3)
    return img * tint.astype(np.float32), a


def discolour(c, img, spot):
    rng = c.rng
    spot.size *= rng.uniform(1, 1.8)
    a = blob(c, spot, edge=spot.size * rng.uniform(0.2, 1.0))
    kind = rng.integers(4)
    if kind == 0:
        new = img + rng.choice([-1, 1]) * rng.uniform(0.1, 0.4)
    elif kind == 1:
        new = img[..., rng.permutation(3)] * rng.uniform(0.7, 1.2, 3).astype(np.float32)
    elif kind == 2:
        new = mix(img, colour(rng) * np.ones_like(img), np.float32(rng.uniform(0.3, 0.8)) * np.ones_like(a))
    else:
        new = img * (1 + rng.uniform(-0.5, 0.5, 3)).astype(np.float32)
    return new, a


def paint(c, img, spot):
    """A foreign layer: paint, glue, a lump of dirt; opaque or glossy."""
    rng = c.rng
    a = blob(c, spot, edge=rng.uniform(1, 4))
    tone = colour(rng)
    new = np.broadcast_to(tone, img.shape) * (1 + 0.05 * soft(c, 20))[..., None]
    if chance(rng, 0.5):
        new = new + relief(c, c.blur(a, 2.0) * spot.size * 0.5, 0.7)[..., None] * rng.uniform(0.2, 0.6)
    if chance(rng, 0.4):
        new = mix(img, new, np.float32(rng.uniform(0.3, 0.7)) * np.ones_like(a))
    return new, a


def hole(c, img, spot):
    rng = c.rng
    spot.size = min(spot.size, rng.uniform(*c.pick((3, 26), (4, 34))))
    a = blob(c, spot, irregular=rng.uniform(0, 0.25), edge=rng.uniform(1, 3), squash=rng.uniform(0.6, 1))
    deep = img * rng.uniform(0.02, 0.35)
    if chance(rng, 0.25):
        deep = np.broadcast_to(colour(rng), img.shape)
    shade = relief(c, -c.blur(a, 1.5) * 5, 0.6) * rng.uniform(0, 0.8)
    claim = np.minimum(c.blur(a, 1.0) * 1.5, 1)
    return mix(img * (1 + shade)[..., None], deep, a), claim


def dent(c, img, spot):
    rng = c.rng
    a = blob(c, spot, irregular=rng.uniform(0, 0.3), edge=spot.size * 1.2)
    bump = c.blur(a, max(spot.size * 0.1, 0.8)) * spot.size * rng.choice([-1, 1])
    new = img * (1 + relief(c, bump, rng.uniform(0.4, 1.2)) * rng.uniform(0.25, 0.7))[..., None]
    return new, np.minimum(a * 1.2, 1)


def foreign(c, img, spot):
    other, _ = any_surface(c)
    if chance(c.rng, 0.5):  # same brightness: only the structure is wrong
        other = other - other.mean((0, 1)) + img[int(spot.y * c.unit) % c.size, int(spot.x * c.unit) % c.size]
    return other, blob(c, spot, edge=c.rng.uniform(1, 5))


def displaced(c, img, spot):
    """A piece of the same picture in the wrong place, shifted, mirrored or turned."""
    rng = c.rng
    spot.size = max(spot.size, 7)
    shift = (rng.uniform(-0.35, 0.35, 2) * c.size).astype(int)
    new = np.roll(img, tuple(shift), (0, 1))
    kind = rng.integers(3)
    if kind == 1:
        new = new[:, ::-1]
    elif kind == 2:
        new = np.rot90(new, rng.integers(1, 4))
    return new, blob(c, spot, edge=rng.uniform(1, 4))


def smeared(c, img, spot):
    spot.size = max(spot.size, 8)
    return c.blur_rgb(img, c.rng.uniform(1.5, 7)), blob(c, spot)


def worn(c, img, spot):
    """Roughened or abraded area: grain that does not belong."""
    rng = c.rng
    spot.size = max(spot.size, 7)
    grain = spectral(c, rng.uniform(0.2, 1.5), stretch=rng.choice([1.0, rng.uniform(3, 10)]))
    new = img * (1 + grain * rng.uniform(0.1, 0.5))[..., None] + rng.normal(0, 0.08)
    return new, blob(c, spot)


def specks(c, img, spot):
    """A group of particles or a fibre."""
    rng = c.rng
    if chance(rng, 0.4):
        p, _ = _walk(rng, spot.x, spot.y, spot.angle, rng.uniform(15, 90), rng.uniform(0.15, 0.4))
        a = _lines(c, [(_centred(p, spot), rng.uniform(*c.pick((0.6, 2), (0.8, 3))))])
    else:
        dots = []
        for _ in range(rng.integers(*c.pick((2, 14), (3, 22)))):
            x, y = rng.normal([spot.x, spot.y], spot.size * 0.7)
            dots.append(([(x, y), (x + rng.normal(0, 1.5), y + rng.normal(0, 1.5))], rng.uniform(*c.pick((1, 4.5), (1.2, 7)))))
        a = c.blur(_lines(c, dots), 0.4)
    return np.broadcast_to(colour(rng), img.shape), np.minimum(a * 1.2, 1)


def letters(c, img, spot):
    """Printing where none belongs."""
    rng = c.rng
    text = ''.join(rng.choice(list('ABCDEFGHKLMNPRSTUVXYZ0123456789abdegkqrst+#/'), rng.integers(1, 6)))
    font = ImageFont.load_default()
    w, h = font.getsize(text)
    small = Image.new('L', (w + 2, h + 2), 0)
    ImageDraw.Draw(small).text((1, 1), text, fill=255, font=font)
    k = rng.uniform(*c.pick((0.9, 3.2), (1.2, 4.5))) * c.unit
    stamp = small.resize((max(int(small.width * k), 4), max(int(small.height * k), 4)), Image.BICUBIC)
    stamp = stamp.rotate(np.degrees(spot.angle), Image.BICUBIC, expand=True)
    page = Image.new('L', (c.size, c.size), 0)
    page.paste(stamp, (int(spot.x * c.unit - stamp.width / 2), int(spot.y * c.unit - stamp.height / 2)))
    a = np.asarray(page, np.float32) / 255
    tone = colour(rng) if chance(rng, 0.5) else np.full(3, rng.choice([0.05, 0.95]), np.float32)
    return np.broadcast_to(tone, img.shape), a


ON_SURFACE = [scratch, crack, cut, fold, stain, discolour, paint, hole, dent, foreign, displaced,
              smeared, worn, specks, letters]
WEIGHTS = np.array([3, 4, 2, 1, 3, 3, 2.5, 3, 1.5, 1.5, 2, 1, 1, 2, 1.5])
WEIGHTS = WEIGHTS / WEIGHTS.sum()
# words that tell the text tower which damage it is
WORDS = {'scratch': 'scratch', 'crack': 'crack', 'cut': 'cut', 'fold': 'fold', 'stain': 'contamination',
         'discolour': 'discolouration', 'paint': 'contamination', 'hole': 'hole', 'dent': 'dent',
         'foreign': 'defect', 'displaced': 'defect', 'smeared': 'flaw', 'worn': 'damage',
         'specks': 'contamination', 'letters': 'print', 'missing': 'broken part', 'opened': 'cut', 'drop': 'contamination'}


def visible(before, after, claim, threshold=0.03):
    """Only what a camera would show: claimed and really different."""
    return (claim > 0.3) & (np.abs(np.clip(after, 0, 1) - np.clip(before, 0, 1)).mean(-1) > threshold)


def apply_defect(c, img, on_part, skin=False):
    """One defect on `img` inside the 0..1 area `on_part`; returns picture, mask, kind."""
    rng = c.rng
    flat = np.flatnonzero(on_part > 0.5)
    if len(flat) == 0:
        return img, np.zeros(on_part.shape, bool), 'none'
    k = int(flat[rng.integers(len(flat))])
    spot = Spot(c, (k % c.size + 0.5) / c.unit, (k // c.size + 0.5) / c.unit)
    kind = ON_SURFACE[rng.choice(len(ON_SURFACE), p=WEIGHTS)]
    if skin and chance(rng, 0.5):
        kind = drop if chance(rng, 0.25) else opened
    new, claim = kind(c, img, spot)
    if chance(rng, 0.9):
        claim = claim * on_part
    opacity = rng.uniform(0.65, 1.0)
    out = mix(img, new, claim * opacity).astype(np.float32)
    return out, visible(img, out, claim), kind.__name__
