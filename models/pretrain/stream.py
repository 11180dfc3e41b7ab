# Training pictures in a fixed order: worker processes draw, the pool replays, batches are augmented.
# Runs in training; batch k depends only on the seed and k, never on how fast the workers are.
import multiprocessing as mp
import os
from queue import Full

import numpy as np

PATCH, GRID = 16, 15


def _work(queue, seed, first, stride, bold):
    os.nice(5)
    from generator import draw_sample
    queue.cancel_join_thread()  # nobody may be left to read
    i, parent = first, os.getppid()
    while os.getppid() == parent:  # ends with the training process, however that ends
        # evenly spread along the order, whatever the share
        s = draw_sample(np.random.default_rng((seed, i)), bold=i * 0.618034 % 1 < bold)
        item = (s.image, np.packbits(s.mask), s.name, s.damage)
        i += stride
        while os.getppid() == parent:
            try:
                queue.put(item, timeout=5)
                break
            except Full:
                pass


def _recolour(rng, image):
    kind = rng.random()
    if kind < 0.3:
        image = image[..., rng.permutation(3)]
    elif kind < 0.42:
        image = np.repeat(image[..., 1:2], 3, -1)
    if rng.random() < 0.15:
        image = 255 - image
    if rng.random() < 0.5:
        curve = (np.arange(256) / 255.0) ** rng.uniform(0.75, 1.33)
        curve = np.clip((curve - 0.5) * rng.uniform(0.7, 1.2) + 0.5 + rng.uniform(-0.1, 0.1), 0, 1)
        image = (curve * 255).astype(np.uint8)[image]
    return image


class Stream:
    """`fresh` new pictures per step enter a ring of the last `pool`; a batch is drawn from the ring."""

    WARM = 384  # pictures in the ring before the first step

    def __init__(self, seed, fresh, pool, workers, step=0, bold=0.0):
        self.seed, self.fresh, self.pool, self.workers = seed, fresh, pool, workers
        self.ring = {}
        # after a resume the ring is drawn again: the last `pool` pictures before this step
        self.next = max(0, self.WARM + step * fresh - pool)
        # picture i always comes from worker i mod W, so the order is fixed
        self.queues = [mp.Queue(48) for _ in range(workers)]
        for w in range(workers):
            first = self.next + (w - self.next) % workers
            mp.Process(target=_work, args=(self.queues[w], seed, first, workers, bold), daemon=True).start()

    def batch_at(self, step, batch, tokens):
        """Images, 4-pixel masks, names, damage words, the window (row, column) in tokens, the step's random source."""
        end = self.WARM + (step + 1) * self.fresh
        while self.next < end:
            self.ring[self.next % self.pool] = self.queues[self.next % self.workers].get()
            self.next += 1
        rng = np.random.default_rng((self.seed, 1 << 40, step))
        picks = rng.integers(max(0, end - self.pool), end, batch)
        window = rng.integers(0, GRID - tokens + 1, 2)
        return self._augment(rng, [self.ring[int(k) % self.pool] for k in picks], window, tokens) + (window, rng)

    def _augment(self, rng, items, window, tokens):
        rows, cols = (slice(w * PATCH, (w + tokens) * PATCH) for w in window)
        images, masks, names, damages = [], [], [], []
        for image, bits, name, damage in items:
            mask = np.unpackbits(bits).reshape(image.shape[:2])
            turn, flip = rng.integers(4), rng.integers(2)
            image, mask = np.rot90(image, turn), np.rot90(mask, turn)
            if flip:
                image, mask = image[:, ::-1], mask[:, ::-1]
            image, mask = _recolour(rng, image[rows, cols]), mask[rows, cols]
            n = tokens * PATCH // 4
            if mask.sum() < 12:  # the damage lies outside the window
                mask, damage = np.zeros_like(mask), ''
            images.append(np.ascontiguousarray(image))
            masks.append(mask.reshape(n, 4, n, 4).mean((1, 3)))
            names.append(name)
            damages.append(damage)
        return np.stack(images), np.stack(masks).astype(np.float32), names, damages
