# Printed circuit boards: tracks, pads, components with leads, printing; and what goes wrong with them.
# Runs inside the generator; returns the whole and the damaged board (structured.py).
import numpy as np

from .noise import chance, near_colour, soft
from .pen import LETTERS, Pen
from .structured import any_of, finish

BOARDS = [(.05, .3, .14), (.08, .38, .2), (.04, .16, .35), (.06, .06, .07), (.45, .08, .08), (.75, .74, .68), (.5, .38, .18)]
METALS = [(.75, .76, .78), (.62, .62, .6), (.85, .66, .3), (.7, .45, .3)]


def _code(rng, low, high):
    return ''.join(any_of(rng, LETTERS) for _ in range(rng.integers(low, high)))


class Board:
    """The pen with its board colours, and what damage can get hold of."""

    def __init__(self, c):
        rng = c.rng
        self.c, self.rng = c, rng
        angle = rng.choice([0, 0, np.pi / 2, rng.uniform(0, 6.3)]) + rng.normal(0, 0.03)
        self.pen = Pen(c, *rng.uniform(100, 140, 2), angle, rng.uniform(0.7, 1.9))
        self.base = near_colour(rng, np.array(any_of(rng, BOARDS)), 0.03)
        sign = 1 if self.base.mean() < 0.5 else -1
        self.copper = np.clip(self.base * rng.uniform(1.25, 1.9) + sign * rng.uniform(0.03, 0.12), 0, 1)
        if chance(rng, 0.3):
            self.copper = near_colour(rng, np.array(METALS[2 + rng.integers(2)]), 0.04)
        self.tin = near_colour(rng, np.array(any_of(rng, METALS)), 0.04)
        self.ink = np.full(3, 0.9 if self.base.mean() < 0.5 else 0.12)
        self.tracks, self.parts, self.rows, self.soldered = [], [], [], chance(rng, 0.4)

    def lead(self, x, y, w, h):
        g = self.pen.open()
        self.pen.box(x, y, w, h, self.tin * 0.8, 0.6)
        self.pen.box(x + self.pen.lamp[0] * 0.3, y + self.pen.lamp[1] * 0.3, w * 0.6, h * 0.6, np.clip(self.tin * 1.15, 0, 1))
        return g

    def chip(self, x, y, s, flip):
        pen, rng = self.pen, self.rng
        w, h = s * rng.uniform(0.5, 0.75), s * rng.uniform(0.35, 0.7)
        body = np.full(3, rng.uniform(0.05, 0.2))
        pins = rng.integers(3, 8)
        pitch = w / pins
        for side in (-1, 1):
            row = []
            for k in range(pins):
                px, py = (k - (pins - 1) / 2) * pitch, side * (h / 2 + s * 0.05)
                px, py, a, b = (py, px, s * 0.14, pitch * 0.55) if flip else (px, py, pitch * 0.55, s * 0.14)
                row.append((self.lead(x + px, y + py, a, b), x + px, y + py))
            self.rows.append(row)
        if flip:
            w, h = h, w
        g = pen.open()
        pen.box(x, y, w, h, body, 1.2)
        pen.box(x, y, w * 0.93, h * 0.9, body * 1.25)
        pen.disc(x - w * 0.36, y - h * 0.3, s * 0.025, body * 2.2)
        self.parts.append(g)
        pen.text(x, y, _code(rng, 2, 6), s * 0.13, s * 0.022, np.full(3, 0.6), np.pi / 2 if flip else 0)

    def passive(self, x, y, s, flip):
        pen, rng = self.pen, self.rng
        w, h = s * rng.uniform(0.25, 0.5), s * rng.uniform(0.14, 0.26)
        if flip:
            w, h = h, w
        pen.open()
        for k in (-1, 1):
            pen.box(x + k * w * 0.5 * (not flip), y + k * h * 0.5 * flip, w * (0.5 if not flip else 1.15),
                    h * (0.5 if flip else 1.15), self.tin * 0.9)
        g = pen.open()
        body = any_of(rng, [(.08, .08, .09), (.6, .42, .25), (.75, .7, .6), (.15, .15, .3), (.7, .5, .1)])
        pen.box(x, y, w, h, self.tin, 0.8)
        pen.box(x, y, w * (1 if flip else 0.55), h * (0.55 if flip else 1), body)
        self.parts.append(g)
        if chance(rng, 0.5):
            pen.text(x, y + (s * 0.3), _code(rng, 2, 4), s * 0.12, s * 0.02, self.ink)

    def can(self, x, y, s, flip):
        pen, rng = self.pen, self.rng
        r, tone = s * rng.uniform(0.15, 0.3), near_colour(rng, np.array(any_of(rng, METALS)), 0.1)
        g = pen.open()
        pen.ball(x, y, r, tone, 1.6, 0.15)
        pen.disc(x, y, r * 0.72, tone * 0.95)
        turn = rng.uniform(0, 6.3)
        t = turn + np.linspace(-0.8, 0.8, 12)
        pen.poly(np.stack([x + r * 0.72 * np.cos(t), y + r * 0.72 * np.sin(t)], 1), np.full(3, 0.12))
        self.parts.append(g)

    def holes(self, x, y, s, flip):
        pen, rng = self.pen, self.rng
        n, p, r = rng.integers(2, 6), s * rng.uniform(0.16, 0.24), s * rng.uniform(0.055, 0.08)
        row = []
        for k in range(n):
            d = (k - (n - 1) / 2) * p
            px, py = (x, y + d) if flip else (x + d, y)
            g = pen.open()
            pen.disc(px, py, r, self.tin)
            if self.soldered:
                pen.ball(px, py, r * 0.85, self.tin, 0.5)
            else:
                pen.disc(px, py, r * 0.5, np.full(3, 0.05))
            row.append((g, px, py))
        self.rows.append(row)

    def bus(self, x, y, s, width):
        """A few parallel tracks with a common bend."""
        rng, pen = self.rng, self.pen
        n, p = rng.integers(2, 6), width * rng.uniform(2, 3)
        turn = rng.integers(4) * np.pi / 2
        cs, sn = np.cos(turn), np.sin(turn)
        far, bend = s * rng.uniform(0.8, 2.5), s * rng.uniform(-0.6, 0.6)
        bundle = []
        for k in range(n):
            o = (k - n / 2) * p
            pts = np.array([(-far, o), (-abs(bend) / 2 + o * 0.3, o), (abs(bend) / 2 + o * 0.3, o + bend), (far, o + bend)])
            pts = pts @ np.array([[cs, sn], [-sn, cs]]) + (x, y)
            g = pen.open()
            pen.line(pts, width, self.copper)
            for end in (pts[0], pts[-1]):
                pen.disc(*end, width * 1.1, self.tin)
                pen.disc(*end, width * 0.5, np.full(3, 0.06))
            bundle.append((g, pts))
        self.tracks.append((bundle, width, p))


