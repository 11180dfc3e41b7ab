# Trains the heads of SDP+ on drawn pictures; everything else stays as it is (spec C).
# Runs by hand after training: python3 models/pretrain/heads.py WEIGHTS MERGES OUT.safetensors --steps 160
import argparse

import numpy as np
import torch

from clip import STAGES, normalise_image
from export import write_safetensors
from graft import shapes
from infer import Inspector
from losses import CELL, focal_dice
from sdp_plus import Heads
from stream import GRID, Stream
from train import add_grafts


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('weights')
    ap.add_argument('merges')
    ap.add_argument('out')
    ap.add_argument('--steps', type=int, default=300)
    ap.add_argument('--batch', type=int, default=24)
    ap.add_argument('--rate', type=float, default=2e-3)
    ap.add_argument('--seed', type=int, default=3001)
    ap.add_argument('--threads', type=int, default=2)
    args = ap.parse_args()
    inspector = Inspector(args.weights, args.merges)
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    heads, bank = Heads(), shapes(np.random.default_rng(7))
    # known and unknown names by turns: the heads must not lean on one
    pairs = [inspector.text(name)[0] for name in ('part', 'surface', 'object', 'product')]
    optimiser = torch.optim.Adam(heads.parameters(), lr=args.rate)
    stream = Stream(args.seed, 12, 3072, 1, bold=True)
    for step in range(args.steps):
        images, masks, _, _, _, _ = add_grafts(stream.batch_at(step, args.batch, GRID), bank, 0.25)
        with torch.no_grad(), torch.autocast('cpu', dtype=torch.bfloat16):
            _, taps = inspector.model.visual.encode(normalise_image(torch.from_numpy(images)))
        z = heads.logits(taps, pairs[step % len(pairs)], GRID * CELL)
        focal, dice = focal_dice(z.flatten(0, 1), torch.from_numpy(masks).repeat(STAGES, 1, 1))
        for g in optimiser.param_groups:
            g['lr'] = args.rate * min(1, (args.steps - step) / (args.steps * 0.5))
        optimiser.zero_grad()
        (focal + dice.mean()).backward()
        optimiser.step()
        if step % 20 == 19:
            print(step + 1, f'focal {float(focal):.3f} dice {float(dice.mean()):.3f}', flush=True)
    write_safetensors(args.out, heads.state_dict())


if __name__ == '__main__':
    main()
