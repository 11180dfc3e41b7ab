# Rows of small alike things: toothbrush bristles, zipper teeth, stitches of a seam; one of them wrong.
# Runs inside the generator; returns the whole and the damaged part (structured.py).
import numpy as np

from .noise import chance, colour, near_colour, soft, spectral
from .pen import Pen
from .structured import any_of, finish


def _pose(c, low, high):
    rng = c.rng
    return Pen(c, *rng.uniform(108, 132, 2), rng.choice([0, np.pi / 2, rng.uniform(0, 6.3)]), rng.uniform(low, high))


def _cloth(c):
    rng = c.rng
    u, v = c.rotated()
    p = rng.uniform(2.5, 6)
    weave = np.sin(u * (6.28 / p)) * np.sin(v * (6.28 / p)) * rng.uniform(.02, .12)
    return (colour(rng, .08, .85) * (1 + weave + .03 * soft(c, 4) + .04 * spectral(c, .4))[..., None]).astype(np.float32)


def toothbrush(c, bad):
    """The head from above: tufts of bristles in rows, each tuft a fan of thin rods."""
    rng, pen = c.rng, _pose(c, .8, 1.15)
    ground = (colour(rng, .03, .9) * (1 + soft(c, 4) * .03)[..., None]).astype(np.float32)
    nx, ny, p = rng.integers(3, 6), rng.integers(5, 9), rng.uniform(17, 23)
    body, tones = colour(rng, .2, .95), [colour(rng, .3, .97) for _ in range(rng.integers(1, 4))]
    t = np.linspace(0, 6.28, 40)
    w, h = (nx * .5 + .3) * p, (ny * .5 + .4) * p
    oval = np.stack([np.sign(np.cos(t)) * np.abs(np.cos(t)) ** .5 * w, np.sign(np.sin(t)) * np.abs(np.sin(t)) ** .6 * h], 1)
    pen.poly(oval, body * .8, 1)
    pen.poly(oval * .95, body)
    tufts, fan = [], rng.uniform(.1, .35)
    for j in range(ny):
        for i in range(nx):
            x, y = (i - (nx - 1) / 2) * p, (j - (ny - 1) / 2) * p
            tone, g = tones[(j + i * (len(tones) > 2)) % len(tones)], pen.open()
            pen.disc(x, y, p * .36, tone * .35, .5)
            for dx, dy in rng.normal(0, p * .15, (22, 2)):
                pen.line([(x + dx, y + dy), (x + dx * (1 + fan * 3), y + dy * (1 + fan * 3))], 1.6, tone * rng.uniform(.65, 1.05))
                pen.disc(x + dx * (1 + fan * 3), y + dy * (1 + fan * 3), 1.1, np.clip(tone * 1.1, 0, 1))
            tufts.append((g, x, y, tone))

    def gone(q):
        q.drop(any_of(rng, tufts)[0])
        return 'missing bristles'

    def bent(q):
        g, x, y, tone = any_of(rng, tufts)
        a = rng.uniform(0, 6.3)
        q.group = g
        for d in rng.normal(0, .35, rng.integers(3, 14)):
            r, s = p * rng.uniform(.6, 1.3), rng.normal(0, 1.5, 2)
            q.line([(x + s[0], y + s[1]), (x + r * np.cos(a + d), y + r * np.sin(a + d))], 1.7, tone * rng.uniform(.75, 1.1))
        return 'bent bristles'

    def wrong(q):
        tone = colour(rng)
        q.recolour(any_of(rng, tufts)[0], lambda old: old * .25 + tone * .75)
        return 'wrong colour'

    return finish(c, ground, pen, ['toothbrush', 'brush', 'bristles', 'broom'], [gone, bent, bent, wrong], bad)


