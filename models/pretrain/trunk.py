# Phase 1: the ordinary path alone learns to see damage, with a plain head at the end of every stage.
# Runs inside train.py --phase trunk; the heads are thrown away, the last one also serves phase 2.
import torch
import torch.nn.functional as F
from torch import nn

from clip import STAGES, VISION, normalise_image
from losses import CELL, focal_dice
from stream import GRID


class TrunkHeads(nn.Module):
    """Per patch CELL x CELL logits at every stage end, one logit on the class token."""

    def __init__(self, width=VISION['width']):
        super().__init__()
        self.stages = nn.ModuleList(nn.Linear(width, CELL * CELL) for _ in range(STAGES))
        self.image = nn.Linear(width, 1)
        for head in self.stages:
            nn.init.constant_(head.bias, -2.0)


def stage_ends(visual, image):
    """The ordinary path only: a third cheaper than the dual path, and its gradient is direct."""
    tokens = image.shape[-1] // visual.conv1.kernel_size[0]
    x = visual.conv1(image).flatten(2).transpose(1, 2).float()
    x = torch.cat([visual.class_embedding.expand(len(x), 1, -1), x], 1) + visual.positions((0, 0), tokens)
    x = visual.ln_pre(x)
    ends = []
    blocks = visual.transformer.resblocks
    for k, block in enumerate(blocks):
        x = block(x)
        if (k + 1) % (len(blocks) // STAGES) == 0:
            ends.append(x)
    return ends


def dense(head, rows, grid=GRID):
    """Patch rows to a map of grid * CELL pixels."""
    z = head(F.layer_norm(rows.float(), rows.shape[-1:]))
    return z.view(-1, grid, grid, CELL, CELL).permute(0, 1, 3, 2, 4).reshape(-1, grid * CELL, grid * CELL)


def trunk_loss(model, heads, batch):
    images, masks, _, damages, _, _ = batch
    target = torch.from_numpy(masks)
    bad = torch.tensor([float(bool(d)) for d in damages])
    with torch.autocast('cpu', dtype=torch.bfloat16):
        ends = stage_ends(model.visual, normalise_image(torch.from_numpy(images)))
    loss, parts = 0, {}
    for k, (rows, head) in enumerate(zip(ends, heads.stages)):
        focal, dice = focal_dice(dense(head, rows[:, 1:]), target)
        last = k == STAGES - 1
        loss = loss + (1.0 if last else 0.3) * (focal + dice.mean())
        if last:
            parts.update(focal=focal, dice=dice.mean())
    token = heads.image(F.layer_norm(ends[-1][:, 0], ends[-1].shape[-1:]))[:, 0]
    parts['image'] = F.binary_cross_entropy_with_logits(token, bad)
    return loss + 0.5 * parts['image'], parts
