// Order, mirroring, split, random numbers, Adam and the file of a head.
// Runs in the tests.
import { describe, expect, it } from 'vitest';
import { readHead } from '../../models/clip-ad/head.ts';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import { adamStep, newMoments } from '../../models/train/adam.ts';
import { initialHead, writeHead } from '../../models/train/new-head.ts';
import { epochBatches, PAPER_PROTOCOL, splitForValidation } from '../../models/train/plan.ts';
import { randomFor, shuffled } from '../../models/train/random.ts';

const images = Array.from({ length: 20 }, (_, i) => i);
const order = (settings: Partial<typeof PAPER_PROTOCOL>, epoch = 0): number[] =>
  epochBatches(images, { ...PAPER_PROTOCOL, ...settings }, epoch)
    .flat()
    .map(({ image }) => image);

describe('an epoch', () => {
  it('of the paper is the data as they are, the last batch being what is left', () => {
    const batches = epochBatches(images, PAPER_PROTOCOL, 0);
    expect(batches.map((batch) => batch.length)).toEqual([8, 8, 4]);
    expect(batches.flat()).toEqual(images.map((image) => ({ image, mirrored: false })));
  });

  it('shows every image once, in another order every time and the same for the same seed', () => {
    const first = order({ shuffle: true });
    expect([...first].sort((a, b) => a - b)).toEqual(images);
    expect(first).not.toEqual(images);
    expect(order({ shuffle: true }, 1)).not.toEqual(first);
    expect(order({ shuffle: true, seed: 43 })).not.toEqual(first);
    expect(order({ shuffle: true })).toEqual(first);
  });

  it('mirrors about half of the images, others every time', () => {
    const many = Array.from({ length: 1000 }, (_, i) => i);
    const mirrored = (epoch: number): boolean[] =>
      epochBatches(many, { ...PAPER_PROTOCOL, flip: true }, epoch)
        .flat()
        .map((visit) => visit.mirrored);
    const share = mirrored(0).filter(Boolean).length / 1000;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
    expect(mirrored(1)).not.toEqual(mirrored(0));
  });
});

describe('the split', () => {
  const groups = [...Array<string>(10).fill('a good'), ...Array<string>(3).fill('a bad'), 'b good'];

  it('takes its share of every group, and leaves something of each', () => {
    const { train, validation } = splitForValidation(groups, 0.2, 1);
    expect([...train, ...validation].sort((x, y) => x - y)).toEqual(groups.map((_, i) => i));
    const count = (name: string): number => validation.filter((i) => groups[i] === name).length;
    expect([count('a good'), count('a bad'), count('b good')]).toEqual([2, 1, 0]);
    expect(splitForValidation(groups, 0.9, 1).train.some((i) => groups[i] === 'a bad')).toBe(true);
  });

  it('keeps nothing aside unless it is asked to', () => {
    expect(splitForValidation(groups, 0, 1)).toEqual({ train: groups.map((_, i) => i), validation: [] });
  });
});

describe('random numbers', () => {
  it('are uniform, and each purpose has its own', () => {
    const random = randomFor(42, 'a test');
    const values = Array.from({ length: 10_000 }, random);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const square = values.reduce((a, b) => a + b * b) / values.length;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean).toBeCloseTo(1 / 2, 1);
    expect(square).toBeCloseTo(1 / 3, 1);
    expect(randomFor(42, 'another')()).not.toBe(randomFor(42, 'a test')());
  });

  it('shuffle without favour', () => {
    const random = randomFor(1, 'favour');
    const firsts = [0, 0, 0];
    for (let i = 0; i < 3000; i++) firsts[shuffled([0, 1, 2], random)[0]!]!++;
    for (const count of firsts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

describe('Adam', () => {
  it('first moves every weight by the learning rate, against its gradient', () => {
    const weights = Float32Array.of(1, 1, 1);
    adamStep(weights, Float32Array.of(5, -0.001, 0), newMoments(3), 1, 0.01);
    expect(weights[0]).toBeCloseTo(0.99, 6);
    expect(weights[1]).toBeCloseTo(1.01, 5);
    expect(weights[2]).toBe(1);
  });

  it('finds the minimum of a parabola', () => {
    const [weights, moments] = [Float32Array.of(3), newMoments(1)];
    for (let k = 1; k <= 2000; k++)
      adamStep(weights, Float32Array.of(2 * (weights[0]! - 1)), moments, k, 0.01);
    expect(weights[0]).toBeCloseTo(1, 2);
  });
});

it('a new head is uniform in ±1/√W and survives its file', () => {
  const size = { width: 64, embedDim: 16 };
  const head = initialHead(size, 42);
  const all = head.weight.flatMap((weight) => [...weight]);
  const largest = Math.max(...all.map(Math.abs));
  expect(largest).toBeLessThanOrEqual(1 / 8);
  expect(largest).toBeGreaterThan(0.99 / 8);
  expect(head.weight[0]).not.toEqual(head.weight[1]);
  const source = parseSafetensors(writeHead(head, { tap: 'clean' }), 'head');
  expect(source.metadata).toEqual({ tap: 'clean' });
  const architecture = {
    embedDim: 16,
    activation: 'gelu',
    vision: { width: 64, layers: 4, heads: 1, mlpWidth: 64, patch: 8, imageSize: 32 },
  } as const;
  expect(readHead(source, architecture)).toEqual(head);
});
