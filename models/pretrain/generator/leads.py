# Things with leads and wires: transistors, connectors, cables in section, wire bundles, solder joints.
# Runs inside the generator; returns the whole and the damaged part (structured.py).
import numpy as np

from .noise import chance, colour, near_colour, soft
from .pen import LETTERS, Pen
from .structured import any_of, finish

WIRES = [(.75, .12, .1), (.1, .25, .7), (.85, .75, .1), (.1, .5, .2), (.55, .32, .15), (.12, .12, .12), (.85, .85, .82),
         (.9, .45, .1), (.5, .5, .52), (.45, .2, .55)]
COPPER = np.array([.78, .5, .3])


def _ground(c, low=0.05, high=0.9):
    tone = colour(c.rng, low, high)
    return (tone * (1 + soft(c, 5) * 0.03 + soft(c, 90) * c.rng.uniform(0, 0.04))[..., None]).astype(np.float32)


def _pose(c, low, high):
    rng = c.rng
    return Pen(c, *rng.uniform(105, 135, 2), rng.choice([0, np.pi / 2, rng.uniform(0, 6.3)]), rng.uniform(low, high))


def transistor(c, bad):
    """A package with its leads in a row of holes."""
    rng, pen, ground = c.rng, _pose(c, 0.7, 1.25), _ground(c)
    if chance(rng, 0.6):  # perforated board below
        hole, p = near_colour(rng, ground.mean((0, 1)) * 0.4, 0.03), rng.uniform(14, 26)
        for i in range(-9, 10):
            for j in range(-9, 10):
                pen.disc(i * p, j * p, p * 0.2, hole)
    n, w, h = rng.integers(2, 6), rng.uniform(50, 90), rng.uniform(40, 70)
    tin, reach, thick = near_colour(rng, np.array([.72, .72, .7]), 0.05), rng.uniform(35, 60), rng.uniform(3.5, 7)
    leads = []
    for k in range(n):
        x = (k - (n - 1) / 2) * w * 0.8 / max(n - 1, 1)
        g = pen.open()
        pen.tube([(x, h * 0.4), (x, h * 0.5 + reach * 0.4), (x * 1.15, h * 0.5 + reach)], thick, tin, 1.2)
        leads.append((g, x))
    body = pen.open()
    tone = near_colour(rng, np.full(3, rng.uniform(0.06, 0.3)), 0.02)
    if chance(rng, 0.4):
        pen.box(0, -h * 0.7, w, h * 0.5, tin, 1)
        pen.disc(0, -h * 0.75, h * 0.14, tin * 0.3)
    pen.box(0, 0, w, h, tone, 2)
    pen.box(pen.lamp[0] * 2, pen.lamp[1] * 2, w * 0.92, h * 0.92, tone * 1.3)
    label = pen.text(0, 0, ''.join(any_of(rng, LETTERS) for _ in range(5)), h * 0.2, h * 0.035, tone + 0.35)
    tail = (h * 0.5 + reach)

    def bent(p):
        g, x = any_of(rng, leads)
        p.drop(g)
        p.group, old = g, p.items
        p.items = []
        aside = rng.choice([-1, 1]) * rng.uniform(8, 28)
        p.tube([(x, h * 0.4), (x, h * 0.55), (x + aside, tail * rng.uniform(0.75, 1))], thick, tin, 1.2)
        first = next(k for k, i in enumerate(old) if i.group == body)
        p.items = old[:first] + p.items + old[first:]
        return 'bent lead'

    def cut(p):
        g, x = any_of(rng, leads)
        y = h * 0.5 + reach * rng.uniform(0.1, 0.7)
        for i in p.of(g):
            i.points = np.minimum(i.points, [np.inf, y])
        return 'cut lead'

    def gone(p):
        p.drop(any_of(rng, leads)[0])
        return 'missing lead'

    def askew(p):
        angle, aside = rng.choice([-1, 1]) * rng.uniform(0.08, 0.3), rng.normal(0, 4, 2)
        for g in [body] + label:
            p.move(g, *aside, angle if g == body else 0)
        return 'misplaced part'

    def chipped(p):
        p.open()
        x, y, r = rng.choice([-1, 1]) * w / 2, rng.choice([-1, 1]) * h / 2, rng.uniform(5, 12)
        a = np.linspace(0, 6.28, 9)
        edge = np.stack([x + r * np.cos(a) * rng.uniform(.6, 1.2, 9), y + r * np.sin(a) * rng.uniform(.6, 1.2, 9)], 1)
        p.poly(np.clip(edge, [-w / 2, -h / 2], [w / 2, h / 2]), tone * 2 + 0.12)
        return 'damaged case'

    return finish(c, ground, pen, ['transistor', 'chip', 'electronic component', 'voltage regulator'],
                  [bent, bent, cut, gone, askew, chipped], bad)


