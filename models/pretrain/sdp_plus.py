# SDP+: four linear heads on the tapped patches of the frozen tower, and their maps (spec C).
# Runs in heads.py (training) and infer.py.
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from clip import EMBED, STAGES, VISION
from losses import sandwich

GRID = VISION['size'] // VISION['patch']


def align_corners_matrix(n, size):
    """Bilinear, corners aligned: what CLIP-AD uses for the head maps."""
    s = np.arange(size) * (n - 1) / (size - 1)
    i = np.minimum(np.floor(s).astype(int), n - 2)
    m = np.zeros((size, n), np.float32)
    m[np.arange(size), i] = 1 - (s - i)
    m[np.arange(size), i + 1] += s - i
    return torch.from_numpy(m)


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.ModuleList(nn.Linear(VISION['width'], EMBED) for _ in range(STAGES))

    def logits(self, taps, pair, size):
        """taps: 4 x [B,1+N,W], pair [D,2] -> [4,B,size,size] logits 100 * cos difference."""
        up, u = align_corners_matrix(GRID, size), pair[:, 1] - pair[:, 0]
        maps = []
        for rows, fc in zip(taps, self.fc):
            d = 100 * F.normalize(fc(rows[:, 1:].float()), dim=-1) @ u
            maps.append(sandwich(up, d.view(-1, GRID, GRID)))
        return torch.stack(maps)
