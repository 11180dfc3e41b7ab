// Texts that begin alike as one tree of tokens: what they share is computed once.
// Runs anywhere (pure TypeScript). Specification § A.2: under the causal mask a token's state depends on the tokens before it alone.

/** N tokens, each of them once for all texts that have it after the same beginning, and B texts as ways through them. */
export interface TokenTree {
  /** [N] */
  readonly ids: Int32Array;
  /** [N], how many tokens come before each. */
  readonly depths: Int32Array;
  /** [B, T], the tokens of each text from its first to its last; the last one is repeated up to the length of the longest. */
  readonly paths: Int32Array;
  /** T */
  readonly length: number;
  /** [N], one place of each token in `paths`. */
  readonly places: Int32Array;
}

/** Larger than any vocabulary. */
const FACTOR = 2 ** 24;

/** The tree of texts of token ids; none of them may be empty. */
export function tokenTree(texts: readonly (readonly number[])[]): TokenTree {
  const length = texts.reduce((longest, text) => Math.max(longest, text.length), 0);
  const paths = new Int32Array(texts.length * length);
  const known = new Map<number, number>();
  const ids: number[] = [];
  const depths: number[] = [];
  const places: number[] = [];
  texts.forEach((text, row) => {
    let node = -1;
    for (let depth = 0; depth < length; depth++) {
      const id = text[depth];
      if (id !== undefined) {
        const key = (node + 1) * FACTOR + id;
        node = known.get(key) ?? ids.length;
        if (node === ids.length) {
          known.set(key, node);
          ids.push(id);
          depths.push(depth);
          places.push(row * length + depth);
        }
      }
      paths[row * length + depth] = node;
    }
  });
  return {
    ids: Int32Array.from(ids),
    depths: Int32Array.from(depths),
    paths,
    length,
    places: Int32Array.from(places),
  };
}

/** The order in which texts that begin alike stand side by side: indices of `texts`. */
export function byBeginning(texts: readonly (readonly number[])[]): number[] {
  const compare = (a: readonly number[], b: readonly number[]): number => {
    const at = a.findIndex((id, i) => id !== b[i]);
    return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
  };
  return texts.map((_, i) => i).sort((a, b) => compare(texts[a] ?? [], texts[b] ?? []));
}
