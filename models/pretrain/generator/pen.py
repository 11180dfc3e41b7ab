# Vector drawing for structured scenes: a list of shapes that damage may change before it is painted again.
# Runs inside the generator; painting twice, whole and damaged, is what makes the masks exact.
import copy

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .noise import UNITS, soft

FINE = 2  # drawn at twice the size, then averaged: antialiasing

# strokes on a 3 x 5 grid (column, row); '/' lifts the pen
GLYPHS = {k: [[(int(p[0]), int(p[1])) for p in s.split()] for s in v.split('/')] for k, v in {
    '0': '00 20 24 04 00', '1': '01 10 14', '2': '00 20 22 02 04 24', '3': '00 20 24 04/02 22', '4': '00 02 22/20 24',
    '5': '20 00 02 22 24 04', '6': '20 00 04 24 22 02', '7': '00 20 14', '8': '00 20 24 04 00/02 22',
    '9': '22 02 00 20 24 04', 'A': '04 01 10 21 24/02 22', 'C': '20 00 04 24', 'D': '00 10 21 23 14 04 00',
    'E': '20 00 04 24/02 12', 'F': '20 00 04/02 12', 'H': '00 04/20 24/02 22', 'K': '00 04/20 02 24', 'L': '00 04 24',
    'M': '04 00 12 20 24', 'N': '04 00 24 20', 'P': '04 00 20 22 02', 'R': '04 00 20 22 02 24', 'T': '00 20/10 14',
    'U': '00 04 24 20', 'V': '00 14 20', 'X': '00 24/20 04', 'Y': '00 12 20/12 14', 'Z': '00 20 04 24', '-': '02 22',
    '+': '02 22/11 13'}.items()}
LETTERS = sorted(GLYPHS)


def turned(points, angle):
    s, k = np.sin(angle), np.cos(angle)
    return np.asarray(points, np.float64) @ np.array([[k, s], [-s, k]])


class Item:
    __slots__ = ('group', 'kind', 'points', 'tone', 'width', 'high')

    def __init__(self, group, kind, points, tone, width, high):
        self.group, self.kind, self.points, self.tone = group, kind, points, tone
        self.width, self.high = width, high


