# Packaging and medicine: bottles from above, caps, labels with print, blisters, printed pills.
# Runs inside the generator; returns the whole and the damaged part (structured.py).
import numpy as np

from .noise import chance, colour, mix, near_colour, relief, soft, spectral, step
from .pen import LETTERS, Pen, blurred, rough_light
from .structured import Drawn, any_of, changed, enough, finish


def _word(rng, low, high):
    return ''.join(any_of(rng, LETTERS) for _ in range(rng.integers(low, high)))


def _patch(c, x, y, size, edge=1.5, rough=0.35):
    """Irregular soft-edged area at a point."""
    u, v = c.rotated(x, y)
    return step(size * (1 + rough * soft(c, 240 / max(size, 4))) - np.hypot(u, v / c.rng.uniform(.5, 1)), edge)


def bottle(c, bad):
    """The mouth of a bottle from above: rings of glass, light and dark, one opening."""
    rng = c.rng
    cx, cy, R = *rng.uniform(112, 128, 2), rng.uniform(75, 112)
    r, th = np.hypot(c.x - cx, c.y - cy), np.arctan2(c.y - cy, c.x - cx)
    bright = chance(rng, .6)
    ground = (np.full(3, rng.uniform(.85, .98)) if bright else colour(rng, .02, .3)) * np.ones((c.size, c.size, 3))
    knots = np.concatenate([[0], np.sort(rng.uniform(.35, 1, rng.integers(8, 16))), [1.02]])
    level = rng.uniform(.04, .7, len(knots)) * np.linspace(rng.uniform(.1, 1), 1, len(knots))
    level[:2] = rng.uniform(.02, .5)  # the inside is even
    tint = np.clip(rng.uniform(.5, 1.1, 3), 0, 1)
    glass = np.interp(r / R, knots, level)[..., None] * tint
    glass = glass + (np.exp(-((r / R - rng.uniform(.55, .95)) / .02) ** 2) * np.abs(np.cos(th - c.light)) ** 4 * .5)[..., None]
    before = (mix(ground, glass, step(R - r, 1.5)) * rough_light(c)).astype(np.float32)
    area = step(R * knots[1] - r, 2)
    words = ['bottle', 'glass bottle', 'jar', 'cup', 'vial', 'can']
    if not bad:
        return Drawn(before, before, area, words, '')
    a = rng.uniform(0, 6.3)
    if chance(rng, .55):  # the rim is broken: a piece is gone or splintered
        d, size = R * rng.uniform(.72, 1.0), rng.uniform(5, 30)
        piece = _patch(c, cx + d * np.cos(a), cy + d * np.sin(a), size, 1.2, .5) * step(R - r, 1.5)
        facet = np.sign(soft(c, 240 / size * 3)) * rng.uniform(.1, .35)
        new = mix(glass * rng.uniform(.2, .6), ground, np.float32(rng.choice([0, .8])) * np.ones_like(piece)) + facet[..., None]
        word = 'broken rim'
    else:
        d, size = R * knots[1] * rng.uniform(0, .85), rng.uniform(3, 26)
        piece = _patch(c, cx + d * np.cos(a), cy + d * np.sin(a), size, 2, .5) * area
        new = colour(rng) * (1 + .15 * soft(c, 50))[..., None] * np.ones_like(before)
        word = 'contamination'
    after = mix(before, new, piece).astype(np.float32)
    return Drawn(before, after, area, words, word if enough(c, changed(before, after)) else '')