def _track_damage(b):
    """Open, short, spur, mouse bite; drawn directly over the track it belongs to."""
    rng = b.rng

    def damage(pen):
        bundle, width, p = any_of(rng, b.tracks)
        k = int(rng.integers(len(bundle)))
        g, pts = bundle[k]
        s, t = rng.choice([0, 2]), rng.uniform(0.15, 0.85)
        at, way = pts[s] * (1 - t) + pts[s + 1] * t, pts[s + 1] - pts[s]
        if not pen.inside(*at):
            return ''
        way = way / (np.linalg.norm(way) + 1e-6)
        side = np.array([-way[1], way[0]]) * rng.choice([-1, 1])
        tone, kind = b.copper, rng.integers(4)
        if kind == 0:
            half, tone, wide, word = way * width * rng.uniform(0.6, 2), b.base, width * 1.7, 'open circuit'
            ends = (at - half, at + half)
        elif kind == 1 and len(bundle) > 1:
            g, (other, word) = max(g, bundle[k - 1][0]), (bundle[k - 1][1], 'short')
            ends, wide = (at, other[s] * (1 - t) + other[s + 1] * t), width * rng.uniform(0.7, 1.6)
        elif kind == 2:
            ends, wide, word = (at, at + side * p * rng.uniform(0.5, 0.9)), width * rng.uniform(0.6, 1.1), 'spur'
        else:
            edge = at + side * width * 0.6
            ends, tone, wide, word = (edge - way * width * .4, edge + way * width * .4), b.base, width * rng.uniform(0.7, 1.1), 'mouse bite'
        where = max((n for n, i in enumerate(pen.items) if i.group == g), default=0) + 1
        pen.group = g
        pen.line(np.array(ends), wide, tone)
        pen.items.insert(where, pen.items.pop())
        return word
    return damage


