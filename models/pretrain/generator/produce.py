# Fruit with its normal blotches, candles with a wick, cast discs under grey light; and how they spoil.
# Runs inside the generator; returns the whole and the damaged part (structured.py).
import numpy as np

from .noise import chance, colour, mix, near_colour, relief, soft, spectral, step
from .pen import rough_light
from .structured import Drawn, any_of, changed, enough


def _patch(c, x, y, size, edge, rough=.35, squash=1.0):
    u, v = c.rotated(x, y)
    return step(size * (1 + rough * soft(c, min(240 / max(size, 4), 60))) - np.hypot(u, v / squash), edge)


def _mark(c, img, x, y, R, kinds):
    """One damage around a point on a part of radius R; returns picture and word."""
    rng = c.rng
    kind, size = any_of(rng, kinds), float(np.exp(rng.uniform(np.log(4), np.log(max(R * .4, 6)))))
    tone = img[int(np.clip(y * c.unit, 0, c.size - 1)), int(np.clip(x * c.unit, 0, c.size - 1))]
    if kind in ('bruise', 'burn mark'):
        return mix(img, img * np.array([.62, .5, .42]) * rng.uniform(.5, 1), _patch(c, x, y, size * 1.3, size * .6)), kind
    if kind == 'mould':
        fur = _patch(c, x, y, size * 1.2, size * .6, .5) * np.clip(.75 + .3 * soft(c, 90), 0, 1)
        return mix(img, any_of(rng, [[.85, .87, .84], [.4, .52, .42], [.2, .22, .2]]) * np.ones_like(img), fur), kind
    if kind in ('hole', 'pore'):
        size = min(size, 9 if kind == 'hole' else 6)
        hollow = _patch(c, x, y, size, 1.5, .25)
        return mix(img * (1 - .45 * _patch(c, x, y, size * 1.5, 3, .2))[..., None], tone * .15 * np.ones_like(img), hollow), kind
    if kind in ('cut', 'crack', 'scratch'):
        u, v = c.rotated(x, y)
        bend = v + soft(c, 9) * (4 if kind == 'crack' else .6)
        wide = rng.uniform(1, 3) * np.clip(1 - (u / (size * 2.5)) ** 2, -1, 1)
        line = step(wide - np.abs(bend), 1.2)
        ends = np.clip(tone * 1.4 + .1, 0, 1) if kind == 'scratch' or tone.mean() < .2 else tone * .25
        return mix(img, ends * np.ones_like(img), line * .9), kind
    lump = _patch(c, x, y, min(size, 10), 1.5, .5)
    return mix(img, colour(rng) * (1 + .15 * soft(c, 60))[..., None], lump), 'foreign particles'


def _spoilt(c, before, area, words, bad, where, R, kinds, light):
    """`where` gives a point on the part; light comes last, so that damage is lit like the rest."""
    whole = (before * light).astype(np.float32)
    for _ in range(3 if bad else 0):
        after, word = _mark(c, before, *where(), R, kinds)
        after = (mix(before, after, area * c.rng.uniform(.4, 1)) * light).astype(np.float32)
        if enough(c, changed(whole, after)):
            return Drawn(whole, after, area, words, word)
    return Drawn(whole, whole, area, words, '')


def fruit(c, bad):
    rng = c.rng
    cx, cy, R = *rng.uniform(105, 135, 2), rng.uniform(60, 105)
    u, v = c.rotated(cx, cy)
    v = v / rng.uniform(.7, 1)
    r, th = np.hypot(u, v), np.arctan2(v, u)
    rim = R * (1 + rng.normal(0, .04) * np.cos(2 * th + rng.uniform(0, 6)) + rng.normal(0, .03) * np.cos(3 * th)) - r
    base = np.array(any_of(rng, [[.75, .15, .1], [.9, .5, .1], [.9, .8, .2], [.45, .65, .2], [.65, .5, .3], [.4, .15, .3]]))
    base = near_colour(rng, base, .06)
    other = near_colour(rng, base * np.array([1, rng.uniform(.8, 1.7), 1]), .05)
    skin = mix(base * np.ones((c.size, c.size, 3)), other, step(soft(c, rng.integers(2, 6)), rng.uniform(1, 3)))
    skin = skin * (1 + spectral(c, 1) * rng.uniform(.01, .05))[..., None]
    dots = step(soft(c, 80) - rng.uniform(1.4, 2.2), .5) * rng.uniform(0, .35)
    skin = mix(skin, near_colour(rng, base * rng.choice([.6, 1.5]), .03), dots)
    if chance(rng, .5):  # the stem end
        sx, sy = cx + rng.normal(0, R * .3), cy + rng.normal(0, R * .3)
        skin = skin * (1 - .6 * step(R * rng.uniform(.06, .12) - np.hypot(c.x - sx, c.y - sy), 6))[..., None]
    h = np.sqrt(np.clip(1 - (1 - np.clip(rim / R, 0, 1)) ** 2, 0, 1)) * R * .5
    light = (1 + relief(c, h.astype(np.float32), .8) * .35)[..., None] * rough_light(c)
    alpha = step(rim, 1.5)
    ground = colour(rng) * (1 + .04 * soft(c, 4))[..., None] * (1 - .35 * step(rim + 5, 14))[..., None]

    def where():
        a, d = rng.uniform(0, 6.3), R * np.sqrt(rng.uniform(0, .5))
        return cx + d * np.cos(a), cy + d * np.sin(a)

    return _spoilt(c, mix(ground, skin, alpha), alpha, ['apple', 'orange', 'potato', 'tomato', 'lemon', 'fruit', 'vegetable'], bad,
                   where, R, ['bruise', 'mould', 'hole', 'cut', 'foreign'], mix(np.ones_like(light), light, alpha))


