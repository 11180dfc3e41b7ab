# A small standard CLIP in torch, with the dual v-v path of CLIP-AD; names as in open_clip checkpoints.
# Runs in training, evaluation and export.
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

VISION = dict(width=192, layers=12, heads=3, mlp=768, patch=16, size=240)
TEXT = dict(width=128, layers=4, heads=2, mlp=512, context=77)
EMBED = 128
STAGES = 4
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def split(self, x):
        b, n, w = x.shape
        y = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        return y.view(b, n, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)

    def attend(self, q, k, v, mask=None):
        z = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        if mask is not None:
            z = z + mask
        o = z.softmax(-1).to(v.dtype) @ v
        return o.transpose(1, 2).reshape(o.shape[0], o.shape[2], -1)

    def forward(self, x, mask=None):
        q, k, v = self.split(x)
        return self.out_proj(self.attend(q, k, v, mask))

    def dual(self, x):
        """Ordinary and v-v attention of the same values, through the same output projection."""
        q, k, v = self.split(x)
        both = self.out_proj(torch.cat([self.attend(q, k, v), self.attend(v, v, v)]))
        return both.float().chunk(2)


class Block(nn.Module):
    def __init__(self, width, heads, mlp):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(OrderedDict(c_fc=nn.Linear(width, mlp), gelu=nn.GELU(), c_proj=nn.Linear(mlp, width)))

    def forward(self, x, mask=None):
        x = x + self.attn(self.ln_1(x), mask).float()
        return x + self.mlp(self.ln_2(x)).float()


class Transformer(nn.Module):
    def __init__(self, width, layers, heads, mlp):
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, heads, mlp) for _ in range(layers))


class Vision(nn.Module):
    def __init__(self, width, layers, heads, mlp, patch, size):
        super().__init__()
        self.grid = size // patch
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros(1 + self.grid ** 2, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, heads, mlp)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.empty(width, EMBED))

    def positions(self, window, tokens):
        """Position rows of a square window of patches; the whole grid is the normal case."""
        table = self.positional_embedding[1:].view(self.grid, self.grid, -1)
        part = table[window[0]:window[0] + tokens, window[1]:window[1] + tokens].flatten(0, 1)
        return torch.cat([self.positional_embedding[:1], part])

    def forward(self, image, window=(0, 0)):
        """image: normalised [B,3,240,240] -> per stage unit rows [B,1+N,D] (row 0 is the class token), last block rows.

        Crops may be fed too: they sit at `window` (row, column) of the patch grid.
        """
        stages, taps = self.encode(image, window)
        return stages, taps[-1]

    def encode(self, image, window=(0, 0)):
        """As forward, but with the tapped rows of every stage (what SDP+ heads read)."""
        place = self.positions(window, image.shape[-1] // self.conv1.kernel_size[0])
        x = self.conv1(image).flatten(2).transpose(1, 2).float()
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1) + place
        x = self.ln_pre(x)
        blocks = self.transformer.resblocks
        per_stage = len(blocks) // STAGES
        paths, taps, path = [], [], None
        for k, block in enumerate(blocks):
            plain, vv = block.attn.dual(block.ln_1(x))
            x = x + plain
            if k and k % per_stage == 0:  # 'official' tap: after the next block's attention
                taps.append(x)
                paths.append(path)
                path = None
            path = vv if path is None else path + vv
            x = x + block.mlp(block.ln_2(x)).float()
        paths.append(path)
        taps.append(x)
        rows = torch.stack([torch.cat([t[:, :1], p[:, 1:]], 1) for t, p in zip(taps, paths)])
        stages = F.normalize(self._project(rows), dim=-1)
        return stages, taps

    def _project(self, rows):
        # small differences of cosines are the result: from here on always full precision
        with torch.autocast('cpu', enabled=False):
            return self.ln_post(rows.float()) @ self.proj

    def plain_patches(self, x):
        """Final patches of the ordinary path (the BASE method)."""
        return F.normalize(self._project(x[:, 1:]), dim=-1)


class Clip(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.visual = Vision(**VISION)
        w = TEXT['width']
        self.token_embedding = nn.Embedding(vocab, w)
        self.positional_embedding = nn.Parameter(torch.zeros(TEXT['context'], w))
        self.transformer = Transformer(w, TEXT['layers'], TEXT['heads'], TEXT['mlp'])
        self.ln_final = nn.LayerNorm(w)
        self.text_projection = nn.Parameter(torch.empty(w, EMBED))
        self.logit_scale = nn.Parameter(torch.tensor(2.65926))  # ln(1/0.07)

    def encode_text(self, ids):
        """ids: list of token lists; causal, so padding behind the end token changes nothing."""
        # few different lengths: the CPU kernels are compiled anew for every shape
        n = min(-(-max(len(i) for i in ids) // 8) * 8, len(self.positional_embedding))
        table = torch.zeros(len(ids), n, dtype=torch.long)
        for row, i in zip(table, ids):
            row[:len(i)] = torch.tensor(i)
        x = self.token_embedding(table) + self.positional_embedding[:n]
        mask = torch.full((n, n), float('-inf')).triu(1)
        for block in self.transformer.resblocks:
            x = block(x, mask)
        last = x[torch.arange(len(ids)), torch.tensor([len(i) - 1 for i in ids])]
        with torch.autocast('cpu', enabled=False):
            return F.normalize(self.ln_final(last.float()) @ self.text_projection, dim=-1)


def surgery(stages, pair):
    """Staged dual-path map. stages [S,B,1+N,D], pair [B,D,2] -> total [B,g,g], per stage [S,B,g,g], class cosines [B,2]."""
    cos = stages @ pair  # S,B,1+N,2
    p = cos[:, :, :1].softmax(-1)
    a = p[..., 1] * cos[:, :, 1:, 1] - p[..., 0] * cos[:, :, 1:, 0]
    g = int(round(a.shape[-1] ** 0.5))
    a = a.view(*a.shape[:2], g, g)
    return a.sum(0), a, cos[-1, :, 0]


def normalise_image(u8):
    """uint8 [B,H,W,3] -> float [B,3,H,W]"""
    x = u8.permute(0, 3, 1, 2).float() / 255
    return (x - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
