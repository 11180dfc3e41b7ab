# Inference with loupe-mini as the product does it: text pair, BASE, SDP and SDP+ heat, both scores.
# Runs inside evaluate.py, export.py and samples.py; float32 on the CPU.
import json
import struct

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter

import prompts
from bpe import Tokenizer
from clip import Clip, normalise_image, surgery
from losses import sandwich, upsample_matrix
from metrics import representative
from sdp_plus import Heads

UP = torch.from_numpy(upsample_matrix(15, 240))
UP2 = upsample_matrix(240, 480)
TYPES = {'F32': np.float32, 'F16': np.float16}


def read_safetensors(path):
    with open(path, 'rb') as f:
        size, = struct.unpack('<Q', f.read(8))
        header = json.loads(f.read(size))
        data = f.read()
    out = {}
    for name, t in header.items():
        if name != '__metadata__':
            a, b = t['data_offsets']
            out[name] = torch.from_numpy(np.frombuffer(data[a:b], TYPES[t['dtype']]).reshape(t['shape']).astype(np.float32))
    return out


def shrink(picture):
    return np.asarray(Image.fromarray(picture).resize((240, 240), Image.BICUBIC))


class Inspector:
    def __init__(self, weights, merges, head=None):
        """weights: a training checkpoint (.pt, averaged weights) or an exported .safetensors file; head: of SDP+"""
        self.tokenizer = Tokenizer(merges)
        self.model = Clip(self.tokenizer.size).eval()
        state = read_safetensors(weights) if weights.endswith('.safetensors') else torch.load(weights)['mean']
        self.model.load_state_dict(state)
        self.heads = None
        if head is not None:
            self.heads = Heads()
            self.heads.load_state_dict(read_safetensors(head))

    @torch.no_grad()
    def text(self, name):
        """[D,2] columns t_n, t_a; and the numbers of prompts kept."""
        pair, kept = [], []
        for normal in (True, False):
            e = self.model.encode_text([self.tokenizer.encode(p) for p in prompts.ensemble(name, normal)]).numpy()
            t, n = representative(e.astype(np.float64))
            pair.append(t)
            kept.append(n)
        return torch.from_numpy(np.stack(pair, 1).astype(np.float32)), kept

    @torch.no_grad()
    def images(self, u8, pair, method='sdp', batch=16):
        """uint8 [N,240,240,3] -> smoothed maps [N,240,240], score0, score1 (base: spec B.5, sdp: B.4, sdp+: C.2)"""
        maps, score0 = [], []
        for i in range(0, len(u8), batch):
            stages, taps = self.model.visual.encode(normalise_image(torch.from_numpy(u8[i:i + batch])))
            both = pair[None].expand(stages.shape[1], -1, -1)
            total, _, cls = surgery(stages, both)
            if method == 'base':
                logits = 100 * (self.model.visual.plain_patches(taps[-1]) @ both)
                total = logits.softmax(-1)[..., 1].view(-1, 15, 15)
            heat = sandwich(UP, total)
            if method == 'sdp+':
                heat = heat + self.heads.logits(taps, pair, 240).sigmoid().sum(0)
            maps.append(heat.numpy())
            score0.append((100 * cls).softmax(-1)[:, 1].numpy())
        maps = np.stack([gaussian_filter(m, 8, mode='reflect') for m in np.concatenate(maps)])
        return maps, np.concatenate(score0), maps.max((1, 2))

    def tiled(self, u8, pair, method='sdp'):
        """The same at scales 1 and 2 (models/clip-ad/tiles.ts): uint8 [N,480,480,3] -> maps [N,480,480]."""
        whole, s0, _ = self.images(np.stack([shrink(p) for p in u8]), pair, method)
        total, weight, tiles = np.zeros(u8.shape[:3], np.float32), np.zeros(u8.shape[1:3], np.float32), []
        ramp = np.minimum(1, (np.minimum(np.arange(240), np.arange(239, -1, -1)) + 0.5) / 60).astype(np.float32)
        ramp = np.outer(ramp, ramp)
        for top in (0, 120, 240):
            for left in (0, 120, 240):
                here = (slice(top, top + 240), slice(left, left + 240))
                maps, score0, _ = self.images(np.ascontiguousarray(u8[(slice(None), *here)]), pair, method)
                tiles.append(score0)
                total[(slice(None), *here)] += maps * ramp
                weight[here] += ramp
        maps = (total / weight + np.stack([UP2 @ m @ UP2.T for m in whole])) / 2
        return maps, (s0 + np.mean(tiles, 0)) / 2, maps.max((1, 2))