def candle(c, bad):
    rng = c.rng
    n = rng.integers(1, 3)
    R = rng.uniform(80, 105) / n
    tone = colour(rng, .35, .97)
    img = colour(rng, .03, .9) * (1 + .04 * soft(c, 4))[..., None]
    area, height, wicks = np.zeros_like(c.x), np.zeros_like(c.x), []
    for i in range(n):
        for j in range(n):
            cx, cy = 120 + (np.array([i, j]) - (n - 1) / 2) * 2.25 * R + rng.normal(0, 2, 2)
            r = np.hypot(c.x - cx, c.y - cy)
            img = mix(img * (1 - .4 * step(R + 4 - r, 10))[..., None], tone * np.ones_like(img), step(R - r, 1.5))
            area = np.maximum(area, step(R - r, 1.5))
            height += np.clip((R - r) / 5, 0, 1) * 4 - 2 * np.exp(-(r / (R * .35)) ** 2)
            wicks.append((cx, cy, rng.uniform(0, 6.3), R * rng.uniform(.15, .35)))
    img = img * (1 + .015 * spectral(c, 1))[..., None]
    light = (1 + relief(c, height.astype(np.float32), .8) * .35)[..., None] * rough_light(c)
    thread = colour(rng, .1, .95)

    def wick(page, x, y, a, long):
        u, v = c.rotated(x, y, a)
        d = np.hypot(np.maximum(np.abs(u - long / 2) - long / 2, 0), v)
        page = page * (1 - .35 * step(4.5 - d, 5))[..., None]
        return mix(page, thread * (1 - .25 * np.sin(u * 2.2))[..., None], step(2.4 - d, 1.3))

    k = rng.integers(len(wicks))
    before = after = img
    odd = list(wicks)
    odd[k] = None if chance(rng, .4) else (wicks[k][0], wicks[k][1], wicks[k][2] + rng.uniform(1, 5), wicks[k][3] * rng.uniform(.4, 1.8))
    for w, o in zip(wicks, odd):
        before = wick(before, *w)
        after = after if o is None else wick(after, *o)
    words = ['candle', 'wax', 'tea light']
    whole, other = (before * light).astype(np.float32), (after * light).astype(np.float32)
    if bad and chance(rng, .35) and enough(c, changed(whole, other)):
        return Drawn(whole, other, area, words, 'damaged wick')

    def where():
        a, d = rng.uniform(0, 6.3), R * np.sqrt(rng.uniform(.1, .95))
        return wicks[k][0] + d * np.cos(a), wicks[k][1] + d * np.sin(a)

    return _spoilt(c, before, area, words, bad, where, R, ['foreign', 'hole', 'crack', 'burn mark', 'cut'], light)


def casting(c, bad):
    """A cast or turned metal face: rings at several heights, vanes, grey light."""
    rng = c.rng
    cx, cy, R = *rng.uniform(110, 130, 2), rng.uniform(80, 118)
    r, th = np.hypot(c.x - cx, c.y - cy), np.arctan2(c.y - cy, c.x - cx)
    knots = np.sort(rng.uniform(.1, .95, rng.integers(2, 6)))
    height = sum(rng.choice([-1, 1]) * rng.uniform(1, 4) * step(r - k * R, 5) for k in knots) + 4 * step(R - r, 6)
    if chance(rng, .5):  # vanes of an impeller
        vane = np.cos(rng.integers(4, 9) * th + r * rng.uniform(-.05, .05))
        height = height + 2.5 * step(vane - .5, .4) * step(r - knots[0] * R, 6) * step(knots[-1] * R - r, 6)
    tone = rng.uniform(.3, .75) * np.ones(3) + rng.normal(0, .01, 3)
    face = tone * (1 + spectral(c, rng.uniform(.2, .9)) * rng.uniform(.02, .08))[..., None]
    if chance(rng, .5):  # turned: fine grooves and a sheen that follows the light
        groove = np.sin(r * (6.28 / rng.uniform(2.2, 5))) * rng.uniform(.02, .06)
        face = face * (.9 + groove + .3 * np.abs(np.cos(th - c.light)) ** rng.uniform(2, 8))[..., None]
    bore = knots[0] * R * .6
    face = face * (1 - .85 * step(bore - r, 2))[..., None]
    alpha = step(R - r, 1.5)
    ground = rng.uniform(.03, .9) * (1 + .04 * soft(c, 4))[..., None] * np.ones(3)
    light = (1 + relief(c, height.astype(np.float32), .8) * .4 * alpha)[..., None] * rough_light(c)
    light = light * (1 - rng.uniform(0, .5) * (r / 150) ** 2)[..., None]

    def where():
        a, d = rng.uniform(0, 6.3), rng.uniform(bore + 6, R - 4)
        return cx + d * np.cos(a), cy + d * np.sin(a)

    return _spoilt(c, mix(ground, face, alpha), alpha * step(r - bore, 2), ['casting', 'cast metal', 'impeller', 'turned ring', 'disc'],
                   bad, where, R, ['pore', 'pore', 'crack', 'scratch', 'foreign'], light)
