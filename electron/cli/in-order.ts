// Several pieces of work under way, their results in the order of the input.
// Runs anywhere.

export type Settled<T, R> =
  | { readonly item: T; readonly ok: true; readonly value: R }
  | { readonly item: T; readonly ok: false; readonly error: unknown };

/**
 * Works on at most `limit` items at a time and yields what became of each, in order. When `stopped` turns true no new item
 * is begun; those under way are finished and yielded.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
  stopped: () => boolean = () => false,
): AsyncGenerator<Settled<T, R>> {
  const underWay: Promise<Settled<T, R>>[] = [];
  for (const item of items) {
    if (stopped()) break;
    const settle = work(item).then(
      (value): Settled<T, R> => ({ item, ok: true, value }),
      (error: unknown): Settled<T, R> => ({ item, ok: false, error }),
    );
    underWay.push(settle);
    const oldest = underWay.length >= limit ? underWay.shift() : undefined;
    if (oldest) yield await oldest;
  }
  yield* underWay;
}