def cap(c, bad):
    """A cap or lid: knurled rim, bevel, printed or embossed mark."""
    rng = c.rng
    cx, cy, R = *rng.uniform(108, 132, 2), rng.uniform(60, 108)
    r, th = np.hypot(c.x - cx, c.y - cy), np.arctan2(c.y - cy, c.x - cx)
    tone = colour(rng, .1, .95)
    knurl = np.tanh(np.sin(rng.integers(20, 90) * th) * 2)
    reach = R + knurl * rng.uniform(0, 2.5)
    inner = R * rng.uniform(.75, .92)
    height = np.minimum(np.clip((reach - r) / 4, 0, 1) * 4, 4) - 2 * step(inner - r, 5) * chance(rng, .6)
    pen = Pen(c, cx, cy, rng.uniform(0, 6.3), inner / 60)
    ink = tone * .3 if tone.mean() > .45 else np.full(3, .92)
    lines, letters = rng.integers(1, 4), []
    for k in range(lines):
        letters += pen.text(0, (k - (lines - 1) / 2) * 27, _word(rng, 2, 6), rng.uniform(14, 20), rng.uniform(2, 4), ink)
    if chance(rng, .5):
        pen.open()
        t = np.linspace(0, 6.3, 50)
        pen.line(np.stack([np.cos(t), np.sin(t)], 1) * 52, 2, ink)
    light = 1 + relief(c, c.blur(height.astype(np.float32), .8), .8) * .45
    ground = colour(rng) * (1 + .04 * soft(c, 5))[..., None]
    body = mix(ground, tone * np.ones_like(ground), step(reach - r, 1.5)).astype(np.float32)
    light = light[..., None] * rough_light(c)
    area = step(R - 2 - r, 2)

    def lost(p):
        p.drop(any_of(rng, letters))
        return 'missing letter'

    def smear(p):
        g, way = any_of(rng, letters), rng.normal(0, 1, 2)
        way *= rng.uniform(6, 16) / np.hypot(*way)
        for i in p.of(g):
            for t in (.3, .6, 1):
                p.group = g
                p.line(i.points + way * t, i.width * 1.2, i.tone * (1 - .4 * t) + tone * .4 * t)
        return 'smeared print'

    def dent(p):  # the rim pressed in
        a, wide = rng.uniform(0, 6.3), rng.uniform(7, 20)
        p.open()
        p.disc(np.cos(a) * 60 * R / inner * 1.06, np.sin(a) * 60 * R / inner * 1.06, wide, ground.mean((0, 1)))
        return 'broken rim'

    def shift(p):
        g = any_of(rng, letters)
        p.move(g, *(rng.choice([-1, 1], 2) * rng.uniform(3, 7, 2)), rng.choice([-1, 1]) * rng.uniform(.2, .7))
        return 'misplaced print'

    return finish(c, body, pen, ['cap', 'lid', 'bottle cap', 'button', 'coin', 'jar lid'], [lost, smear, dent, shift], bad, area, light)


def label(c, bad):
    """A printed label on a product: lines of text, a bar code, a frame."""
    rng = c.rng
    pen = Pen(c, *rng.uniform(108, 132, 2), rng.choice([0, 0, np.pi / 2, rng.uniform(0, 6.3)]) + rng.normal(0, .03), rng.uniform(.8, 1.5))
    ground = (colour(rng) * (1 + .04 * soft(c, 4) + .02 * spectral(c, 1))[..., None]).astype(np.float32)
    paper, ink = near_colour(rng, colour(rng, .6, .95), .02), near_colour(rng, colour(rng, .02, .3), .02)
    w, h = rng.uniform(120, 200), rng.uniform(80, 170)
    pen.box(0, 0, w, h, paper, .6)
    if chance(rng, .4):
        pen.line(np.array([(-w, -h), (w, -h), (w, h), (-w, h), (-w, -h)]) * .46, 2, colour(rng))
    letters, bars, y = [], [], -h * .4
    while y < h * .3:
        size = rng.uniform(8, 22)
        if chance(rng, .25) and y + 22 < h * .4:
            x = -w * .4
            while x < w * .4:
                b = rng.uniform(1, 4.5)
                bars.append(pen.open())
                pen.box(x + b / 2, y + 12, b, 24, ink)
                x += b + rng.uniform(1.2, 4)
            y += 30
        else:
            letters += pen.text(rng.normal(0, 3), y + size / 2, _word(rng, 3, max(4, int(w * .85 / size / .72))), size, size * .13, ink)
            y += size * 1.7
    left = pen.crop()
    letters, bars = [g for g in letters if g in left], [g for g in bars if g in left]

    def lost(p):
        k = rng.integers(len(letters))
        for g in letters[k:k + rng.integers(1, 4)]:
            p.drop(g)
        return 'missing letter'

    def smear(p):
        k, way = rng.integers(len(letters)), rng.uniform(5, 22) * rng.choice([-1, 1])
        for g in letters[k:k + rng.integers(1, 5)]:
            for i in p.of(g):
                for t in (.35, .7, 1):
                    p.group = g
                    p.line(i.points + (way * t, 0), i.width * 1.3, ink * (1 - .6 * t) + paper * .6 * t)
        return 'smeared print'

    def shift(p):
        k = rng.integers(len(letters))
        way = rng.choice([-1, 1], 2) * rng.uniform(2, 7, 2)
        for g in letters[k:k + rng.integers(1, 5)]:
            p.move(g, *way, rng.normal(0, .25))
        return 'misplaced print'

    def torn(p):
        p.open()
        x, y, d = rng.choice([-1, 1]) * w / 2, rng.choice([-1, 1]) * h / 2, rng.uniform(12, 45, 2)
        mid = np.linspace(0, 1, 7)[:, None] * np.array([[-d[0] * np.sign(x), d[1] * np.sign(y)]]) + rng.normal(0, 2, (7, 2))
        p.poly(np.concatenate([[(x * 1.02, y * 1.02), (x * 1.02, y - d[1] * np.sign(y))], mid + (x, y - d[1] * np.sign(y))]),
               ground.mean((0, 1)))
        return 'torn label'

    def bar(p):
        if not bars:
            return ''
        for g in bars[rng.integers(len(bars)):][:rng.integers(1, 4)]:
            p.drop(g)
        return 'misprint'

    return finish(c, ground, pen, ['label', 'sticker', 'box', 'carton', 'printed label', 'package'],
                  [lost, smear, shift, torn, bar], bad and bool(letters))