def zipper(c, bad):
    """Two rows of teeth that mesh, on two tapes."""
    rng, pen, ground = c.rng, _pose(c, .7, 1.3), _cloth(c)
    pitch, reach = rng.uniform(8, 15), rng.uniform(12, 20)
    tone = near_colour(rng, colour(rng, .1, .9), .02)
    teeth, edge = [], rng.uniform(26, 44)
    tape = ground.mean((0, 1)) * rng.uniform(.6, .9)
    for side in (-1, 1):
        pen.box(side * (reach + 2), 0, 4, 700, tape, .3)
        for k in range(0, 700, 7):  # the stitches that hold the tape
            pen.line([(side * edge, k - 350), (side * edge, k - 346)], 1.2, tape * .6)
    for k in range(int(-200 / pitch), int(200 / pitch)):
        side = 1 if k % 2 else -1
        g, y = pen.open(), k * pitch
        pen.box(side * reach * .45, y, reach * 1.15, pitch * .75, tone * .6, .8)
        pen.box(side * reach * .45 + pen.lamp[0], y + pen.lamp[1], reach * .95, pitch * .45, np.clip(tone * 1.1 + .05, 0, 1))
        teeth.append((g, side, y))
    left = pen.crop()
    teeth = [t for t in teeth if t[0] in left and pen.inside(0, t[2], 25)]

    def gone(q):
        k = rng.integers(len(teeth))
        for g, _, _ in teeth[k:k + rng.integers(1, 4)]:
            q.drop(g)
        return 'broken teeth'

    def split(q):
        k, n = rng.integers(len(teeth)), rng.integers(3, 9)
        for j, (g, side, _) in enumerate(teeth[k:k + n]):
            q.move(g, side * 9 * np.sin(3.14 * (j + .5) / n), 0, rng.normal(0, .05))
        return 'split teeth'

    def squeezed(q):
        k = rng.integers(len(teeth))
        for g, _, _ in teeth[k:k + rng.integers(2, 6)]:
            q.move(g, *rng.normal(0, 1.5, 2), rng.normal(0, .35))
        return 'squeezed teeth'

    def hole(q):
        q.open()
        x, y = rng.choice([-1, 1]) * rng.uniform(edge + 5, 85), rng.uniform(-70, 70)
        t, r = np.linspace(0, 6.28, 14), rng.uniform(3, 11)
        out = r * rng.uniform(.7, 1.3, 14)
        q.poly(np.stack([x + out * np.cos(t), y + out * np.sin(t)], 1), ground.mean((0, 1)) * .2)
        for a in rng.uniform(0, 6.3, 8):  # frayed threads
            q.line([(x + r * np.cos(a), y + r * np.sin(a)), (x + r * .3 * np.cos(a + .5), y + r * .3 * np.sin(a + .5))], .9, tape * 1.3)
        return 'fabric hole'

    return finish(c, ground, pen, ['zipper', 'zip', 'fastener'], [gone, split, squeezed, hole], bad and bool(teeth), np.ones_like(c.x))


def seam(c, bad):
    """Cloth or leather with a line of stitches."""
    rng, pen, ground = c.rng, _pose(c, .8, 1.3), _cloth(c)
    base = ground.mean((0, 1))
    tone, long = colour(rng, .1, .95), rng.uniform(7, 14)
    stitches = []
    for row in rng.choice([-1, 1]) * rng.uniform(8, 45) * np.arange(rng.integers(1, 4)):
        pen.open()
        pen.line([(row - 5, -300), (row - 5, 300)], 1.6, base * .55)
        for k in range(int(-220 / long), int(220 / long)):
            g = pen.open()
            pen.tube([(row, k * long), (row, k * long + long * .72)], rng.uniform(2.4, 2.8), tone, .4, .15)
            stitches.append((g, row, k * long))
    left = pen.crop()
    stitches = [s for s in stitches if s[0] in left and pen.inside(*s[1:], 20)]

    def gone(q):
        k = rng.integers(len(stitches))
        for g, _, _ in stitches[k:k + rng.integers(1, 5)]:
            q.drop(g)
        return 'open seam'

    def pulled(q):
        g, x, y = any_of(rng, stitches)
        q.open()
        a, r = rng.uniform(0, 6.3), rng.uniform(10, 34)
        t = np.linspace(0, 1, 14)
        q.line(np.stack([x + np.cos(a) * r * t + 6 * np.sin(t * rng.uniform(3, 8)), y + np.sin(a) * r * t], 1), 1.8, tone * .9, .4)
        return 'pulled thread'

    def gape(q):
        _, x, y = any_of(rng, stitches)
        q.open()
        t, h = np.linspace(0, 3.14, 12), rng.uniform(8, 26)
        s = np.sin(t) * rng.uniform(2.5, 7)
        q.poly(np.concatenate([np.stack([x - s, y - h * np.cos(t)], 1), np.stack([x + s, y - h * np.cos(t)], 1)[::-1]]), base * .15)
        return 'open seam'

    return finish(c, ground, pen, ['seam', 'stitching', 'textile', 'fabric', 'leather'], [gone, pulled, gape], bad and bool(stitches), np.ones_like(c.x))
