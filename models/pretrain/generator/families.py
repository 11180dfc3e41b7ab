# The structured families and how often each is drawn.
# Runs inside the generator and where the vocabulary is learnt.
import numpy as np

from .electronics import pcb
from .heap import heap
from .leads import cable, connector, transistor, wires
from .packaging import blister, bottle, cap, label, pill
from .produce import candle, casting, fruit
from .threads import seam, toothbrush, zipper

FAMILIES = [pcb, transistor, connector, cable, wires, bottle, cap, label, blister, pill, heap, toothbrush, zipper, seam,
            fruit, candle, casting]
WEIGHTS = np.array([3, 1.5, 1.5, 1.5, 1, 2, 1.5, 1.5, 1.5, 2, 5, 1, 1, 1, 2, 1.5, 2.5])
WEIGHTS = WEIGHTS / WEIGHTS.sum()
# more words for damage than the surface defects need
DAMAGES = ['open circuit', 'missing component', 'bent lead', 'broken rim', 'missing letter', 'faulty imprint', 'chipped edge',
           'swapped wire', 'cut insulation', 'solder bridge', 'mouse bite', 'misplaced part', 'smeared print', 'torn label',
           'broken piece', 'burnt', 'crack', 'foreign particles', 'fused pieces', 'missing piece',
           'missing bristles', 'bent bristles', 'wrong colour', 'broken teeth', 'split teeth', 'squeezed teeth', 'fabric hole',
           'open seam', 'pulled thread', 'bruise', 'burn mark', 'mould', 'pore', 'cut', 'damaged wick']


def any_family(c, bad):
    return FAMILIES[c.rng.choice(len(FAMILIES), p=WEIGHTS)](c, bad)