def blister(c, bad):
    """Tablets in the cells of a blister or tray."""
    rng = c.rng
    pen = Pen(c, *rng.uniform(105, 135, 2), rng.choice([0, rng.uniform(0, 6.3)]), rng.uniform(.75, 1.3))
    foil = near_colour(rng, np.full(3, rng.uniform(.45, .85)), .04)
    ground = (foil * (1 + .05 * spectral(c, .8) + .06 * soft(c, 5))[..., None]).astype(np.float32)
    p, q, long = rng.uniform(38, 60), rng.uniform(38, 60), chance(rng, .4)
    tone, second = colour(rng, .35, .97), colour(rng)
    r, cells = min(p, q) * rng.uniform(.28, .36), []
    for i in range(-3, 4):
        for j in range(-3, 4):
            x, y = i * p, j * q
            pen.open()
            pen.disc(x, y, r * 1.28, foil * .7)
            pen.disc(x - pen.lamp[0] * 2, y - pen.lamp[1] * 2, r * 1.2, np.clip(foil * 1.15, 0, 1))
            g = pen.open()
            if long:
                pen.tube([(x - r * .5, y), (x + r * .5, y)], r * 1.1, tone, 1)
                pen.disc(x - r * .5, y, r * .55, tone * .9)
                pen.disc(x + r * .5, y, r * .55, second * .9)
            else:
                pen.ball(x, y, r, tone, 1, .15)
                pen.disc(x, y, r * .72, tone)
                pen.line([(x - r * .6, y), (x + r * .6, y)], r * .08, tone * .75)
            cells.append((g, x, y))
    left = pen.crop()
    cells = [s for s in cells if s[0] in left and pen.inside(s[1], s[2])]

    def gone(b):
        b.drop(any_of(rng, cells)[0])
        return 'missing pill'

    def other(b):
        to = colour(rng)
        b.recolour(any_of(rng, cells)[0], lambda t: t * .25 + to * .7)
        return 'wrong colour'

    def broken(b):
        _, x, y = any_of(rng, cells)
        b.open()
        a, k = rng.uniform(0, 6.3), rng.uniform(.1, .6)
        t = a + np.linspace(-1.3, 1.3, 9)
        rim = np.stack([np.cos(t), np.sin(t)], 1) * r * 1.04 + (x, y)
        chord = np.linspace(rim[-1], rim[0], 6)[1:-1] + rng.normal(0, r * .07, (4, 2)) - np.array([np.cos(a), np.sin(a)]) * r * (.3 - k)
        b.poly(np.concatenate([rim, chord]), foil * .8)
        return 'broken pill'

    def moved(b):
        b.move(any_of(rng, cells)[0], *(rng.choice([-1, 1], 2) * rng.uniform(.2, .5, 2) * r * 1.5), rng.uniform(.3, 1.5))
        return 'misplaced pill'

    return finish(c, ground, pen, ['blister pack', 'pill', 'tablet', 'blister', 'capsules'], [gone, other, broken, moved],
                  bad and bool(cells), np.ones_like(c.x))


