# Trains loupe-mini from a seed: the ordinary path alone (trunk), then all of CLIP-AD (full), then with finer defects (refine).
# Runs by hand on a CPU: train.py --phase trunk --steps N --out A, then --phase full --init A/checkpoint.pt --out B, and so on.
import argparse
import copy
import json
import os
import shutil
import time

import numpy as np
import torch
import torch.nn.functional as F

import losses
import prompts
import trunk
from bpe import Tokenizer, learn, save
from clip import VISION, Clip, normalise_image, surgery
from graft import graft, shapes
from init import initialise
from stream import GRID, Stream

NAMES = 5  # product names per step
PROMPTS = 4  # prompts per name and class
READ_FIRST = 30  # steps of the full phase in which only the readout learns
# what differs between the phases: pictures per step, new ones among them, share of grafts, share of bold defects, rates
PHASES = {'trunk': dict(batch=32, fresh=12, share=0.6, bold=0.0, rate=1e-3, warmup=200, decay=0),
          'full': dict(batch=24, fresh=10, share=0.25, bold=1.0, rate=6e-4, warmup=30, decay=250),
          'refine': dict(batch=24, fresh=10, share=0.2, bold=0.5, rate=5e-4, warmup=30, decay=300)}
# weights of the two losses that judge a whole picture; once the maps are good, they may pull harder
PICTURE = {'full': (0.1, 0.001), 'refine': (0.3, 0.004)}
SEEDS = {'trunk': 0, 'full': 1000, 'refine': 2000}


def arguments():
    ap = argparse.ArgumentParser()
    ap.add_argument('--phase', choices=PHASES, required=True)
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--steps', type=int, required=True)
    ap.add_argument('--init', help='checkpoint of the phase before')
    ap.add_argument('--decay', type=int, help='last steps, over which the rate falls to zero')
    ap.add_argument('--rate', type=float)
    ap.add_argument('--share', type=float, help='share of the pictures that get grafts')
    ap.add_argument('--pool', type=int, default=3072)
    ap.add_argument('--workers', type=int, default=1)
    ap.add_argument('--threads', type=int, default=2)
    ap.add_argument('--text-first', type=int, default=150, help='steps with text alone before the full phase')
    ap.add_argument('--save', type=int, default=50)
    ap.add_argument('--out', required=True)
    args = ap.parse_args()
    for key, value in PHASES[args.phase].items():
        if getattr(args, key, None) is None:
            setattr(args, key, value)
    return args


def rate_at(step, steps, args):
    """Warm-up, stable, linear decay: only the decay knows where the end is."""
    fall = max(0.01, (steps - step) / args.decay) if args.decay else 1
    return args.rate * min(1, (step + 1) / args.warmup, fall)


def add_grafts(batch, bank, share):
    images, masks, families, damages, window, rng = batch
    hit = graft(rng, images, masks, images[rng.permutation(len(images))].copy(), bank, share)
    damages = [d or ('defect' if h else '') for d, h in zip(damages, hit)]
    return images, masks, families, damages, window, rng


def choose_names(rng, families):
    """A few families keep their own word; everyone else gets a neutral or made-up one."""
    kept = [str(f) for f in rng.permutation(sorted(set(families)))[:NAMES - 2]]
    others = [prompts.NEUTRAL[rng.integers(len(prompts.NEUTRAL))], prompts.unknown_word(rng)]
    return kept + others, [kept.index(f) if f in kept else len(kept) + int(rng.integers(2)) for f in families]


def text_pairs(model, tokenizer, rng, names, captions):
    """t_n and t_a of every name [K,D,2], and the caption vectors, in one pass of the text tower."""
    texts = [p for name in names for normal in (True, False)
             for p in prompts.some_prompts(rng, name, normal, PROMPTS)]
    e = model.encode_text([tokenizer.encode(t) for t in texts + captions])
    means = F.normalize(e[:len(texts)].view(len(names), 2, PROMPTS, -1).mean(2), dim=-1)
    return means.transpose(1, 2), e[len(texts):]