def connector(c, bad):
    """Rows of pins in a housing."""
    rng, pen, ground = c.rng, _pose(c, 0.7, 1.2), _ground(c)
    rows, cols, p = rng.integers(1, 4), rng.integers(3, 11), rng.uniform(13, 22)
    tone = near_colour(rng, colour(rng, 0.05, 0.9), 0.02)
    dark, tin = tone * rng.uniform(0.25, 0.6), near_colour(rng, np.array(any_of(rng, [(.8, .8, .8), (.85, .68, .3)])), .04)
    pen.box(0, 0, cols * p + p, rows * p + p, tone, 3)
    pen.box(0, 0, cols * p + p * .7, rows * p + p * .7, tone * 1.15)
    pen.box(0, 0, cols * p + p * .2, rows * p + p * .2, dark)
    if chance(rng, 0.5):  # the key of the housing
        pen.box(0, -(rows * p + p) / 2, p * 1.4, p * .6, dark)
    side, style, r = chance(rng, 0.45), rng.integers(2), p * rng.uniform(0.14, 0.26)
    reach = p * rng.uniform(1.2, 2.6)
    pins = []
    for j in range(rows):
        for i in range(cols):
            x, y = (i - (cols - 1) / 2) * p, (j - (rows - 1) / 2) * p
            g = pen.open()
            if side and j == 0:  # pins leave the housing
                y = -(rows * p + p) / 2
                pen.tube([(x, y), (x, y - reach)], r * 2, tin, 1)
            elif style:
                pen.box(x, y, r * 2.4, r * 2.4, tin * .6, 0.5)
                pen.box(x + pen.lamp[0] * r * .3, y + pen.lamp[1] * r * .3, r * 1.5, r * 1.5, tin)
            else:
                pen.ball(x, y, r, tin, 0.5)
            pins.append((g, x, y, side and j == 0))

    def bent(pp):
        g, x, y, out = any_of(rng, pins)
        if out:
            pp.drop(g)
            pp.open()
            s = rng.choice([-1, 1]) * rng.uniform(0.5, 1.3) * p
            pp.tube([(x, y), (x + s * .15, y - reach * .35), (x + s, y - reach * rng.uniform(.6, .95))], r * 2, tin, 1)
        else:
            pp.move(g, *(rng.choice([-1, 1], 2) * rng.uniform(.15, .4, 2) * p), rng.uniform(.2, 1))
        return 'bent pin'

    def gone(pp):
        pp.drop(any_of(rng, pins)[0])
        return 'missing pin'

    def short(pp):
        k = rng.integers(1, len(pins))
        a, b = pins[k - 1], pins[k]
        if a[3] != b[3] or abs(a[1] - b[1]) > p * 1.5:
            return ''
        pp.open()
        low = reach * rng.uniform(.2, .7) * a[3]
        pp.tube([(a[1], a[2] - low), (b[1], b[2] - low)], r * rng.uniform(1.2, 2), tin * .9, .5)
        return 'solder bridge'

    return finish(c, ground, pen, ['connector', 'plug', 'socket', 'pin header', 'terminal'], [bent, bent, gone, short], bad)