def pill(c, bad):
    """One printed or embossed tablet, round or long."""
    rng = c.rng
    cx, cy, angle = *rng.uniform(105, 135, 2), rng.uniform(0, 6.3)
    u, v = c.rotated(cx, cy, angle)
    half, R = rng.choice([0, rng.uniform(20, 55)]), rng.uniform(42, 68)
    rim = R - np.hypot(np.maximum(np.abs(u) - half, 0), v)
    tone, alpha = colour(rng, .5, .97), step(rim, 1.5)
    ground = colour(rng, .02, .8) * (1 + .04 * soft(c, 4))[..., None]
    skin = tone * (1 + .02 * spectral(c, .7))[..., None]
    if chance(rng, .5):  # speckled pills are good pills
        skin = mix(skin, colour(rng) * np.ones_like(skin), step(spectral(c, .6) - rng.uniform(1.8, 2.6), .5) * .8)
    two = colour(rng, .3, .95)
    if half and chance(rng, .4):
        skin = mix(skin, two * np.ones_like(skin), step(u, 1.5))
    dome = np.sqrt(np.clip(rim / R, 0, 1)) * R * .5
    light = 1 + relief(c, dome.astype(np.float32), .5) * rng.uniform(.2, .5)
    body = mix(ground * (1 - .4 * np.roll(blurred(c, alpha, 4), 3))[..., None], skin, alpha).astype(np.float32)
    if chance(rng, .4):  # embossed instead of printed
        ink = tone * rng.uniform(.7, .85)
    else:
        ink = near_colour(rng, tone * .25, .05)
    pen = Pen(c, cx, cy, angle, R / 50)
    letters = pen.text(0, 0, _word(rng, 1, 4 + int(half / 12)), rng.uniform(22, 34), rng.uniform(2.5, 5), ink)
    if chance(rng, .3):
        pen.open()
        pen.line([(-45 - half, 26), (45 + half, 26)], 2, tone * .8)

    def lost(p):
        for i in p.of(any_of(rng, letters))[:2]:
            i.points = i.points[:1 + len(i.points) // 2]
        return 'faulty imprint'

    def shift(p):
        for g in letters:
            p.move(g, *(rng.normal(0, 4, 2)), rng.normal(0, .3))
        return 'faulty imprint'

    def chipped(p):
        a = rng.uniform(0, 6.3)
        p.open()
        x, y, r = (half * np.sign(np.cos(a)) + R * np.cos(a)) / p.scale, R * np.sin(a) / p.scale, rng.uniform(6, 18)
        t = np.linspace(0, 6.28, 11)
        p.poly(np.stack([x + r * np.cos(t) * rng.uniform(.7, 1.3, 11), y + r * np.sin(t) * rng.uniform(.7, 1.3, 11)], 1), ground.mean((0, 1)))
        return 'chipped edge'

    def scratch(p):
        p.open()
        a, b = rng.normal(0, 22, 2), rng.normal(0, 22, 2)
        p.line(np.stack([a, (a + b) / 2 + rng.normal(0, 3, 2), b]), rng.uniform(1, 3), tone * rng.uniform(.4, .8))
        return 'scratch'

    def spots(p):
        p.open()
        t = colour(rng)
        for _ in range(rng.integers(1, 9)):
            p.disc(*rng.normal(0, 20, 2), rng.uniform(1.5, 7), t)
        return 'contamination'

    return finish(c, body, pen, ['pill', 'tablet', 'capsule', 'candy'], [lost, shift, chipped, scratch, spots], bad, alpha,
                  light[..., None] * rough_light(c))
