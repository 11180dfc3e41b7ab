// German: the texts of challenges, of the story of a part, and of the search.
// Runs anywhere (pure).
import * as format from '../../lib/format.ts';
import type { Catalogue, Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'Teil' : 'Teile'}`;

export const challenge: Texts['history']['challenge'] = {
  title: 'Bekannte Teile als Probe',
  hint: 'Teile, von denen feststeht, was sie sind. Das Rezept muss sie alle richtig erkennen; das Ergebnis bleibt in der Historie, mit einem Zertifikat.',
  none: 'Es gibt noch keine Probe.',
  of: (recipe, version, ok, ng) =>
    `${recipe}, jetzt Version ${format.count(version)} · ${format.count(ok)} OK, ${format.count(ng)} NG`,
  neverRun: 'Noch nie gelaufen.',
  told: (passed, right, of) =>
    `${passed ? 'Bestanden' : 'Nicht bestanden'}, ${format.count(right)} von ${format.count(of)} richtig erkannt`,
  due: {
    missing: 'Sie ist heute fällig.',
    failed: 'Heute nicht bestanden: der Prüfung nicht vertrauen, bevor jemand weiß, warum.',
    changed: 'Das Rezept hat sich seither geändert: sie ist wieder fällig.',
  },
  dueTitle: (name, recipe) => `Probe „${name}“ von „${recipe}“.`,
  go: 'Zur Probe',
  run: 'Starten',
  show: 'Letztes Ergebnis',
  daily: 'Jeden Tag fällig',
  giveUp: 'Aufgeben',
  takeUp: 'Wieder verwenden',
  givenUp: 'Nicht in Gebrauch. Ihre Ergebnisse bleiben.',
  showGivenUp: (n) => `Auch zeigen, was nicht in Gebrauch ist (${format.count(n)})`,
  stopped: 'Die Probe wurde nicht zu Ende geführt und hat kein Ergebnis.',
  inList: (name) => `Probe: ${name}`,
  results: 'Ergebnisse',
  certificate: 'Zertifikat',
  columns: { part: 'Teil', expected: 'Ist', machine: 'Maschine', score: 'Wert', told: 'Ausgang' },
  outcomes: {
    right: 'richtig',
    wrong: 'falsch',
    changed: 'das Foto wurde geändert',
    missing: 'das Foto fehlt',
    failed: 'nicht prüfbar',
  },
  create: 'Neue Probe',
  from: 'Bekannte Teile',
  fromRun: (ok, ng) => `die im offenen Lauf beurteilten: ${format.count(ok)} OK, ${format.count(ng)} NG`,
  fromChosen: (ok, ng) => `die im offenen Lauf gewählten: ${format.count(ok)} OK, ${format.count(ng)} NG`,
  fromFolder: 'ein Ordner',
  chooseFolder: 'Ordner wählen',
  folderHint:
    'Mit einem Ordner „good“ und weiteren für Fehler. Für beurteilte Teile zuerst deren Lauf öffnen.',
  reviewCounts: 'Nachzuprüfen zählt als richtig',
  make: 'Diese Teile aufnehmen',
  created: (name, ok, ng) => `„${name}“ ist angelegt: ${format.count(ok)} OK, ${format.count(ng)} NG.`,
};

export const find: Texts['history']['find'] = {
  title: 'Ein Teil finden',
  hint: 'In allen Läufen, nach einem Stück des Namens oder nach der Nummer. Jedes Teil erzählt seine Geschichte.',
  label: 'Name, Serie oder Nummer',
  find: 'Finden',
  found: (n, text) =>
    n === 0 ? `Kein Teil hat „${text}“ im Namen.` : `${parts(n)} mit „${text}“, die neuesten zuerst.`,
  atLeast: (n, text) => `Die neuesten: ${parts(n)} mit „${text}“. Mehr vom Namen findet weniger.`,
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
  isChallenge: 'eine Probe',
  recipe: 'Rezept',
  noRecipe: 'keines: Wörter von Hand',
  inspected: 'Geprüft',
  notYet: 'noch nicht',
  words: 'Wörter',
  model: 'Modell',
  head: 'Trainierter Kopf',
  device: 'Gerät',
  scales: (list) => `Vergrößerungen ${list}`,
  challenge: 'Probe davor',
  noChallenge: 'keine, bevor dieses Teil geprüft wurde',
  challengeOf: (version, when) => `Rezeptversion ${format.count(version)}, ${when}`,
  second: 'Zweiter Blick',
  verdicts: 'Urteile',
  noVerdicts: 'Niemand hat dieses Teil beurteilt.',
  takenBack: 'Zurückgenommen',
  saw: (band, score) => `sah ${band}, ${score}`,
  link: (n) => `Glied ${String(n)}`,
  thresholds: 'Schwellen des Laufs',
  reports: 'Berichte, in denen es steht',
  noReports: 'Keiner ist vermerkt.',
};

export const challengeErrors: Catalogue['errors'] = {
  'challenge.nothing': [
    'Es gibt kein bekanntes Teil, mit dem eine Probe beginnen könnte',
    'Zuerst Teile mit OK und NG beurteilen, oder einen Ordner mit „good“ und Fehlerordnern wählen.',
  ],
  'challenge.too_many': [
    'Das sind zu viele Teile für eine Probe: {found}',
    'Die Teile wählen, auf die es ankommt.',
  ],
  'challenge.photograph': [
    'Dieses Foto kann kein bekanntes Teil werden: {path}',
    'Das Foto zurücklegen, oder das Teil weglassen.',
  ],
  'challenge.ended': [
    'Diese Probe ist nicht mehr in Gebrauch',
    'Sie wieder verwenden, oder eine andere starten.',
  ],
};
