# Trains loupe-mini from a seed: pictures from stream.py, objective from losses.py, averaged weights out.
# Runs by hand on a CPU: python3 models/pretrain/train.py --seed 1 --steps N --out .cache/pretrain/run1
import argparse
import copy
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import losses
import prompts
from bpe import Tokenizer, learn, save
from clip import Clip, normalise_image, surgery
from init import initialise
from stream import GRID, Stream

NAMES = 5  # product names per step
PROMPTS = 4  # prompts per name and class


def arguments():
    ap = argparse.ArgumentParser()
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--steps', type=int, required=True)
    ap.add_argument('--decay', type=int, default=700, help='last steps, over which the rate falls to zero')
    ap.add_argument('--text-first', type=int, default=150, help='steps with text alone before the pictures')
    ap.add_argument('--warmup', type=int, default=100)
    ap.add_argument('--batch', type=int, default=14, help='whole pictures per step')
    ap.add_argument('--crop-batch', type=int, default=24, help='crops of --crop-tokens per step')
    ap.add_argument('--crop-tokens', type=int, default=10)
    ap.add_argument('--whole-every', type=int, default=4, help='one step in so many sees whole pictures before the decay')
    ap.add_argument('--fresh', type=int, default=8, help='new pictures per step; the rest are replays')
    ap.add_argument('--pool', type=int, default=3072)
    ap.add_argument('--workers', type=int, default=1)
    ap.add_argument('--threads', type=int, default=2)
    ap.add_argument('--rate', type=float, default=1e-3)
    ap.add_argument('--save', type=int, default=100)
    ap.add_argument('--out', required=True)
    return ap.parse_args()


def rate_at(step, steps, args):
    """Warm-up, stable, linear decay: only the decay knows where the end is."""
    return args.rate * min(1, (step + 1) / args.warmup, max(0.01, (steps - step) / args.decay))


def batch_shape(step, steps, args):
    """Crops cost a third of whole pictures; the decay, which sets the final weights, sees only whole ones."""
    whole = step >= steps - args.decay or step % args.whole_every == 0
    return (args.batch, GRID) if whole else (args.crop_batch, args.crop_tokens)


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


def step_loss(model, objective, tokenizer, batch):
    images, masks, families, damages, window, rng = batch
    names, which = choose_names(rng, families)
    captions = [prompts.caption(rng, f, d) for f, d in zip(families, damages)]
    keys = [(f, bool(d)) for f, d in zip(families, damages)]
    with torch.autocast('cpu', dtype=torch.bfloat16):
        pairs, said = text_pairs(model, tokenizer, rng, names, captions)
        stages, _ = model.visual(normalise_image(torch.from_numpy(images)), window)
    total, each, cls = surgery(stages, pairs[which])
    bad = torch.tensor([float(bool(d)) for d in damages])
    loss, parts = objective(total, each, cls, torch.from_numpy(masks), bad)
    parts['clip'] = losses.contrast(stages[-1][:, 0], said, keys, model.logit_scale)
    return loss + 0.1 * parts['clip'], parts


