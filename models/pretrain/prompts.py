# The prompt ensemble of CLIP-AD and the product words used in training.
# Runs in training, evaluation and when the vocabulary is learnt.
import numpy as np

NORMAL = ['flawless {}', 'perfect {}', 'unblemished {}', '{} without flaw', '{} without defect',
          '{} without damage', '{} without scratch', '{} without crack', '{} without contamination']
ABNORMAL = ['damaged {}', 'imperfect {}', 'blemished {}', 'broken {}', '{} with flaw', '{} with defect',
            '{} with damage', '{} with scratch', '{} with crack', '{} with contamination']
TEMPLATES = ['a cropped photo of the {}.', 'a cropped photo of a {}.', 'a close-up photo of a {}.',
             'a close-up photo of the {}.', 'a bright photo of a {}.', 'a bright photo of the {}.',
             'a dark photo of the {}.', 'a dark photo of a {}.', 'a jpeg corrupted photo of a {}.',
             'a jpeg corrupted photo of the {}.', 'a blurry photo of the {}.', 'a blurry photo of a {}.',
             'a photo of the {}.', 'a photo of a {}.', 'a photo of a large {}.', 'a photo of the small {}.',
             'a photo of the large {}.', 'a photo of a small {}.', 'a photo of the {} for visual inspection.',
             'a photo of a {} for visual inspection.', 'a photo of the {} for anomaly detection.',
             'a photo of a {} for anomaly detection.']

NEUTRAL = ['part', 'object', 'surface', 'product', 'item', 'component', 'material', 'thing', 'workpiece', 'texture']

# Words an operator may type, beside those the generator itself uses. Known words make one token each.
WORDS = '''
bottle cable capsule carpet grid hazelnut leather metal nut pill screw tile toothbrush transistor wood zipper candle
cashew chewinggum fryum macaroni pcb pipe plate board circuit chip connector resistor capacitor solder joint weld seam
bearing bracket bush bushing washer ring gasket seal valve pump shaft rotor stator gear sprocket chain belt pulley
spring clip clamp hinge handle knob lever lid cap cork plug socket pin bolt rivet nail hook hose tube pipe duct rod bar
beam profile sheet strip coil foil film wire mesh net rope cord thread yarn fabric cloth textile denim linen cotton wool
silk felt canvas velvet suede hide vinyl rubber silicone plastic nylon foam sponge glass lens mirror window screen panel
display phone case housing cover box carton label sticker bag pouch sachet can tin jar cup mug bowl vial syringe
ampoule blister tablet pillow mattress shoe sole glove helmet mask brush broom toy block brick stone marble granite
concrete cement asphalt road pavement floor wall plaster paint paper cardboard ceramic porcelain enamel steel iron
aluminium aluminum copper brass bronze zinc titanium gold silver chrome cast forged rolled brushed polished machined
turned milled drilled stamped punched painted coated plated anodised galvanised printed woven knitted moulded molded
bread bun cake cookie biscuit cracker pasta noodle rice bean pea corn grain seed almond walnut peanut pistachio acorn
peeled apple pear orange lemon tomato potato carrot onion egg cheese meat fish candy chocolate coffee tea leaf flower
tyre tire wheel rim disc disk brake engine piston cylinder gearbox battery cell solar wafer magnet motor fan blade
turbine impeller propeller keyboard button switch lamp bulb led fuse relay antenna sensor camera veneer plank parquet
laminate bamboo cork particle fibre fiber carbon composite strap buckle button coin medal key lock tool saw drill bit
left right top bottom front back side inner outer upper lower small large big thin thick long short round square flat
red green blue black white grey gray yellow brown dark bright clear frosted glossy matte rough smooth old new spare
good bad normal abnormal anomaly anomalous defective faulty fault scratch scratched crack cracked chip chipped dent
dented bent broken missing hole cut fold folded glue poke color colour stain stained dirt dirty dust fibre hair rust
corrosion burn burnt bubble void pore inclusion patch pitting wear worn print misprint discolouration contamination
contaminated misaligned deformed squeezed torn loose fabric thread liquid oil
fused swapped shifted rotated misplaced wrong smeared chipped unevenly insulation strand core lead short open circuit spur
bite bridge imprint blister transistor mouth rim letter bristle bristles tuft tooth teeth stitch stitching wick wax fruit vegetable
snack capsules candies casting impeller bruise mould pore chunk particles piece pieces pulled squeezed split shim spacer barcode header terminal a an the of and with without no in on for
'''.split()

CAPTION_STATES = {'': ['flawless {}', 'perfect {}', '{}', '{} without defect', 'good {}'],
                  'bad': ['damaged {}', '{} with {d}', '{} with {d}', '{} with defect', 'defective {}']}


def ensemble(name, normal):
    """All prompts of one class for one product, states outside, templates inside."""
    return [t.format(s.format(name)) for s in (NORMAL if normal else ABNORMAL) for t in TEMPLATES]


def some_prompts(rng, name, normal, count):
    """A random part of the ensemble: different states first, so that each step sees most of them."""
    states = NORMAL if normal else ABNORMAL
    picks = rng.permutation(len(states))[:count]
    return [TEMPLATES[rng.integers(len(TEMPLATES))].format(states[k].format(name)) for k in picks]


def caption(rng, name, damage):
    states = CAPTION_STATES['bad' if damage else '']
    text = states[rng.integers(len(states))].format(name, d=damage)
    return TEMPLATES[rng.integers(len(TEMPLATES))].format(text)


def unknown_word(rng):
    """A made-up product name, so that no word can be trusted to mean anything."""
    if rng.random() < 0.5:
        return ' '.join(WORDS[k] for k in rng.integers(0, len(WORDS), rng.integers(1, 3)))
    letters = 'abcdefghijklmnopqrstuvwxyz'
    syllables = [letters[rng.integers(26)] + 'aeiou'[rng.integers(5)] + (letters[rng.integers(26)] if rng.random() < .4 else '')
                 for _ in range(rng.integers(1, 4))]
    word = ''.join(syllables)
    tail = rng.random()
    if tail < 0.2:
        word += str(rng.integers(0, 100))
    elif tail < 0.3:
        word += '_' + WORDS[rng.integers(len(WORDS))]
    return word


def corpus():
    """Text from which the vocabulary is learnt: product words count more than any prompt word."""
    from generator.objects import SHAPES
    from generator.surfaces import MATERIALS
    from generator.families import DAMAGES, FAMILIES
    from generator.noise import Canvas
    names = set(WORDS) | set(NEUTRAL)
    c = Canvas(48, np.random.default_rng(0))
    for paint in MATERIALS:
        names.update(w for _ in range(3) for w in paint(c)[1])
    for shape in SHAPES:
        names.update(w for _ in range(12) for w in shape(c, 120, 120, 80)[1])
    for family in FAMILIES:
        names.update(family(c, False).words)
    names.update(DAMAGES)
    text = []
    for name in sorted(names):
        text += [name] * 20
    for template in TEMPLATES:
        text += [template.format('')] * 40
    for state in NORMAL + ABNORMAL:
        text += [state.format('')] * 40
    return text
