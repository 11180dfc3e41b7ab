# Training pictures in a fixed order: worker processes draw, the pool replays, batches are augmented.
# Runs in training; batch k depends only on the seed and k, never on how fast the workers are.
import multiprocessing as mp
import os

import numpy as np


def _work(queue, seed, first, stride):
    os.nice(5)
    from generator import draw_sample
    i = first
    while True:
        s = draw_sample(np.random.default_rng((seed, i)))
        queue.put((s.image, np.packbits(s.mask), s.name, s.damage))
        i += stride


class Stream:
    """`fresh` new pictures per step enter a ring of the last `pool`; a batch is drawn from the ring."""

    WARM = 384  # pictures in the ring before the first step

    def __init__(self, seed, batch, fresh, pool, workers, step=0):
        self.seed, self.batch, self.fresh, self.pool, self.workers = seed, batch, fresh, pool, workers
        self.ring = {}
        # after a resume the ring is drawn again: the last `pool` pictures before this step
        self.next = max(0, self.WARM + step * fresh - pool)
        # picture i always comes from worker i mod W, so the order is fixed
        self.queues = [mp.Queue(48) for _ in range(workers)]
        for w in range(workers):
            first = self.next + (w - self.next) % workers
            mp.Process(target=_work, args=(self.queues[w], seed, first, workers), daemon=True).start()

    def batch_at(self, step):
        end = self.WARM + (step + 1) * self.fresh
        while self.next < end:
            self.ring[self.next % self.pool] = self.queues[self.next % self.workers].get()
            self.next += 1
        rng = np.random.default_rng((self.seed, 1 << 40, step))
        picks = rng.integers(max(0, end - self.pool), end, self.batch)
        return self._augment(rng, [self.ring[int(k) % self.pool] for k in picks]), rng

    def _augment(self, rng, items):
        images, masks, names, damages = [], [], [], []
        for image, bits, name, damage in items:
            mask = np.unpackbits(bits)[:image.shape[0] * image.shape[1]].reshape(image.shape[:2])
            turn, flip = rng.integers(4), rng.integers(2)
            image, mask = np.rot90(image, turn), np.rot90(mask, turn)
            if flip:
                image, mask = image[:, ::-1], mask[:, ::-1]
            kind = rng.random()
            if kind < 0.3:
                image = image[..., rng.permutation(3)]
            elif kind < 0.4:
                image = np.repeat(image[..., 1:2], 3, -1)
            if rng.random() < 0.15:
                image = 255 - image
            if rng.random() < 0.5:
                ramp = np.arange(256) / 255.0
                ramp = np.clip((ramp ** rng.uniform(0.75, 1.33) - 0.5) * rng.uniform(0.7, 1.2) + 0.5 + rng.uniform(-0.1, 0.1), 0, 1)
                image = (ramp * 255).astype(np.uint8)[image]
            images.append(np.ascontiguousarray(image))
            masks.append(mask.reshape(60, 4, 60, 4).mean((1, 3)))
            names.append(name)
            damages.append(damage)
        return np.stack(images), np.stack(masks).astype(np.float32), names, damages
