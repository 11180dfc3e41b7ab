// Prepares the next items while the present one is worked on.
// Runs anywhere.

/**
 * Yields `prepare(item)` in the order of the items, at most `limit` of them under way. Throws what `prepare` throws, at the
 * place of its item.
 */
export async function* ahead<T, R>(
  items: Iterable<T>,
  limit: number,
  prepare: (item: T) => Promise<R>,
): AsyncGenerator<R, void, void> {
  const underWay: Promise<R>[] = [];
  try {
    for (const item of items) {
      const work = prepare(item);
      work.catch(() => undefined); // it is thrown when its turn comes
      underWay.push(work);
      if (underWay.length >= limit) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