class Pen:
    """Shapes in local units around a centre; shapes of one group are one component."""

    def __init__(self, c, cx=120.0, cy=120.0, angle=0.0, scale=1.0):
        self.c, self.centre, self.angle, self.scale = c, np.array([cx, cy]), angle, scale
        self.items, self.group = [], 0
        self.shade = c.rng.uniform(0.2, 0.6)  # of cast shadows
        self.lamp = -turned([[np.cos(c.light), np.sin(c.light)]], -angle)[0]  # towards the light, locally

    def copy(self):
        other = copy.copy(self)
        other.items = [Item(i.group, i.kind, i.points, i.tone, i.width, i.high) for i in self.items]
        return other

    def open(self):
        self.group += 1
        return self.group

    def _add(self, kind, points, tone, width=0.0, high=0.0):
        self.items.append(Item(self.group, kind, np.asarray(points, np.float64), np.asarray(tone, np.float64), width, high))
        return self.items[-1]

    def line(self, points, width, tone, high=0.0):
        return self._add('line', points, tone, width, high)

    def poly(self, points, tone, high=0.0):
        return self._add('poly', points, tone, 0, high)

    def disc(self, x, y, r, tone, high=0.0):
        return self._add('disc', [(x, y)], tone, 2 * r, high)

    def box(self, x, y, w, h, tone, high=0.0, angle=0.0):
        pts = np.array([(-w, -h), (w, -h), (w, h), (-w, h)]) / 2
        return self.poly((turned(pts, angle) if angle else pts) + (x, y), tone, high)

    def tube(self, points, width, tone, high=1.0, gloss=0.35):
        """A round rod or wire: dark sides, lighter middle, a highlight towards the light."""
        points, tone = np.asarray(points, np.float64), np.asarray(tone)
        self.line(points, width, tone * 0.5, high)
        self.line(points + self.lamp * width * 0.07, width * 0.72, tone * 0.82)
        self.line(points + self.lamp * width * 0.14, width * 0.45, tone)
        self.line(points + self.lamp * width * 0.2, width * 0.16, np.clip(tone + gloss, 0, 1))

    def ball(self, x, y, r, tone, high=1.0, gloss=0.3):
        tone = np.asarray(tone)
        self.disc(x, y, r, tone * 0.55, high)
        for k, level in ((0.82, 0.8), (0.6, 1.0)):
            self.disc(x + self.lamp[0] * r * (1 - k) * 0.7, y + self.lamp[1] * r * (1 - k) * 0.7, r * k, tone * level)
        self.disc(x + self.lamp[0] * r * 0.35, y + self.lamp[1] * r * 0.35, r * 0.25, np.clip(tone + gloss, 0, 1))

    def text(self, x, y, string, height, width, tone, angle=0.0):
        """Letters centred on a point, each a group of its own; returns the groups."""
        step, groups = height * 0.72, []
        for k, letter in enumerate(string):
            groups.append(self.open())
            for stroke in GLYPHS.get(letter, []):
                pts = (np.array(stroke, np.float64) - (1, 2)) * height / 4 + ((k - (len(string) - 1) / 2) * step, 0)
                self.line(turned(pts, angle) + (x, y), width, tone)
        return groups

    def of(self, group):
        return [i for i in self.items if i.group == group]

    def drop(self, group):
        self.items = [i for i in self.items if i.group != group]

    def move(self, group, dx, dy, angle=0.0):
        mine = self.of(group)
        if not mine:
            return
        every = np.concatenate([i.points for i in mine])
        middle = (every.min(0) + every.max(0)) / 2
        for i in mine:
            i.points = turned(i.points - middle, angle) + middle + (dx, dy)

    def recolour(self, group, change):
        for i in self.of(group):
            i.tone = np.clip(change(i.tone), 0, 1)

    def _pixels(self, items, shift=0.0):
        """Corner points of all items on the fine page, in one transformation."""
        every = np.concatenate([i.points for i in items])
        flat = (turned(every * self.scale, self.angle) + self.centre + shift) * (self.c.unit * FINE)
        ends = np.cumsum([len(i.points) for i in items])
        return np.split(flat, ends[:-1])

    def crop(self):
        """Forgets what lies outside the picture; returns the groups that are left."""
        if self.items:
            n, grow = self.c.size * FINE, self.c.unit * FINE * self.scale
            keep = []
            for i, pts in zip(self.items, self._pixels(self.items)):
                (x0, y0), (x1, y1), r = pts.min(0), pts.max(0), i.width / 2 * grow
                if x0 - r < n and y0 - r < n and x1 + r > 0 and y1 + r > 0:
                    keep.append(i)
            self.items = keep
        return {i.group for i in self.items}

    def inside(self, x, y, margin=4.0):
        at = turned([[x * self.scale, y * self.scale]], self.angle)[0] + self.centre
        return bool(at.min() > margin and at.max() < UNITS - margin)

    def _draw(self, page, items, fills, shift=0.0):
        draw, k = ImageDraw.Draw(page), self.c.unit * FINE * self.scale
        for item, fill, pts in zip(items, fills, self._pixels(items, shift) if items else []):
            if item.kind == 'disc':
                (x, y), r = pts[0], item.width / 2 * k
                draw.ellipse([x - r, y - r, x + r, y + r], fill=fill)
            elif item.kind == 'poly':
                draw.polygon(pts.ravel().tolist(), fill=fill)
            else:
                w = max(int(round(item.width * k)), 1)
                draw.line(pts.ravel().tolist(), fill=fill, width=w, joint='curve' if len(pts) > 2 and w > 2 else None)
        return np.asarray(page.reduce(FINE), np.float32) / 255

    def cover(self, only=None, lowest=-1.0, shift=0.0):
        """0..1 field of what the shapes cover; `lowest` leaves out flat ones."""
        n = self.c.size * FINE
        mine = [i for i in self.items if i.high > lowest and (only is None or i.group in only)]
        return self._draw(Image.new('L', (n, n), 0), mine, [255] * len(mine), shift)

    def paint(self, img):
        """The picture with all shapes and their cast shadows on `img` (float, 0..1)."""
        c, n = self.c, self.c.size * FINE
        if self.shade and any(i.high > 0 for i in self.items):
            away = -turned([self.lamp], self.angle)[0]
            dark = blurred(c, self.cover(lowest=0.0, shift=away * 2.2), 1.4)
            img = img * (1 - self.shade * dark)[..., None]
        page = Image.fromarray((np.clip(img, 0, 1) * 255 + 0.5).astype(np.uint8)).resize((n, n), Image.BILINEAR)
        tones = (np.clip([i.tone for i in self.items] or [[0, 0, 0]], 0, 1) * 255).astype(int).tolist()
        return self._draw(page, self.items, [tuple(t) for t in tones])


def blurred(c, field, radius):
    """Quick blur of a 0..1 field."""
    page = Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))
    return np.asarray(page.filter(ImageFilter.GaussianBlur(radius * c.unit)), np.float32) / 255


def rough_light(c):
    """Small unevenness of brightness that both the whole and the damaged picture get."""
    rng = c.rng
    return (1 + soft(c, 110) * rng.uniform(0, 0.05) + soft(c, 4) * rng.uniform(0, 0.1))[..., None].astype(np.float32)
