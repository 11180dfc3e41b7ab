// Both region-overlap metrics against the reference data, the toy of the specification and a slow, literal version.
// Runs in Node (vitest).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auproExact as auproOf } from '../../models/metrics/aupro.ts';
import { connectedComponents } from '../../models/metrics/components.ts';
import { proCflow200 as proOf } from '../../models/metrics/pro.ts';
import { ranking } from '../../models/metrics/ranking.ts';
import { goldenFloats, goldenJson, goldenNpy, hasGolden, tolerance } from '../support/golden.ts';
import { pixelsOf, type MapSet } from '../support/map-set.ts';

const proCflow200 = (set: MapSet): number | null => proOf(pixelsOf(set));
const auproExact = (set: MapSet): number | null => auproOf(pixelsOf(set));

describe.skipIf(!hasGolden).each(['mixed', 'no_normal', 'no_defect'])(
  'the set "%s" of the reference data',
  (name) => {
    it.each([
      ['pro_cflow200', proCflow200],
      ['aupro_exact_fpr0_3', auproExact],
    ] as const)('has the expected %s', (key, metric) => {
      const expected = (goldenJson('metrics/expected.json') as Record<string, Record<string, number | null>>)[
        name
      ]?.[key];
      const { shape, data } = goldenNpy(`metrics/${name}_masks.npy`);
      const [, height = 0, width = 0] = shape;
      const got = metric({
        maps: goldenFloats(`metrics/${name}_maps.npy`),
        masks: data as Uint8Array,
        width,
        height,
      });
      const limit = tolerance('metrics/expected.json');
      if (expected === null) expect(got).toBeNull();
      else expect(Math.abs((got ?? NaN) - (expected ?? NaN))).toBeLessThanOrEqual(limit * (expected ?? NaN));
    });
  },
);

/** The toy of Specification Appendix 2: three maps of 16 x 16; pixel (4, 3) touches its region at a corner only. */
function toy(scale = 1, offset = 0): MapSet {
  const maps = new Float32Array(3 * 256);
  const masks = new Uint8Array(3 * 256);
  const isDefect = (k: number, i: number, j: number): boolean =>
    (k === 1 && ((i >= 1 && i <= 3 && j <= 2) || (i === 4 && j === 3))) ||
    (k === 2 && ((i >= 10 && i <= 12 && j >= 10 && j <= 14) || (i <= 1 && j >= 12)));
  for (let n = 0; n < maps.length; n++) {
    const [k, i, j] = [n >> 8, (n >> 4) & 15, n & 15];
    maps[n] = (Math.sin(0.7 * i + 0.3 * k) + Math.cos(0.5 * j - 0.2 * k)) * scale + offset;
    masks[n] = isDefect(k, i, j) ? 1 : 0;
  }
  return { maps, masks, width: 16, height: 16 };
}

describe('the toy of the specification', () => {
  it('has its metrics', () => {
    const set = toy();
    expect(proCflow200(set)).toBeCloseTo(0.6496819834, 9);
    const { auroc, ap, f1max } = ranking(set.maps, set.masks);
    expect(auroc).toBeCloseTo(0.8764790765, 9);
    expect(ap).toBeCloseTo(0.1982036487, 9);
    expect(f1max).toBeCloseTo(0.3119266056, 9);
  });

  it('does not depend on the value that marks a defect', () => {
    const set = toy();
    const marked = { ...set, masks: set.masks.map((value) => value * 255) };
    expect(proCflow200(marked)).toBe(proCflow200(set));
    expect(auproExact(marked)).toBe(auproExact(set));
  });
});

describe('connected components', () => {
  const find = (...rows: string[]) => {
    const mask = Uint8Array.from(rows.join(''), (sign) => (sign === '#' ? 1 : 0));
    return connectedComponents(mask, rows[0]?.length ?? 0, rows.length);
  };

  it('join at corners, in every direction', () => {
    expect(find('#.#', '.#.', '#.#').areas).toEqual([5]);
  });

  it('do not join across the edge of a row', () => {
    const { areas, labels } = find('..#', '#..', '#.#');
    expect(areas).toEqual([1, 2, 1]);
    expect([...labels]).toEqual([0, 0, 1, 2, 0, 0, 2, 0, 3]);
  });

  it('of an empty and of a full mask', () => {
    expect(find('...', '...').areas).toEqual([]);
    expect(find('###', '###').areas).toEqual([6]);
  });
});

