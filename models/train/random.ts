// Numbers by chance that are the same on every computer for the same seed.
// Runs anywhere (pure TypeScript).

/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * A stream of its own for each purpose ("order of epoch 3"), so that a training that goes on in the middle needs no
 * memory of what was drawn before. SFC32, whose state is hashed from seed and purpose.
 */
export function randomFor(seed: number, purpose: string): Random {
  let [a, b, c, counter] = [hash(`${seed} a ${purpose}`), hash(`${seed} b ${purpose}`), hash(`${seed} c`), 1];
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next(); // until every bit of the state has met every other
  return next;
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}

/** A new array in an order by chance (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