def teach_text_first(model, tokenizer, seed, steps):
    """Pull the normal and the damaged prompts of any product apart before the first picture.

    At the start both classes have nearly the same text vector; the map is a difference of the two,
    so until they part the vision tower gets next to no gradient.
    """
    towers = [p for n, p in model.named_parameters() if not n.startswith('visual.') and n != 'logit_scale']
    optimiser = torch.optim.AdamW(towers, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    for k in range(steps):
        rng = np.random.default_rng((seed, 2 << 40, k))
        names = [prompts.unknown_word(rng) for _ in range(8)]
        texts = [p for name in names for normal in (True, False)
                 for p in prompts.some_prompts(rng, name, normal, PROMPTS)]
        e = model.encode_text([tokenizer.encode(t) for t in texts]).view(len(names), 2, PROMPTS, -1)
        mean = F.normalize(e.mean(2), dim=-1)
        # first far apart, or everything would fall onto one point; then to where training wants it
        goal = -0.5 if k < steps // 2 else 0.3
        apart = ((mean[:, 0] * mean[:, 1]).sum(-1) - goal) ** 2
        loose = 1 - (e * mean[:, :, None]).sum(-1)
        loss = apart.mean() + loose.mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    print(f'text first: apart {float(apart.mean()):.4f} loose {float(loose.mean()):.4f}', flush=True)


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
            torch.set_num_threads(self.most if others < 0.6 or os.nice(0) < 0 else 1)
        self.last = now


def groups(model, objective):
    """Matrices decay, vectors do not; the throw-away scales may move faster."""
    wide = [p for n, p in model.named_parameters() if p.ndim > 1 and 'embedding' not in n]
    rest = [p for n, p in model.named_parameters() if not (p.ndim > 1 and 'embedding' not in n)]
    return [dict(params=wide, weight_decay=0.05, times=1.0), dict(params=rest, weight_decay=0.0, times=1.0),
            dict(params=list(objective.parameters()), weight_decay=0.0, times=3.0)]


def main():
    args = arguments()
    os.makedirs(args.out, exist_ok=True)
    merges = f'{args.out}/bpe_merges.txt'
    if not os.path.exists(merges):
        save(learn(prompts.corpus(), 1800), merges)
    tokenizer = Tokenizer(merges)
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    model = Clip(tokenizer.size)
    initialise(model)
    step, checkpoint = 0, f'{args.out}/checkpoint.pt'
    if not os.path.exists(checkpoint):
        teach_text_first(model, tokenizer, args.seed, args.text_first)
    mean = copy.deepcopy(model).requires_grad_(False)
    objective = losses.Objective()
    optimiser = torch.optim.AdamW(groups(model, objective), lr=args.rate, betas=(0.9, 0.98))
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint)
        step = state['step']
        for thing, key in ((model, 'model'), (mean, 'mean'), (objective, 'objective'), (optimiser, 'optimiser')):
            thing.load_state_dict(state[key])
    threads = Threads(args.threads)
    stream = Stream(args.seed, args.fresh, args.pool, args.workers, step)
    steps, start, seen, shown = args.steps, time.time(), 0, {}
    log = open(f'{args.out}/log.jsonl', 'a')
    while step < steps:
        if os.path.exists(f'{args.out}/finish'):
            # the end chosen while running; the same as having started with this --steps
            steps = int(open(f'{args.out}/finish').read())
        batch = stream.batch_at(step, *batch_shape(step, steps, args))
        seen += len(batch[0])
        loss, parts = step_loss(model, objective, tokenizer, batch)
        for g in optimiser.param_groups:
            g['lr'] = rate_at(step, steps, args) * g['times']
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if not torch.isfinite(norm):
            raise SystemExit(f'step {step}: the gradient is not finite')
        optimiser.step()
        step += 1
        keep = min(0.998, (1 + step) / (20 + step))
        with torch.no_grad():
            for a, b in zip(mean.parameters(), model.parameters()):
                a.lerp_(b, 1 - keep)
        for k, v in dict(parts, loss=loss, norm=norm).items():
            shown[k] = 0.97 * shown.get(k, float(v)) + 0.03 * float(v)
        if step % 4 == 0:
            threads.adapt()
        if step % 20 == 0:
            line = {k: round(v, 4) for k, v in shown.items()}
            line.update(step=step, threads=torch.get_num_threads(), seconds=round(time.time() - start),
                        rate=round(seen / (time.time() - start), 1),
                        scale=[round(float(s), 2) for s in objective.log_scale.exp()])
            print(json.dumps(line), file=log, flush=True)
            print(json.dumps(line), flush=True)
        if step % args.save == 0 or step == steps:
            state = dict(step=step, model=model.state_dict(), mean=mean.state_dict(), args=vars(args),
                         objective=objective.state_dict(), optimiser=optimiser.state_dict())
            torch.save(state, checkpoint + '.new')
            os.replace(checkpoint + '.new', checkpoint)


if __name__ == '__main__':
    main()