/** The curve of the definition, point by point: every distinct score a threshold, trapezoids, cut at 0.3. */
function slowAupro({ maps, masks, width, height }: MapSet): number | null {
  const regions: number[][] = [];
  for (let at = 0; at < masks.length; at += width * height) {
    const { labels, areas } = connectedComponents(masks.subarray(at, at + width * height), width, height);
    areas.forEach((_, r) =>
      regions.push([...labels.keys()].filter((i) => labels[i] === r + 1).map((i) => at + i)),
    );
  }
  const normal = [...masks.keys()].filter((i) => masks[i] === 0);
  if (regions.length === 0 || normal.length === 0) return null;
  const share = (pixels: number[], th: number) =>
    pixels.filter((i) => (maps[i] ?? NaN) >= th).length / pixels.length;
  const curve = [...new Set(maps)]
    .sort((a, b) => b - a)
    .map(
      (th) =>
        [share(normal, th), regions.reduce((sum, r) => sum + share(r, th), 0) / regions.length] as const,
    );
  let area = 0;
  let [x0, y0] = [0, 0];
  for (const [x, y] of curve) {
    const end = Math.min(x, 0.3);
    if (end > x0) {
      const atEnd = y0 + ((y - y0) * (end - x0)) / (x - x0);
      area += ((end - x0) * (y0 + atEnd)) / 2;
    }
    [x0, y0] = [x, y];
  }
  return area / 0.3;
}

describe('exact AUPRO', () => {
  it('is the area of the literal curve for any maps', () => {
    const image = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 20,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 3 }), (images) => {
        const pixels = images.flat();
        const set = {
          maps: Float32Array.from(pixels, ([score]) => score),
          masks: Uint8Array.from(pixels, ([, mark]) => (mark === 0 ? 1 : 0)),
          width: 5,
          height: 4,
        };
        const expected = slowAupro(set);
        if (expected === null) expect(auproExact(set)).toBeNull();
        else expect(auproExact(set)).toBeCloseTo(expected, 12);
      }),
      { seed: 1 },
    );
  });

  it('is 1 for a perfect map and 0 for an inverted one', () => {
    const masks = Uint8Array.of(0, 0, 1, 1, 0, 0, 0, 0, 0, 0);
    const shape = { masks, width: 5, height: 2 };
    expect(auproExact({ ...shape, maps: Float32Array.from(masks) })).toBe(1);
    expect(auproExact({ ...shape, maps: Float32Array.from(masks, (value) => -value) })).toBe(0);
  });

  it('weighs regions, not pixels', () => {
    const set = {
      masks: Uint8Array.of(1, 0, 1, 1, 1),
      maps: Float32Array.of(2, 1, 0, 0, 0),
      width: 5,
      height: 1,
    };
    expect(auproExact(set)).toBe(0.5);
  });
});

describe.each([
  ['proCflow200', proCflow200],
  ['auproExact', auproExact],
])('%s', (_name, metric) => {
  const maps = Float32Array.of(0, 1, 2, 3);

  it('is undefined without a region, without a normal pixel and without images', () => {
    expect(metric({ maps, masks: new Uint8Array(4), width: 2, height: 2 })).toBeNull();
    expect(metric({ maps, masks: new Uint8Array(4).fill(1), width: 2, height: 2 })).toBeNull();
    expect(metric({ maps: new Float32Array(), masks: new Uint8Array(), width: 2, height: 2 })).toBeNull();
  });

  it('refuses NaN and arrays that do not fit', () => {
    const masks = Uint8Array.of(0, 0, 1, 1);
    const refusal = expect.objectContaining({ code: 'internal' }) as Error;
    expect(() => metric({ maps: Float32Array.of(0, NaN, 1, 1), masks, width: 2, height: 2 })).toThrow(
      refusal,
    );
    expect(() => metric({ maps, masks: masks.subarray(1), width: 2, height: 2 })).toThrow(refusal);
    expect(() => metric({ maps, masks, width: 3, height: 1 })).toThrow(refusal);
  });
});

describe('proCflow200', () => {
  it.each([
    ['far from zero, where float32 rounds the step', 1, 1000, 0.6486763171622325],
    ['with a range that gives 201 thresholds', 0.035, 0, 0.6380670234454638],
  ])('steps as numpy does for maps %s', (_which, scale, offset, byNumpy) => {
    expect(proCflow200(toy(scale, offset))).toBeCloseTo(byNumpy, 12);
  });

  it('drops a false-positive rate of exactly 0.3', () => {
    const maps = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9.5, 7); // the last two are the only region
    const masks = Uint8Array.from(maps, (_, i) => (i >= 10 ? 1 : 0));
    expect(proCflow200({ maps, masks, width: 12, height: 1 })).toBeCloseTo(0.5, 12); // with it, 0.5 + 1/12
  });

  it('is undefined when all maps are one value, or the kept rates are', () => {
    const masks = Uint8Array.of(0, 0, 0, 1);
    expect(proCflow200({ maps: new Float32Array(4).fill(7), masks, width: 2, height: 2 })).toBeNull();
    expect(proCflow200({ maps: Float32Array.of(0, 0, 0, 1), masks, width: 2, height: 2 })).toBeNull();
  });
});