def _part_damage(b):
    rng = b.rng

    def damage(pen):
        kind, g = rng.integers(4), any_of(rng, b.parts)
        if kind == 0:
            pen.drop(g)
            return 'missing component'
        if kind == 1:
            pen.move(g, *rng.normal(0, 1.5, 2), rng.choice([-1, 1]) * rng.uniform(0.3, 1.5))
            return 'rotated component'
        if kind == 2:
            a = rng.uniform(0, 6.3)
            pen.move(g, *(np.array([np.cos(a), np.sin(a)]) * rng.uniform(5, 14)), rng.normal(0, 0.1))
            return 'shifted component'
        tone = rng.uniform(0.1, 0.9, 3)
        pen.recolour(g, lambda old: old * 0.3 + tone * 0.6)
        return 'wrong component'
    return damage


def _lead_damage(b):
    rng = b.rng

    def damage(pen):
        row = any_of(rng, b.rows)
        k = int(rng.integers(len(row)))
        g, x, y = row[k]
        if not pen.inside(x, y):
            return ''
        kind = rng.integers(3)
        if kind == 0 and len(row) > 1:
            other = row[k - 1] if k else row[1]
            pen.open()
            pen.tube([(x, y), ((x + other[1]) / 2 + rng.normal(0, .4), (y + other[2]) / 2), other[1:]], rng.uniform(3, 5), b.tin, 0.8)
            return 'solder bridge'
        if kind == 1:
            pen.drop(g)
            return 'missing lead'
        pen.move(g, *rng.choice([-1, 1], 2) * rng.uniform(1, 4, 2), rng.choice([-1, 1]) * rng.uniform(0.4, 1))
        return 'bent lead'
    return damage


def pcb(c, bad):
    """A board filled cell by cell with components, rows of pads, buses of tracks."""
    rng = c.rng
    b = Board(c)
    ground = (b.base * (1 + soft(c, 60) * rng.uniform(0.01, 0.05))[..., None]).astype(np.float32)
    s, n = rng.uniform(38, 62), 2 + int(90 / b.pen.scale / 60)
    bare = chance(rng, 0.25)  # tracks only
    width = rng.uniform(2, 4.5)
    spots = [(i * s, j * s) for i in range(-n, n + 1) for j in range(-n, n + 1)]
    for x, y in spots:
        if chance(rng, 0.75 if bare else 0.5):
            b.bus(x, y, s * 0.75, width)
    if not bare:
        kinds = [b.chip, b.passive, b.passive, b.can, b.holes]
        for x, y in spots:
            if chance(rng, 0.7):
                any_of(rng, kinds)(x + rng.normal(0, 2), y + rng.normal(0, 2), s * 0.9, chance(rng, 0.5))
    left, damages = b.pen.crop(), []
    b.parts = [g for g in b.parts if g in left]
    b.tracks = [t for t in b.tracks if t[0][0][0] in left and t[0][-1][0] in left]
    b.rows = [r for r in b.rows if all(lead[0] in left for lead in r)]
    if b.tracks:
        damages += [_track_damage(b)] * (3 if bare else 1)
    if b.parts:
        damages += [_part_damage(b)] * 2
    if b.rows:
        damages += [_lead_damage(b)]
    words = ['pcb', 'printed circuit board', 'circuit board', 'board', 'electronic board', 'pcb1']
    return finish(c, ground, b.pen, words, damages, bad and bool(damages), np.ones_like(c.x))