def cable(c, bad):
    """The end of a cable: a sheath, cores in their colours, strands of copper."""
    rng, pen, ground = c.rng, _pose(c, 0.85, 1.3), _ground(c)
    n, R = rng.integers(2, 5), 78.0
    sheath = near_colour(rng, colour(rng, 0.1, 0.9), 0.02)
    pen.ball(0, 0, R, sheath, 3, 0.0)
    pen.disc(0, 0, R * .9, sheath)
    pen.disc(0, 0, R * .8, sheath * .55)
    away, r = (R * .43, R * .34) if n < 4 else (R * .46, R * .29)
    cores, colours = [], rng.permutation(len(WIRES))[:n]
    for k in range(n):
        a = 2 * np.pi * k / n + rng.normal(0, .06)
        x, y, tone = away * np.cos(a), away * np.sin(a), near_colour(rng, np.array(WIRES[colours[k]]), .04)
        jacket = pen.open()
        pen.ball(x, y, r, tone, .6, 0)
        pen.disc(x, y, r * .9, tone)
        pen.disc(x, y, r * .66, tone * .25)
        strands, q = [], r * .62
        for i, (m, d) in enumerate(((1, 0), (6, .36), (12, .72))):
            for s in range(m):
                b = 2 * np.pi * s / m + rng.normal(0, .12) + i
                sx, sy = x + q * d * np.cos(b), y + q * d * np.sin(b)
                g = pen.open()
                pen.ball(sx, sy, q * rng.uniform(.17, .2), np.clip(COPPER * rng.uniform(.8, 1.15), 0, 1), .2, .25)
                strands.append((g, sx, sy))
        cores.append((jacket, tone, x, y, strands))

    def missing_core(p):
        jacket, _, _, _, strands = any_of(rng, cores)
        for g in [jacket] + [s[0] for s in strands]:
            p.drop(g)
        return 'missing wire'

    def swapped(p):
        a, b = rng.permutation(n)[:2]
        ratio = cores[b][1] / np.maximum(cores[a][1], .02)
        p.recolour(cores[a][0], lambda t: t * ratio)
        return 'swapped cable'

    def missing_strands(p):
        strands = any_of(rng, cores)[4]
        sx, sy = any_of(rng, strands)[1:]
        near = sorted(strands, key=lambda s: (s[1] - sx) ** 2 + (s[2] - sy) ** 2)
        for s in near[:rng.integers(1, 6)]:
            p.drop(s[0])
        return 'missing strand'

    def bent(p):
        _, _, x, y, strands = any_of(rng, cores)
        g, sx, sy = any_of(rng, strands[7:])
        p.open()
        a = rng.uniform(0, 6.3)
        end = (sx + r * rng.uniform(.4, 1.2) * np.cos(a), sy + r * rng.uniform(.4, 1.2) * np.sin(a))
        p.tube([(sx, sy), ((sx + end[0]) / 2 + rng.normal(0, 3), (sy + end[1]) / 2 + rng.normal(0, 3)), end], r * .2, COPPER, .8)
        return 'bent wire'

    def cut(p):
        p.open()
        inner = chance(rng, .5)
        _, _, x, y, _ = any_of(rng, cores) if inner else (0, 0, 0., 0., 0)
        a, lo, hi = rng.uniform(0, 6.3), (.7 if inner else .82) * (r if inner else R), 1.03 * (r if inner else R)
        t = a + np.linspace(-.5, .5, 9) * rng.uniform(.2, 1.1)
        jag = rng.uniform(.97, 1.03, 9)
        edge = np.concatenate([np.stack([np.cos(t), np.sin(t)], 1) * (lo * jag)[:, None],
                               np.stack([np.cos(t), np.sin(t)], 1)[::-1] * hi]) + (x, y)
        p.poly(edge, sheath * .3 if inner else ground.mean((0, 1)))
        return 'cut insulation'

    return finish(c, ground, pen, ['cable', 'wire', 'cable end', 'cord'],
                  [missing_core, swapped, missing_strands, missing_strands, bent, cut, cut], bad)


def wires(c, bad):
    """Wires side by side, in their colours."""
    rng, pen, ground = c.rng, _pose(c, .9, 1.3), _ground(c)
    n, w = rng.integers(4, 12), rng.uniform(8, 18)
    tones = [near_colour(rng, np.array(any_of(rng, WIRES)), .04) for _ in range(n)]
    if chance(rng, .3):
        tones = [tones[0]] * n
    gap, sway = w * rng.uniform(1, 1.25), rng.uniform(0, 14)
    xs = np.linspace(-190, 190, 24)
    bow = sway * np.sin(xs / rng.uniform(40, 90) + rng.uniform(0, 6))
    lanes = []
    for k in range(n):
        y = (k - (n - 1) / 2) * gap
        g = pen.open()
        pen.tube(np.stack([xs, y + bow], 1), w, tones[k], 1)
        lanes.append((g, y))

    def swapped(p):
        k = rng.integers(1, n)
        ratio = tones[k - 1] / np.maximum(tones[k], .02)
        p.recolour(lanes[k][0], lambda t: t * ratio)
        return 'swapped wire' if np.abs(tones[k] - tones[k - 1]).max() > .15 else ''

    def gone(p):
        p.drop(any_of(rng, lanes[1:-1])[0])  # an outer one would leave no gap
        return 'missing wire'

    def cut(p):
        k, at = rng.integers(n), rng.uniform(-70, 70)
        near = np.linspace(at, at + rng.uniform(6, 26), 6)
        pts = np.stack([near, lanes[k][1] + np.interp(near, xs, bow)], 1)
        p.open()
        if chance(rng, .6):
            for s in (-.3, 0, .3):
                p.tube(pts + (0, s * w), w * .3, COPPER, 0)
            return 'cut insulation'
        p.line(pts, w * 1.04, ground.mean((0, 1)) * .6)
        return 'broken wire'

    def kink(p):
        k, at = rng.integers(n), rng.uniform(-60, 60)
        bump = rng.choice([-1, 1]) * rng.uniform(.5, 1.6) * w * np.exp(-((xs - at) / 18) ** 2)
        for i in p.of(lanes[k][0]):
            i.points = i.points + np.stack([0 * bump, bump], 1)
        mine = p.of(lanes[k][0])
        p.drop(lanes[k][0])
        p.items += mine
        return 'bent wire'

    return finish(c, ground, pen, ['wire', 'cable', 'wire bundle', 'ribbon cable', 'rope', 'thread'],
                  [swapped, gone, cut, cut, kink], bad)
