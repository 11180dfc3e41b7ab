// The tree of tokens that many prompts share, against the prompts themselves.
// Runs in the tests (Node).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byBeginning, tokenTree, type TokenTree } from '../../models/clip/token-tree.ts';

const texts = fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 12,
});

/** The texts again, each with its last token repeated up to the length of the longest. */
const readBack = ({ ids, paths, length }: TokenTree): number[][] =>
  Array.from({ length: paths.length / length }, (_, row) =>
    Array.from(paths.subarray(row * length, (row + 1) * length), (node) => ids[node]!),
  );

describe('a tree of tokens', () => {
  it('leads along each text', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const tree = tokenTree(all);
        const padded = all.map((text) => [
          ...text,
          ...new Array<number>(tree.length - text.length).fill(text.at(-1)!),
        ]);
        expect(readBack(tree)).toEqual(padded);
      }),
    );
  });

  it('has a token for each beginning and no other, at its depth and at its place', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const { ids, depths, paths, length, places } = tokenTree(all);
        const beginnings = new Set(all.flatMap((text) => text.map((_, i) => text.slice(0, i + 1).join())));
        expect(ids).toHaveLength(beginnings.size);
        for (const [node, place] of places.entries()) {
          expect(paths[place]).toBe(node);
          expect(place % length).toBe(depths[node]);
        }
      }),
    );
  });
});

describe('the order by beginnings', () => {
  it('holds every text once, and those that begin alike side by side', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const order = byBeginning(all);
        expect([...order].sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
        const firsts = order.map((i) => all[i]![0]!);
        expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      }),
    );
  });

  it('keeps the tree nearly as small when it is cut into batches', () => {
    const all = [1, 2, 3, 4].flatMap((a) =>
      [5, 6].flatMap((b) => [
        [0, 1, b, a],
        [0, 2, b, a],
      ]),
    );
    const order = byBeginning(all);
    const nodes = (batch: number[]): number => tokenTree(batch.map((i) => all[i]!)).ids.length;
    expect(nodes(order.slice(0, 8)) + nodes(order.slice(8))).toBe(2 * (2 + 2 + 8));
  });
});