def full_loss(model, objective, tokenizer, batch):
    images, masks, families, damages, window, rng = batch
    names, which = choose_names(rng, families)
    captions = [prompts.caption(rng, f, d) for f, d in zip(families, damages)]
    keys = [(f, bool(d)) for f, d in zip(families, damages)]
    with torch.autocast('cpu', dtype=torch.bfloat16):
        pairs, said = text_pairs(model, tokenizer, rng, names, captions)
        stages, rows = model.visual(normalise_image(torch.from_numpy(images)), window)
    total, each, cls = surgery(stages, pairs[which])
    # the image loss moves pictures towards fixed texts, never the texts
    cls = torch.einsum('bd,bdk->bk', stages[-1, :, 0], pairs[which].detach())
    bad = torch.tensor([float(bool(d)) for d in damages])
    loss, parts = objective(total, each, cls, rows[:, 1:], torch.from_numpy(masks), bad)
    parts['clip'] = losses.contrast(stages[-1][:, 0], said, keys, model.logit_scale)
    parts['apart'] = apart(pairs)
    return loss + 0.03 * parts['clip'] + parts['apart'], parts


def apart(pairs, goal=0.3):
    """Keeps t_n and t_a of a product at a fixed angle.

    The map is a difference of the two vectors: where they meet, the vision tower gets no gradient, and
    the image loss pulls them together as long as the class token knows nothing.
    """
    return (((pairs[..., 0] * pairs[..., 1]).sum(-1) - goal) ** 2).mean()


