# Byte-level BPE exactly as CLIP runs it, and the script that learns Loupe's own merges.
# Runs by hand once (python3 models/pretrain/bpe.py OUT) and inside training and evaluation.
import collections
import re
import sys

WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+")


def byte_symbols():
    """CLIP's table from bytes to printable characters."""
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    extra = [b for b in range(256) if b not in keep]
    chars = keep + [256 + k for k in range(len(extra))]
    return {b: chr(ch) for b, ch in zip(keep + extra, chars)}


def words_of(text):
    return WORD.findall(' '.join(text.lower().split()))


def _spell(word, table):
    s = [table[b] for b in word.encode('utf-8')]
    s[-1] += '</w>'
    return tuple(s)


def learn(texts, limit, least=2):
    """Greedy merges by frequency; ties go to the alphabetically first pair, so the result is fixed."""
    table = byte_symbols()
    counts = collections.Counter(w for t in texts for w in words_of(t))
    spelled = {_spell(w, table): n for w, n in counts.items()}
    merges = []
    while len(merges) < limit:
        pairs = collections.Counter()
        for s, n in spelled.items():
            for pair in zip(s[:-1], s[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda p: (-pairs[p], p))
        if pairs[best] < least:
            break
        merges.append(best)
        spelled = {_join(s, best): n for s, n in spelled.items()}
    return merges


def _join(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return tuple(out)


def save(merges, path):
    with open(path, 'w', encoding='utf-8') as f:
        f.write('#version: 0.2 loupe-mini, learnt by models/pretrain/bpe.py\n')
        f.writelines(f'{a} {b}\n' for a, b in merges)


class Tokenizer:
    """Vocabulary order: byte symbols, byte symbols with word end, merges, start, end."""

    def __init__(self, path):
        with open(path, encoding='utf-8') as f:
            lines = f.read().split('\n')[1:]
        merges = [tuple(line.split(' ')) for line in lines if line]
        self.table = byte_symbols()
        base = list(self.table.values())
        vocab = base + [s + '</w>' for s in base] + [a + b for a, b in merges]
        self.ids = {s: i for i, s in enumerate(vocab)}
        self.rank = {m: i for i, m in enumerate(merges)}
        self.start, self.end = len(vocab), len(vocab) + 1
        self.size = len(vocab) + 2
        self.known = {}

    def _word(self, word):
        if word not in self.known:
            s = _spell(word, self.table)
            while len(s) > 1:
                best = min(zip(s[:-1], s[1:]), key=lambda p: self.rank.get(p, 1 << 30))
                if best not in self.rank:
                    break
                s = _join(s, best)
            self.known[word] = [self.ids[x] for x in s]
        return self.known[word]

    def encode(self, text):
        return [self.start] + [i for w in words_of(text) for i in self._word(w)] + [self.end]


if __name__ == '__main__':
    from prompts import corpus
    save(learn(corpus(), 1800), sys.argv[1])
    t = Tokenizer(sys.argv[1])
    print(t.size, t.encode('a photo of the flawless metal_nut for visual inspection.'))
