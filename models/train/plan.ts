// Which images are learnt from in which order, which are mirrored, and which are kept aside to judge the result.
// Runs anywhere (pure TypeScript). Specification § C.4 and F-5.
import { randomFor, shuffled } from './random.ts';

export interface TrainingSettings {
  /** Passes over all images. */
  readonly epochs: number;
  /** Learning rate of Adam, constant. */
  readonly rate: number;
  /** Images per step; the last step of an epoch takes what is left. */
  readonly batch: number;
  readonly seed: number;
  /** A new order in every epoch. Off: category after category, as the paper trains. */
  readonly shuffle: boolean;
  /** Half of the images are mirrored left to right, others in every epoch. */
  readonly flip: boolean;
  /** Share of the images of every category and kind that is only used to judge; 0 = none. */
  readonly validation: number;
  /** Stop after so many epochs without a better validation loss; 0 = never. */
  readonly patience: number;
}

/** The paper's protocol: Adam 1e-4, batches of 8, 5 epochs, category after category, nothing kept aside. */
export const PAPER_PROTOCOL: TrainingSettings = {
  epochs: 5,
  rate: 1e-4,
  batch: 8,
  seed: 42,
  shuffle: false,
  flip: false,
  validation: 0,
  patience: 0,
};

/** An image by its place in the list of all images. */
export interface Visit {
  readonly image: number;
  readonly mirrored: boolean;
}

/** The batches of one epoch (counted from 0), the same for the same seed. */
export function epochBatches(
  images: readonly number[],
  { batch, seed, shuffle, flip }: TrainingSettings,
  epoch: number,
): Visit[][] {
  const order = shuffle ? shuffled(images, randomFor(seed, `order of epoch ${epoch}`)) : images;
  const random = randomFor(seed, `flips of epoch ${epoch}`);
  const visits = order.map((image) => ({ image, mirrored: flip && random() < 0.5 }));
  return Array.from({ length: Math.ceil(visits.length / batch) }, (_, i) =>
    visits.slice(i * batch, (i + 1) * batch),
  );
}

export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Keeps a share of the images aside, of each group (category and kind) for itself, so that a small category is judged
 * too. A group of one image is learnt from; of a larger one at least one image goes to each side. Both sides keep the order.
 *
 * @param groups for each image, the name of its group
 * @param share 0 (nothing is kept aside) to below 1
 */
export function splitForValidation(groups: readonly string[], share: number, seed: number): Split {
  const members = new Map<string, number[]>();
  groups.forEach((group, image) => members.set(group, [...(members.get(group) ?? []), image]));
  const aside = new Set<number>();
  for (const [group, images] of share > 0 ? members : []) {
    if (images.length < 2) continue;
    const count = Math.min(images.length - 1, Math.max(1, Math.round(images.length * share)));
    for (const image of shuffled(images, randomFor(seed, `split of ${group}`)).slice(0, count))
      aside.add(image);
  }
  const all = groups.map((_, image) => image);
  return {
    train: all.filter((image) => !aside.has(image)),
    validation: all.filter((image) => aside.has(image)),
  };
}
