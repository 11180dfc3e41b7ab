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


class Objective(nn.Module):
    def __init__(self, smoothing=0.08):
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor([8.0, 2.0, 8.0]).log())
        self.bias = nn.Parameter(torch.tensor([-2.0, -2.0, -1.0]))
        self.smoothing = smoothing

    @staticmethod
    @lru_cache(maxsize=8)
    def matrices(grid):
        """Enlarging, and enlarging with the product's smoothing (sigma half a patch), for score1."""
        up = upsample_matrix(grid, grid * CELL)
        return torch.from_numpy(up), torch.from_numpy(gaussian_filter1d(up, CELL / 2, axis=0, mode='reflect'))

    def _logits(self, a, k):
        return a * self.log_scale[k].exp() + self.bias[k]

    def map_loss(self, logits, target, bad):
        """Focal finds the rare defect pixels, dice keeps their outline; dice only where there is a defect."""
        p = logits.sigmoid()
        ce = F.binary_cross_entropy_with_logits(logits, target, reduction='none')
        focal = ((p - target).abs() ** 2 * ce).mean() * 10
        inter, total = (p * target).sum((1, 2)), p.sum((1, 2)) + target.sum((1, 2))
        dice = 1 - (2 * inter + 1) / (total + 1)
        return focal, (dice * bad).sum() / bad.sum().clamp(min=1) + 0.3 * (dice * (1 - bad)).mean()

    def forward(self, total, stages, cls, target, bad):
        """total [B,g,g], stages [S,B,g,g], cls [B,2] cosines, target [B,4g,4g] in 0..1, bad [B] in {0,1}"""
        up, smoothing = self.matrices(total.shape[-1])
        focal, dice = self.map_loss(self._logits(sandwich(up, total), 0), target, bad)
        s, b = stages.shape[:2]
        deep_logits = self._logits(sandwich(up, stages.flatten(0, 1)) * s, 1)
        deep = self.map_loss(deep_logits, target.repeat(s, 1, 1), bad.repeat(s))
        smooth = self._logits(sandwich(smoothing, total), 2).flatten(1)
        peak = torch.logsumexp(smooth * 2, 1) / 2 - math.log(smooth.shape[1] / 40) / 2
        soft = bad * (1 - 2 * self.smoothing) + self.smoothing
        image = F.binary_cross_entropy_with_logits(peak, soft)
        # exactly the product's score0: temperature 100; smoothed labels keep it from saturating, and its
        # small weight below keeps a hundredfold gradient from drowning the map
        score0 = F.binary_cross_entropy_with_logits(100 * (cls[:, 1] - cls[:, 0]), soft)
        parts = dict(focal=focal, dice=dice, deep=deep[0] + deep[1], image=image, score0=score0)
        loss = focal + dice + 0.3 * parts['deep'] + 0.4 * image + 0.04 * score0
        return loss, parts


def contrast(image, text, keys, logit_scale):
    """CLIP's symmetric InfoNCE; captions that say the same share the target."""
    same = torch.tensor([[float(a == b) for b in keys] for a in keys])
    same = same / same.sum(1, keepdim=True)
    logits = logit_scale.exp().clamp(max=100) * image @ text.t()
    return -0.5 * ((same * logits.log_softmax(1)).sum(1).mean() + (same * logits.t().log_softmax(1)).sum(1).mean())
