// The order in which photographs are inspected: each once, those on the screen and the newest before the others.
// Runs in the tests (Node).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkOrder, type Pending } from '../../electron/node/run/work-order.ts';

/** A history with so many parts; those that are done are no longer found. */
function history(total: number, done: readonly number[] = []) {
  const parts = Array.from({ length: total }, (_, seq): Pending => ({ id: seq + 1, seq, path: `${seq}` }));
  const finished = new Set(done);
  const find = (afterSeq: number, limit: number): Promise<readonly Pending[]> =>
    Promise.resolve(parts.filter(({ seq }) => seq > afterSeq && !finished.has(seq)).slice(0, limit));
  const add = (): number => parts.push({ id: parts.length + 1, seq: parts.length, path: '' }) - 1;
  return { find, add, finish: (seq: number) => finished.add(seq) };
}

async function take(order: WorkOrder, count: number): Promise<number[]> {
  const taken: number[] = [];
  while (taken.length < count) {
    const one = await order.next();
    if (!one) break;
    taken.push(one.seq);
  }
  return taken;
}

describe('the order of work', () => {
  it('is that of the photographs when nobody looks', async () => {
    const order = new WorkOrder(history(200).find);
    expect(await take(order, 300)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(await order.next()).toBeNull();
  });

  it('begins with what is on the screen, and follows the eyes', async () => {
    const order = new WorkOrder(history(200).find);
    expect(await take(order, 2)).toEqual([0, 1]);
    order.look([1, 100, 101, 102]);
    expect(await take(order, 2)).toEqual([100, 101]);
    order.look([50, 101, 51]);
    expect(await take(order, 4)).toEqual([50, 51, 2, 3]);
    expect((await take(order, 300)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, i) => i).filter((i) => ![0, 1, 2, 3, 50, 51, 100, 101].includes(i)),
    );
  });

  it('takes what came in last before what has waited, and the screen before both', async () => {
    const { find, add } = history(100);
    const order = new WorkOrder(find);
    expect(await take(order, 1)).toEqual([0]);
    order.arrived([add(), add()]);
    order.arrived([add()]);
    order.look([7]);
    expect(await take(order, 5)).toEqual([7, 102, 100, 101, 1]);
  });

  it('leaves out what an earlier session of the run has done, and parts that do not exist', async () => {
    const order = new WorkOrder(history(6, [0, 3]).find);
    order.look([3, 99, 5]);
    expect(await take(order, 9)).toEqual([5, 1, 2, 4]);
  });

  it('goes on when more come after the last one', async () => {
    const { find, add } = history(1);
    const order = new WorkOrder(find);
    expect(await take(order, 9)).toEqual([0]);
    order.arrived([add()]);
    expect(await take(order, 9)).toEqual([1]);
  });

  it('gives out every photograph once, whatever happens between', async () => {
    const step = fc.oneof(
      fc.record({ look: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }) }),
      fc.record({ add: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 9 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const parts = history(10);
        const order = new WorkOrder(parts.find);
        const [taken, total]: [number[], { count: number }] = [[], { count: 10 }];
        const run = async (count: number): Promise<void> => {
          for (const seq of await take(order, count)) {
            taken.push(seq);
            if (seq % 2) parts.finish(seq);
          }
        };
        for (const one of steps) {
          if ('look' in one) order.look(one.look);
          else if ('take' in one) await run(one.take);
          else {
            total.count += one.add;
            order.arrived(Array.from({ length: one.add }, parts.add));
          }
        }
        await run(Infinity);
        expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: total.count }, (_, i) => i));
      }),
    );
  });
});
