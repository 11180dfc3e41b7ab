// English: the texts of what surrounds judging: sources, scanner, changing a recipe, printing, the native menu.
// Runs anywhere (pure).
import { ENGLISH_MENU, type MenuTexts } from '../../../../electron/common/menu-texts.ts';
import type { RunProgress, Thresholds, Watch } from '../../../../electron/common/domain.ts';
import type { Method } from '../../../../electron/common/inference-service.ts';
import type { Consequence } from '../../features/recipes/edit.ts';
import * as format from '../../lib/format.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'part' : 'parts'}`;

export const station = {
  menu: ENGLISH_MENU as MenuTexts,

  watch: {
    label: 'Which photographs',
    once: 'Those there now',
    names: {
      all: 'Those there now, and all that arrive',
      new: 'Only those that arrive from now on',
    } satisfies Record<Watch, string>,
    hint: 'The folder is only read, never changed. A file that is still being written is waited for.',
    resting: {
      paused: 'Paused',
      waiting: 'Waiting for photographs',
      unreachable: 'The folder is out of reach; Loupe keeps trying',
    } satisfies Record<NonNullable<RunProgress['resting']>, string>,
    on: 'Watching',
    counts: (done: number, total: number) =>
      done === total ? `${parts(done)} inspected` : `${format.count(done)} of ${parts(total)}`,
    ended: (done: number) => `No longer watching, ${parts(done)} inspected`,
    again: 'Watch again',
    emptyTitle: 'Waiting for photographs',
    empty: (source: string) => `What arrives in “${source}” is inspected and shown here, the newest first.`,
    pause: 'Pause',
    goOn: 'Go on',
  },

  runs: {
    find: 'Find a run',
    hint: 'Find: part, lot, recipe, folder',
    none: (search: string) => `No run has “${search}” in its part, lot, recipe or folder.`,
    lot: (lot: string) => `Lot ${lot}`,
  },

  scan: {
    pick: 'Name or number of a recipe',
    pickHint: 'Name, number or scan',
    unknown: (code: string) => `No recipe has the name or number “${code}”.`,
    recipe: (name: string) => `Recipe “${name}” chosen`,
    lot: (lot: string) => `Lot “${lot}” entered`,
    part: (name: string) => `Found: ${name}`,
    undo: 'Undo',
    title: 'Barcode scanner',
    prefix: 'Character before each code',
    prefixHint:
      'Set the scanner to send this character first and Enter last. A code then chooses a recipe (its name, or R with its number), finds a part, or is the lot.',
  },

  recipe: {
    number: (id: number) => `No. ${format.count(id)}`,
    change: 'Change',
    title: (name: string, version: number) => `Change “${name}”: version ${version}`,
    byPack: 'As the model pack says',
    methods: {
      base: 'BASE: compares patches with the words',
      sdp: 'SDP: the same at four depths',
      'sdp+': 'SDP+: with a trained head',
    } satisfies Record<Method, string>,
    methodHint: 'SDP+ needs a head: train one from judged parts first.',
    taps: { official: 'Official', clean: 'Clean' },
    sigmaHint: 'pixels; empty: as the model pack says',
    scaleNames: (scales: readonly number[]) =>
      scales.length === 1 ? 'Whole photograph only' : `Also tiles, ${scales.slice(1).join('× and ')}×`,
    heatOwn: 'Own heat scale',
    heatLo: 'From',
    heatHi: 'To',
    consequences: 'What that means',
    because: {
      scores: (at: Thresholds) =>
        `Scores change. The thresholds ${format.score(at.review)} and ${format.score(at.reject)} were set for the old ones: inspect known parts and set them anew.`,
      slower: (times: number) => `Each photograph takes about ${format.count(times)} times as long.`,
      faster: (times: number) => `Each photograph takes about ${format.count(times)} times less time.`,
      headLost:
        'The trained head was made for the words, method and tap of before. This version does without it.',
      noHead: 'SDP+ cannot be used: there is no trained head for it.',
      colours: 'Heat maps get other colours; scores and verdicts stay.',
      renamed: 'Labels and scanned codes with the old name no longer find it.',
      words: 'The photographs are compared with other words.',
    } satisfies Record<Consequence['kind'], unknown>,
    badHeat: 'The scale needs two numbers, the first below the second.',
    badSigma: 'Smoothing goes from 0 to 256 pixels.',
    nothing: 'Nothing is changed yet.',
    keep: (version: number) => `Keep as version ${version}`,
  },

  print: {
    at: (when: string) => `Printed ${when}`,
    run: (id: number, started: string) => `Run ${format.count(id)}, started ${started}`,
    thresholds: (at: Thresholds) =>
      `Review from ${format.score(at.review)}, reject from ${format.score(at.reject)}`,
    code: (code: string) => `Code of the history: ${code}`,
    shown: (n: number, of: number) => `${format.count(n)} of ${parts(of)} on this page`,
    model: (pack: string, method: string) => `${pack}, method ${method}`,
  },
};
