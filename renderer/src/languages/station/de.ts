// German: the texts of what surrounds judging: sources, scanner, changing a recipe, printing, the native menu.
// Runs anywhere; loaded with its language.
import * as format from '../../lib/format.ts';
import type { Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'Teil' : 'Teile'}`;
const dative = (n: number): string => `${format.count(n)} ${n === 1 ? 'Teil' : 'Teilen'}`;

export const station: Texts['station'] = {
  menu: {
    file: '&Datei',
    openFolder: '&Ordner prüfen …',
    openFiles: '&Fotos prüfen …',
    pauseRun: 'Lauf &unterbrechen oder fortsetzen',
    stopRun: 'Lauf &anhalten',
    print: 'Sichtbares d&rucken …',
    quit: '&Beenden',
    edit: '&Bearbeiten',
    undo: 'Letztes Urteil &zurücknehmen',
    cut: '&Ausschneiden',
    copy: '&Kopieren',
    paste: '&Einfügen',
    selectAll: 'A&lles auswählen',
    view: '&Ansicht',
    overlay: '&Wärmekarte zeigen oder verbergen',
    larger: '&Größer',
    smaller: '&Kleiner',
    fullScreen: '&Vollbild',
    help: '&Hilfe',
    keys: '&Tasten',
    guide: '&Anleitungen',
    diagnostics: '&Diagnose',
    about: 'Ü&ber Loupe',
    chooseFolder: 'Ordner mit Fotos',
    chooseFiles: 'Fotos',
  },

  watch: {
    label: 'Welche Fotos',
    once: 'Die vorhandenen',
    names: {
      all: 'Die vorhandenen und alle, die kommen',
      new: 'Nur die, die ab jetzt kommen',
    },
    hint: 'Der Ordner wird nur gelesen, nie verändert. Auf eine Datei, die noch geschrieben wird, wird gewartet.',
    resting: {
      paused: 'Unterbrochen',
      waiting: 'Wartet auf Fotos',
      unreachable: 'Der Ordner ist nicht erreichbar; Loupe versucht es weiter',
    },
    on: 'Überwacht',
    counts: (done, total) =>
      done === total ? `${parts(done)} geprüft` : `${format.count(done)} von ${dative(total)}`,
    ended: (done) => `Nicht mehr überwacht, ${parts(done)} geprüft`,
    again: 'Weiter überwachen',
    emptyTitle: 'Wartet auf Fotos',
    empty: (source) => `Was in „${source}“ ankommt, wird geprüft und hier gezeigt, das Neueste zuerst.`,
    pause: 'Pause',
    goOn: 'Weiter',
  },

  runs: {
    find: 'Lauf suchen',
    hint: 'Suchen: Teil, Los, Rezept, Ordner',
    none: (search) => `Kein Lauf hat „${search}“ in Teil, Los, Rezept oder Ordner.`,
    lot: (lot) => `Los ${lot}`,
  },

  scan: {
    pick: 'Name oder Nummer eines Rezepts',
    pickHint: 'Name, Nummer oder Scan',
    unknown: (code) => `Kein Rezept hat den Namen oder die Nummer „${code}“.`,
    recipe: (name) => `Rezept „${name}“ gewählt`,
    lot: (lot) => `Los „${lot}“ eingetragen`,
    part: (name) => `Gefunden: ${name}`,
    undo: 'Rückgängig',
    title: 'Barcode-Scanner',
    prefix: 'Zeichen vor jedem Code',
    prefixHint:
      'Den Scanner so einstellen, dass er zuerst dieses Zeichen und zuletzt Eingabe sendet. Ein Code wählt dann ein Rezept (seinen Namen oder R mit seiner Nummer), findet ein Teil oder ist das Los.',
  },

  recipe: {
    number: (id) => `Nr. ${format.count(id)}`,
    change: 'Ändern',
    title: (name, version) => `„${name}“ ändern: Version ${version}`,
    byPack: 'Wie im Modellpaket',
    methods: {
      base: 'BASE: vergleicht Bildstellen mit den Wörtern',
      sdp: 'SDP: dasselbe in vier Tiefen',
      'sdp+': 'SDP+: mit angelerntem Kopf',
    },
    methodHint: 'SDP+ braucht einen Kopf: zuerst aus beurteilten Teilen anlernen.',
    taps: { official: 'Offiziell', clean: 'Bereinigt' },
    sigmaHint: 'Pixel; leer: wie im Modellpaket',
    scaleNames: (scales) =>
      scales.length === 1 ? 'Nur das ganze Foto' : `Auch Kacheln, ${scales.slice(1).join('- und ')}-fach`,
    heatOwn: 'Eigene Wärmeskala',
    heatLo: 'Von',
    heatHi: 'Bis',
    consequences: 'Was das bedeutet',
    because: {
      scores: (at) =>
        `Die Werte ändern sich. Die Schwellen ${format.score(at.review)} und ${format.score(at.reject)} galten für die alten: bekannte Teile prüfen und die Schwellen neu setzen.`,
      slower: (times) => `Jedes Foto dauert etwa ${format.count(times)}-mal so lange.`,
      faster: (times) => `Jedes Foto ist etwa ${format.count(times)}-mal so schnell fertig.`,
      headLost:
        'Der angelernte Kopf gehört zu den bisherigen Wörtern, dem Verfahren und dem Abgriff. Diese Version kommt ohne ihn aus.',
      noHead: 'SDP+ geht nicht: Es gibt keinen angelernten Kopf dafür.',
      colours: 'Die Wärmekarten bekommen andere Farben; Werte und Urteile bleiben.',
      renamed: 'Etiketten und Codes mit dem alten Namen finden es nicht mehr.',
      words: 'Die Fotos werden mit anderen Wörtern verglichen.',
    },
    badHeat: 'Die Skala braucht zwei Zahlen, die erste unter der zweiten.',
    badSigma: 'Die Glättung geht von 0 bis 256 Pixel.',
    nothing: 'Noch ist nichts geändert.',
    keep: (version) => `Als Version ${version} speichern`,
  },

  print: {
    at: (when) => `Gedruckt am ${when}`,
    run: (id, started) => `Lauf ${format.count(id)}, begonnen am ${started}`,
    thresholds: (at) => `Nachprüfen ab ${format.score(at.review)}, Ausschuss ab ${format.score(at.reject)}`,
    code: (code) => `Code der Historie: ${code}`,
    shown: (n, of) => `${format.count(n)} von ${dative(of)} auf dieser Seite`,
    model: (pack, method) => `${pack}, Verfahren ${method}`,
  },
};
