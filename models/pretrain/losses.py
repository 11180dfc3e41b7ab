# What training minimises: the map and the scores that the product itself computes.
# Runs in training; scale and bias parameters here are thrown away at export.
import math
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter1d
from torch import nn

CELL = 4  # pixels per patch side at the training resolution of the map


def upsample_matrix(n, size):
    """Bilinear, half-pixel centres."""
    s = np.clip((np.arange(size) + 0.5) * n / size - 0.5, 0, n - 1)
    i = np.minimum(np.floor(s).astype(int), n - 2)
    m = np.zeros((size, n), np.float32)
    m[np.arange(size), i] = 1 - (s - i)
    m[np.arange(size), i + 1] += s - i
    return m


def sandwich(m, a):
    return m @ a @ m.t()


def focal_dice(logits, target):
    """Focal finds the rare defect pixels (mean of all); dice keeps their outline (one per picture)."""
    p = logits.sigmoid()
    ce = F.binary_cross_entropy_with_logits(logits, target, reduction='none')
    focal = ((p - target).abs() ** 2 * ce).mean() * 10
    inter, total = (p * target).sum((1, 2)), p.sum((1, 2)) + target.sum((1, 2))
    return focal, 1 - (2 * inter + 1) / (total + 1)


class Objective(nn.Module):
    def __init__(self, width, image_weight=0.1, score0_weight=0.001, smoothing=0.08):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor([5.0, 1.5, 5.0]).log())
        self.bias = nn.Parameter(torch.tensor([-2.5, -2.5, -1.0]))
        self.head = nn.Linear(width, CELL * CELL)
        nn.init.constant_(self.head.bias, -2.0)
        self.smoothing, self.image_weight, self.score0_weight = smoothing, image_weight, score0_weight
        self.register_buffer('settled', torch.tensor(False))

    @staticmethod
    @lru_cache(maxsize=8)
    def matrices(grid):
        """Enlarging, and enlarging with the product's smoothing (sigma half a patch), for score1."""
        up = upsample_matrix(grid, grid * CELL)
        return torch.from_numpy(up), torch.from_numpy(gaussian_filter1d(up, CELL / 2, axis=0, mode='reflect'))

    def _logits(self, a, k):
        return a * self.log_scale[k].exp() + self.bias[k]

    def map_loss(self, logits, target, bad):
        """Dice counts fully only where there is a defect to outline."""
        focal, dice = focal_dice(logits, target)
        return focal, (dice * bad).sum() / bad.sum().clamp(min=1) + 0.3 * (dice * (1 - bad)).mean()

    def direct(self, rows):
        """A plain head on the ordinary path's patches: it teaches the trunk long before the v-v path can read it."""
        z = self.head(F.layer_norm(rows.float(), rows.shape[-1:]))
        g = int(round(rows.shape[1] ** 0.5))
        return z.view(-1, g, g, CELL, CELL).permute(0, 1, 3, 2, 4).reshape(-1, g * CELL, g * CELL)

    @torch.no_grad()
    def settle(self, total, stages):
        """Start from 'nothing is damaged', whatever level the first maps happen to have."""
        for k, (level, start) in enumerate(((total.mean(), -3.0), (stages.mean() * len(stages), -3.0), (total.mean(), -2.0))):
            self.bias[k] = start - level * self.log_scale[k].exp()
        self.settled.fill_(True)

    def forward(self, total, stages, cls, rows, target, bad):
        """total [B,g,g], stages [S,B,g,g], cls [B,2] cosines, rows [B,gg,W], target [B,4g,4g] in 0..1, bad [B] in {0,1}"""
        if not self.settled:
            self.settle(total, stages)
        up, smoothing = self.matrices(total.shape[-1])
        focal, dice = self.map_loss(self._logits(sandwich(up, total), 0), target, bad)
        s, b = stages.shape[:2]
        deep_logits = self._logits(sandwich(up, stages.flatten(0, 1)) * s, 1)
        deep = self.map_loss(deep_logits, target.repeat(s, 1, 1), bad.repeat(s))
        direct = self.map_loss(self.direct(rows), target, bad)
        smooth = self._logits(sandwich(smoothing, total), 2).flatten(1)
        peak = torch.logsumexp(smooth * 2, 1) / 2 - math.log(smooth.shape[1] / 40) / 2
        soft = bad * (1 - 2 * self.smoothing) + self.smoothing
        image = F.binary_cross_entropy_with_logits(peak, soft)
        # exactly the product's score0: temperature 100; smoothed labels keep it from saturating, and its
        # small weight below keeps a hundredfold gradient from drowning the map
        score0 = F.binary_cross_entropy_with_logits(100 * (cls[:, 1] - cls[:, 0]), soft)
        parts = dict(focal=focal, dice=dice, deep=deep[0] + deep[1], direct=direct[0] + direct[1], image=image, score0=score0)
        loss = focal + dice + 0.3 * parts['deep'] + parts['direct'] + self.image_weight * image + self.score0_weight * score0
        return loss, parts


def contrast(image, text, keys, logit_scale):
    """CLIP's symmetric InfoNCE; captions that say the same share the target."""
    same = torch.tensor([[float(a == b) for b in keys] for a in keys])
    same = same / same.sum(1, keepdim=True)
    logits = logit_scale.exp().clamp(max=100) * image @ text.t()
    return -0.5 * ((same * logits.log_softmax(1)).sum(1).mean() + (same * logits.t().log_softmax(1)).sum(1).mean())
