# Several pieces of food or medicine in one picture, in rows or in a heap; one of them spoilt.
# Runs inside the generator; returns the whole and the damaged picture (structured.py).
import copy

import numpy as np

from .noise import chance, colour, near_colour, soft, spectral, step
from .pen import rough_light
from .structured import Drawn, any_of, changed, enough

KINDS = {  # half length, bend and thickness in parts of the piece's size; usual colour
    'macaroni': (.75, .45, .3, (.92, .75, .4)), 'cashew': (.6, .5, .42, (.88, .74, .52)),
    'candy': (0, 0, .62, None), 'capsule': (.62, 0, .36, None), 'bean': (.45, .25, .45, (.5, .25, .15)),
    'almond': (.4, 0, .45, (.6, .38, .22)), 'fryum': (.3, .1, .5, (.9, .6, .25)), 'chewing gum': (.4, 0, .45, (.93, .93, .9))}


class Piece:
    """A bent rod with round ends; its damage is a handful of numbers, so that it can be painted with or without."""

    def __init__(self, rng, kind, x, y, size, tones):
        half, bend, thick, _ = KINDS[kind]
        k = size * np.exp(rng.normal(0, .05))
        self.x, self.y, self.angle = x, y, rng.uniform(0, 6.3)
        self.half, self.thick = half * k, thick * k
        self.bend = bend / max(k, 1) * np.exp(rng.normal(0, .15))
        self.tone = near_colour(rng, tones[0], .02)
        self.two = tones[1]
        self.end = self.bite = self.spot = self.line = None

    def length(self):
        return self.half + self.thick

    def paint(self, c, img, grain, kind):
        reach = (self.length() * 1.25 + 9) * c.unit
        px, py = self.x * c.unit, self.y * c.unit
        x0, x1 = max(int(px - reach), 0), min(int(px + reach) + 1, c.size)
        y0, y1 = max(int(py - reach), 0), min(int(py + reach) + 1, c.size)
        if x1 - x0 < 4 or y1 - y0 < 4:
            return
        at = np.s_[y0:y1, x0:x1]
        dx, dy, rough = c.x[at] - self.x, c.y[at] - self.y, grain[at]
        cs, sn = np.float32(np.cos(self.angle)), np.float32(np.sin(self.angle))
        u, v = dx * cs + dy * sn, dy * cs - dx * sn
        w = v - self.bend * (u * u - self.half ** 2 / 3)
        # the bend makes slopes longer than they are: divide by them, or bent ends get thick
        w = w / np.sqrt(1 + (2 * self.bend * np.clip(u, -self.half, self.half)) ** 2)
        rim = self.thick - np.hypot(np.maximum(np.abs(u) - self.half, 0), w)
        whole = rim
        if self.end is not None:
            rim = np.minimum(rim, self.end - u + rough * 1.2)
        if self.bite is not None:
            bx, by, r = self.bite
            rim = np.minimum(rim, np.hypot(u - bx, w - by) - r + rough)
        ground = img[at] * (1 - .3 * step(rim + 2, 6))[..., None]
        h = np.sqrt(np.clip(1 - (1 - np.clip(whole / self.thick, 0, 1)) ** 2, 0, 1)) * self.thick
        gy, gx = np.gradient(h)
        slope = np.tanh((gx * np.cos(c.light) + gy * np.sin(c.light)) * c.unit * .8)
        body = np.where((u > 0)[..., None], self.tone, self.two) * np.ones_like(ground)
        if kind == 'macaroni':  # a tube: its ends are open
            body = body * (1 - .65 * step(self.thick * .55 - np.hypot((np.abs(u) - self.half * 1.12) * 1.6, w), 1.5))[..., None]
        for mark, wide in ((self.spot, None), (self.line, 1)):
            if mark is not None:
                sx, sy, r, tone = mark
                d = r * (1 + .25 * rough) - np.hypot(u - sx, w - sy) if wide is None else r - np.abs(u - sx - rough * 1.5 - sy * w)
                body = body + (tone - body) * (step(d, 1.5 if wide else 3) * .9)[..., None]
        body = body * (.72 + .3 * h / self.thick + .35 * slope + .03 * rough)[..., None]
        body = body + (np.maximum(slope - .45, 0) * .5)[..., None]
        cutface = (rim < whole - .5) & (rim < 2.5)  # fresh break: pale inside
        body = np.where(cutface[..., None], np.clip(self.tone * 1.15 + .06, 0, 1), body)
        a = step(rim, 1.4)[..., None]
        img[at] = ground * (1 - a) + body * a