def teach_text_first(model, tokenizer, seed, steps):
    """Part the normal from the damaged prompts of any product before the first picture."""
    towers = [p for n, p in model.named_parameters() if not n.startswith('visual.') and n != 'logit_scale']
    optimiser = torch.optim.AdamW(towers, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    for k in range(steps):
        rng = np.random.default_rng((seed, 2 << 40, k))
        names = [prompts.unknown_word(rng) for _ in range(8)]
        texts = [p for name in names for normal in (True, False)
                 for p in prompts.some_prompts(rng, name, normal, PROMPTS)]
        e = model.encode_text([tokenizer.encode(t) for t in texts]).view(len(names), 2, PROMPTS, -1)
        mean = F.normalize(e.mean(2), dim=-1)
        loose = (1 - (e * mean[:, :, None]).sum(-1)).mean()
        # first far apart, or everything would fall onto one point; then to where training keeps it
        gap = apart(mean.transpose(1, 2), -0.5 if k < steps // 2 else 0.3)
        optimiser.zero_grad(set_to_none=True)
        (gap + loose).backward()
        optimiser.step()
    print(f'text first: apart {float(gap):.4f} loose {float(loose):.4f}', flush=True)


def preferred():
    """True when whoever runs this machine has put this process ahead of the others."""
    try:
        with open('/proc/self/autogroup') as f:
            return int(f.read().split()[-1]) < 0 or os.nice(0) < 0
    except OSError:
        return os.nice(0) < 0


class Threads:
    """All threads on a quiet machine or at high priority, one beside busy neighbours.

    Every parallel loop waits for its slowest thread; beside processes of higher priority two threads
    are several times slower than one. Results differ by rounding alone.
    """

    def __init__(self, most):
        self.most, self.last = most, None

    def adapt(self):
        with open('/proc/stat') as f:
            t = [int(v) for v in f.readline().split()[1:9]]
        own = os.times()
        now = (sum(t) - t[3] - t[4], (own.user + own.system) * os.sysconf('SC_CLK_TCK'), sum(t))
        if self.last:
            busy, mine, total = (a - b for a, b in zip(now, self.last))
            others = (busy - mine) / max(total, 1) * os.cpu_count()
            torch.set_num_threads(self.most if others < 0.6 or preferred() else 1)
        self.last = now


def groups(model, objective, visual_only):
    """Matrices decay, vectors do not; the throw-away scales of the full phase may move faster."""
    named = [(n, p) for n, p in model.named_parameters() if n.startswith('visual.') or not visual_only]
    extra = list(objective.named_parameters())
    if visual_only:
        wide = [p for _, p in named + extra if p.ndim > 1]
        return [dict(params=wide, weight_decay=0.05, times=1.0),
                dict(params=[p for _, p in named + extra if p.ndim <= 1], weight_decay=0.0, times=1.0)]
    matrix = [(n, p) for n, p in named if p.ndim > 1 and 'embedding' not in n]
    known = {n for n, _ in matrix}
    return [dict(params=[p for _, p in matrix], weight_decay=0.05, times=1.0),
            dict(params=[p for n, p in named if n not in known], weight_decay=0.0, times=1.0),
            dict(params=[p for _, p in extra], weight_decay=0.0, times=8.0)]


def keep_trunk(model):
    """No gradient for the trunk: a new readout would only pull it about."""
    for name, p in model.named_parameters():
        if name.startswith('visual.') and not name.startswith(('visual.ln_post', 'visual.proj')):
            p.grad = None


def prepare(args, tokenizer):
    """Model and throw-away objective at step 0."""
    torch.manual_seed(args.seed)
    model = Clip(tokenizer.size)
    initialise(model)
    state = torch.load(args.init) if args.init else None
    if state:
        model.load_state_dict(state['model'])
    if args.phase == 'trunk':
        heads = trunk.TrunkHeads()
        if state:
            heads.load_state_dict(state['objective'])
        return model, heads
    objective = losses.Objective(VISION['width'], *PICTURE[args.phase])
    if args.phase == 'refine':
        # further training of finished weights: their average, and a readout that exists already
        model.load_state_dict(state['mean'])
        objective.load_state_dict(state['objective'])
        return model, objective
    if state:
        objective.head.load_state_dict({k: state['objective'][f'stages.3.{k}'] for k in ('weight', 'bias')})
    teach_text_first(model, tokenizer, args.seed, args.text_first)
    return model, objective


def main():
    args = arguments()
    os.makedirs(args.out, exist_ok=True)
    merges = f'{args.out}/bpe_merges.txt'
    if not os.path.exists(merges):
        known = args.init and f'{os.path.dirname(args.init)}/bpe_merges.txt'
        if known and os.path.exists(known):
            shutil.copyfile(known, merges)  # the weights are tied to their vocabulary
        else:
            save(learn(prompts.corpus(), 1800), merges)
    tokenizer = Tokenizer(merges)
    torch.set_num_threads(1)
    model, objective = prepare(args, tokenizer)
    mean = copy.deepcopy(model).requires_grad_(False)
    optimiser = torch.optim.AdamW(groups(model, objective, args.phase == 'trunk'), lr=args.rate, betas=(0.9, 0.98))
    step, checkpoint = 0, f'{args.out}/checkpoint.pt'
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint)
        step = state['step']
        for thing, key in ((model, 'model'), (mean, 'mean'), (objective, 'objective'), (optimiser, 'optimiser')):
            thing.load_state_dict(state[key])
    threads, bank = Threads(args.threads), shapes(np.random.default_rng(7))
    stream = Stream(args.seed + SEEDS[args.phase], args.fresh, args.pool, args.workers, step, args.bold)
    steps, start, seen, shown = args.steps, time.time(), 0, {}
    log = open(f'{args.out}/log.jsonl', 'a')
    while step < steps:
        if os.path.exists(f'{args.out}/finish'):
            # the end chosen while running; the same as having started with this --steps
            steps = int(open(f'{args.out}/finish').read())
        batch = add_grafts(stream.batch_at(step, args.batch, GRID), bank, args.share)
        seen += args.batch
        if args.phase == 'trunk':
            loss, parts = trunk.trunk_loss(model, objective, batch)
        else:
            loss, parts = full_loss(model, objective, tokenizer, batch)
        for g in optimiser.param_groups:
            g['lr'] = rate_at(step, steps, args) * g['times']
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if args.phase == 'full' and step < READ_FIRST:
            keep_trunk(model)
        norm = torch.nn.utils.clip_grad_norm_([p for g in optimiser.param_groups for p in g['params']], 1.0)
        if not torch.isfinite(norm):
            raise SystemExit(f'step {step}: the gradient is not finite')
        optimiser.step()
        step += 1
        keep = min(0.995, (1 + step) / (10 + step))
        with torch.no_grad():
            for a, b in zip(mean.parameters(), model.parameters()):
                a.lerp_(b, 1 - keep)
        for k, v in dict(parts, loss=loss, norm=norm).items():
            shown[k] = 0.95 * shown.get(k, float(v)) + 0.05 * float(v)
        if step % 4 == 0:
            threads.adapt()
        if step % 20 == 0:
            line = {k: round(v, 4) for k, v in shown.items()}
            line.update(step=step, threads=torch.get_num_threads(), seconds=round(time.time() - start),
                        rate=round(seen / (time.time() - start), 1))
            if args.phase != 'trunk':
                line['scale'] = [round(float(s), 2) for s in objective.log_scale.exp()]
            print(json.dumps(line), file=log, flush=True)
            print(json.dumps(line), flush=True)
        if step % args.save == 0 or step == steps:
            state = dict(step=step, model=model.state_dict(), mean=mean.state_dict(), args=vars(args),
                         objective=objective.state_dict(), optimiser=optimiser.state_dict())
            torch.save(state, checkpoint + '.new')
            os.replace(checkpoint + '.new', checkpoint)


if __name__ == '__main__':
    main()
