// German: the texts of challenges, of the story of a part, and of the search.
// Runs anywhere (pure).
import * as format from '../../lib/format.ts';
import type { Catalogue, Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'Teil' : 'Teile'}`;

export const challenge: Texts['history']['challenge'] = {
  title: 'Test mit bekannten Teilen',
  hint: 'Teile, von denen feststeht, was sie sind. Das Rezept muss sie alle richtig erkennen; das Ergebnis bleibt in der Historie, mit einem Zertifikat.',
  none: 'Es gibt noch keinen Test.',
  of: (recipe, version, ok, ng) =>
    `${recipe}, jetzt Version ${format.count(version)} · ${format.count(ok)} i. O., ${format.count(ng)} n. i. O.`,
  neverRun: 'Noch nie ausgeführt.',
  told: (passed, right, of) =>
    `${passed ? 'Bestanden' : 'Nicht bestanden'}, ${format.count(right)} von ${format.count(of)} richtig erkannt`,
  due: {
    missing: 'Er ist heute fällig.',
    failed: 'Heute nicht bestanden: Der Prüfung nicht vertrauen, bevor die Ursache bekannt ist.',
    changed: 'Das Rezept hat sich seither geändert: Er ist wieder fällig.',
  },
  dueTitle: (name, recipe) => `Test „${name}“ von „${recipe}“.`,
  go: 'Zum Test',
  run: 'Starten',
  show: 'Letztes Ergebnis',
  daily: 'Täglich fällig',
  giveUp: 'Stilllegen',
  takeUp: 'Wieder verwenden',
  givenUp: 'Stillgelegt. Die Ergebnisse bleiben.',
  showGivenUp: (n) => `Auch stillgelegte zeigen (${format.count(n)})`,
  stopped: 'Der Test wurde nicht zu Ende geführt und hat kein Ergebnis.',
  inList: (name) => `Test: ${name}`,
  results: 'Ergebnisse',
  certificate: 'Zertifikat',
  columns: { part: 'Teil', expected: 'Tatsächlich', machine: 'Maschine', score: 'Wert', told: 'Ergebnis' },
  outcomes: {
    right: 'richtig',
    wrong: 'falsch',
    changed: 'das Foto wurde geändert',
    missing: 'das Foto fehlt',
    failed: 'nicht prüfbar',
  },
  create: 'Neuer Test',
  from: 'Bekannte Teile',
  fromRun: (ok, ng) =>
    `die im offenen Lauf beurteilten: ${format.count(ok)} i. O., ${format.count(ng)} n. i. O.`,
  fromChosen: (ok, ng) =>
    `die im offenen Lauf gewählten: ${format.count(ok)} i. O., ${format.count(ng)} n. i. O.`,
  fromFolder: 'ein Ordner',
  chooseFolder: 'Ordner wählen',
  folderHint:
    'Mit einem Ordner „good“ und weiteren für Fehler. Für beurteilte Teile zuerst deren Lauf öffnen.',
  reviewCounts: 'Nachprüfen zählt als richtig',
  make: 'Test anlegen',
  created: (name, ok, ng) =>
    `„${name}“ ist gespeichert: ${format.count(ok)} i. O., ${format.count(ng)} n. i. O.`,
};

export const find: Texts['history']['find'] = {
  title: 'Teil finden',
  hint: 'In allen Läufen, nach einem Stück des Namens oder nach der Nummer. Zu jedem Teil gibt es seine Geschichte.',
  label: 'Name, Seriennummer oder Nummer',
  find: 'Finden',
  found: (n, text) =>
    n === 0 ? `Kein Teil hat „${text}“ im Namen.` : `${parts(n)} mit „${text}“, die neuesten zuerst.`,
  atLeast: (n, text) =>
    `Die neuesten ${parts(n)} mit „${text}“. Mehr vom Namen eingeben, um weniger zu finden.`,
  columns: {
    part: 'Teil',
    run: 'Lauf',
    inspected: 'Geprüft',
    machine: 'Maschine',
    score: 'Wert',
    marked: 'Beurteilt',
  },
};

export const story: Texts['history']['story'] = {
  button: 'Geschichte',
  openHover: 'Alles, was dieses Teil erklärt: Foto, Rezept, Modell, Personen, Berichte',
  title: (name) => `Geschichte von ${name}`,
  number: (id) => `Teil ${format.count(id)}`,
  open: 'Teil öffnen',
  file: 'Datei',
  photograph: 'Foto',
  noHash: 'keine Prüfsumme bekannt',
  byCamera: 'nach der Kamera',
  byFile: 'letzte Änderung der Datei',
  run: 'Lauf',
  runBy: (id, who, when) =>
    who === null
      ? `${format.count(id)}, gestartet ${when}`
      : `${format.count(id)}, gestartet von ${who}, ${when}`,
  repeats: (id) => `wiederholt Lauf ${format.count(id)}`,
  isChallenge: 'ein Test',
  recipe: 'Rezept',
  noRecipe: 'keines: Wörter von Hand',
  inspected: 'Geprüft',
  notYet: 'noch nicht',
  words: 'Wörter',
  model: 'Modell',
  head: 'Angelernter Kopf',
  device: 'Gerät',
  scales: (list) => `Vergrößerungen ${list}`,
  challenge: 'Test davor',
  noChallenge: 'keiner, bevor dieses Teil geprüft wurde',
  challengeOf: (version, when) => `Rezeptversion ${format.count(version)}, ${when}`,
  second: 'Zweiter Blick',
  verdicts: 'Urteile',
  noVerdicts: 'Niemand hat dieses Teil beurteilt.',
  takenBack: 'Zurückgenommen',
  saw: (band, score) => `sah „${band}“ mit ${score}`,
  link: (n) => `Glied ${String(n)}`,
  thresholds: 'Schwellen des Laufs',
  reports: 'Berichte, in denen es steht',
  noReports: 'Es ist keiner vermerkt.',
};

export const challengeErrors: Catalogue['errors'] = {
  'challenge.nothing': [
    'Es gibt kein bekanntes Teil für einen Test',
    'Zuerst Teile als i. O. und n. i. O. beurteilen oder einen Ordner mit „good“ und Fehlerordnern wählen.',
  ],
  'challenge.too_many': [
    'Das sind zu viele Teile für einen Test: {found}',
    'Die Teile wählen, auf die es ankommt.',
  ],
  'challenge.photograph': [
    'Dieses Foto kann kein bekanntes Teil werden: {path}',
    'Das Foto zurücklegen oder das Teil weglassen.',
  ],
  'challenge.ended': ['Dieser Test ist stillgelegt', 'Ihn wieder verwenden oder einen anderen starten.'],
};
