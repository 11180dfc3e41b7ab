# First weights: cosine patch filters and positions, similar queries and keys; saves the first epochs.
# Runs once at the start of training.
import math

import torch
from torch import nn


def cosine_filters(conv):
    """Patch filters = two-dimensional cosine basis, low frequencies of three colour axes first."""
    width, p = conv.shape[0], conv.shape[-1]
    t = (torch.arange(p) + 0.5) * math.pi / p
    basis = torch.stack([torch.cos(k * t) for k in range(p)])
    order = sorted(((u, v) for u in range(p) for v in range(p)), key=lambda q: (q[0] ** 2 + q[1] ** 2, q))
    axes = torch.tensor([[1., 1, 1], [1, -1, 0], [1, 1, -2]])
    axes = axes / axes.norm(dim=1, keepdim=True)
    counts = [width - 2 * (width // 6), width // 6, width // 6]
    rows = []
    for axis, count in zip(axes, counts):
        for u, v in order[:count]:
            f = basis[u][:, None] * basis[v][None]
            # pictures hold less at high frequencies: lift them so that every filter starts equally loud
            rows.append(axis[:, None, None] * f / f.norm() * 0.5 * (1 + math.hypot(u, v)) ** 0.7)
    return torch.stack(rows)


def cosine_positions(table, grid):
    """sin/cos position code for the patch rows, row 0 (class) stays zero."""
    width = table.shape[1]
    freq = 1 / 100 ** (torch.arange(width // 4) / (width // 4))
    y, x = torch.meshgrid(torch.arange(grid), torch.arange(grid), indexing='ij')
    code = [f(axis.reshape(-1, 1) * freq) for axis in (x, y) for f in (torch.sin, torch.cos)]
    table[1:] = torch.cat(code, 1) * 0.2


@torch.no_grad()
def initialise(model):
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.trunc_normal_(module.weight, std=module.in_features ** -0.5 * 0.7)
            nn.init.zeros_(module.bias)
    nn.init.normal_(model.token_embedding.weight, std=0.05)
    nn.init.normal_(model.positional_embedding, std=0.02)
    nn.init.normal_(model.visual.class_embedding, std=0.3)
    nn.init.normal_(model.text_projection, std=model.text_projection.shape[0] ** -0.5)
    nn.init.normal_(model.visual.proj, std=model.visual.proj.shape[0] ** -0.5)
    model.visual.conv1.weight.copy_(cosine_filters(model.visual.conv1.weight))
    cosine_positions(model.visual.positional_embedding, model.visual.grid)
    for tower in (model.visual.transformer, model.transformer):
        depth = len(tower.resblocks)
        for block in tower.resblocks:
            w = block.attn.in_proj_weight
            n = w.shape[1]
            nn.init.trunc_normal_(w, std=n ** -0.5 * 0.7)
            # keys start close to queries: a patch first looks at patches like itself
            w[n:2 * n] = 0.7 * w[:n] + 0.7 * w[n:2 * n]
            for out in (block.attn.out_proj, block.mlp.c_proj):
                out.weight.mul_((2 * depth) ** -0.5 * 1.4)