def _spoil(rng, pieces, k, ordered):
    """Changes piece k or adds one on top; returns the word for it."""
    p = pieces[k]
    # in a heap pieces overlap anyway, and a gap in a short row is no gap
    kind = rng.integers((7 if len(pieces) > 3 else 6) if ordered else 5)
    x = rng.uniform(-.8, .8) * p.half
    if kind == 0:
        p.end = rng.uniform(-.4, .45) * p.length()
        return 'broken piece'
    if kind == 1:
        p.bite = (x, p.thick * rng.choice([-1, 1]), p.thick * rng.uniform(.35, .8))
        return 'chipped edge'
    if kind == 2:
        p.spot = (x, rng.uniform(-.4, .4) * p.thick, p.thick * rng.uniform(.3, 1.1), p.tone * rng.uniform(.12, .5))
        return 'burnt'
    if kind == 3:
        p.line = (x, rng.uniform(-.5, .5), rng.uniform(.6, 1.5), p.tone * rng.uniform(.15, .5))
        return 'crack'
    if kind == 4:
        q = copy.copy(p)
        q.half, q.thick, q.angle = rng.uniform(0, 9), rng.uniform(2, 7), rng.uniform(0, 6.3)
        q.tone = q.two = colour(rng)
        q.x, q.y = p.x + rng.normal(0, 4), p.y + rng.normal(0, 4)
        q.bend = 0
        pieces.append(q)
        return 'foreign particles'
    if kind == 5:  # grown or melted together
        q = copy.copy(p)
        q.x, q.y = p.x + rng.choice([-1, 1]) * p.thick * rng.uniform(.8, 1.3), p.y + rng.normal(0, p.thick * .6)
        q.angle += rng.normal(0, .3)
        pieces.insert(k, q)
        return 'fused pieces'
    pieces.pop(k)
    return 'missing piece'


def heap(c, bad):
    rng = c.rng
    kind = any_of(rng, list(KINDS))
    usual = KINDS[kind][3]
    one = colour(rng, .25, .95) if usual is None else near_colour(rng, np.array(usual), .06)
    tones = (one, colour(rng, .2, .95) if kind == 'capsule' and chance(rng, .7) else one)
    ordered = chance(rng, .6)
    if ordered:  # rows on a tray, as a machine lays them out
        n = rng.integers(1, 5)
        pitch = 240 / (n + rng.uniform(.2, .9))
        spots = [(120 + (i - (n - 1) / 2) * pitch, 120 + (j - (n - 1) / 2) * pitch) for i in range(n) for j in range(n)]
        size = pitch * rng.uniform(.36, .46)
    else:
        size = rng.uniform(22, 36)
        spots = rng.uniform(15, 225, (rng.integers(8, 24), 2))
    shift = rng.normal(0, size * .06, (len(spots), 2))
    pieces = [Piece(rng, kind, *(np.array(s) + d), size, tones) for s, d in zip(spots, shift)]
    if ordered and chance(rng, .6):
        angle = rng.uniform(0, 6.3)
        for p in pieces:
            p.angle = angle + rng.normal(0, .06)
    base = colour(rng, .03, .95) * (1 + .04 * soft(c, 4) + .02 * spectral(c, .8))[..., None]
    grain, light = spectral(c, rng.uniform(.5, 1.4)), rough_light(c)

    def paint(these):
        img = base.astype(np.float32)
        for p in these:
            p.paint(c, img, grain, kind)
        return img * light

    words = [kind, kind, kind + 's', 'food', 'snack'] if kind != 'capsule' else [kind, 'capsules', 'pills', 'tablet']
    before = paint(pieces)
    area = changed(base * light, before).astype(np.float32)  # surface damage on the pieces, not on their tray
    inside = [k for k, p in enumerate(pieces) if 12 < p.x < 228 and 12 < p.y < 228]
    for _ in range(3 if bad and inside else 0):
        spoilt = [copy.copy(p) for p in pieces]
        # the last ones lie on top, where damage can be seen
        word = _spoil(rng, spoilt, any_of(rng, inside if ordered else inside[-5:]), ordered)
        after = paint(spoilt)
        if enough(c, changed(before, after)):
            return Drawn(before, after, area, words, word)
    return Drawn(before, before, area, words, '')
