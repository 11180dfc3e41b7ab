// German: the texts of diagnostics, support bundle, updates and guides, and of their errors.
// Runs anywhere (pure).
import * as format from '../../lib/format.ts';
import type { SupportTexts } from './shape.ts';

export const support: SupportTexts = {
  title: 'Diagnose',
  back: 'Zurück',
  open: 'Diagnose',
  checks: 'Prüfungen',
  runAll: 'Alle Prüfungen ausführen',
  running: 'Wird geprüft …',
  again: (check) => `Noch einmal prüfen: ${check}`,
  states: {
    ok: 'In Ordnung',
    warning: 'Bitte ansehen',
    failed: 'Nicht in Ordnung',
    waiting: 'Noch nicht geprüft',
  },
  allWell: (n) => `Alle ${format.count(n)} Prüfungen sind in Ordnung.`,
  someFailed: (failed, of) =>
    `${format.count(failed)} von ${format.count(of)} Prüfungen ${failed === 1 ? 'ist' : 'sind'} nicht in Ordnung.`,
  names: {
    policy: 'Vorgaben der IT-Abteilung',
    data: 'Datenordner ist beschreibbar',
    disk: 'Freier Platz',
    database: 'Datenbank ist unversehrt',
    model: 'Modell liefert die richtigen Zahlen',
    services: 'Dienste',
    logs: 'Protokolle',
    crashes: 'Absturzabbilder',
  },
  noPolicy: 'Es gibt keine.',
  facts: {
    program: 'Programm',
    built: 'Basiert auf',
    node: 'Node',
    system: 'System',
    computer: 'Prozessor',
    memory: 'Freier Speicher',
    dataFolder: 'Datenordner',
    policyFile: 'Vorgaben',
    disabled: 'Abgeschaltet',
    idleLock: 'Sperre nach (Minuten)',
    device: 'Prüft auf',
    drawing: 'Grafik',
    started: 'Gestartet',
    file: 'Ort',
    size: 'Größe',
    free: 'Frei',
    schema: 'Schema',
    sqlite: 'SQLite',
    pack: 'Modellpaket',
    files: 'Dateien',
    difference: 'Abweichung',
    allowed: 'Erlaubt',
    running: 'Läuft',
    deaths: 'Neustarts',
    count: 'Anzahl',
    newest: 'Neuestes',
  },
  bytes: (megabytes) => `${format.count(megabytes)} MB`,
  little: 'unter 1 MB',
  computer: 'Dieser Rechner',
  report: 'Bericht',
  copy: 'Bericht kopieren',
  copied: 'Der Bericht ist in der Zwischenablage.',
  save: 'Bericht speichern …',
  print: 'Drucken …',
  saved: (path) => `Geschrieben nach ${path}`,
  bundle: 'Supportpaket',
  bundleHint:
    'Eine Zip-Datei für alle, die Ihnen helfen. Sie enthält keine Fotos, keine Wärmekarten und keine PINs, sondern dies:',
  bundleShow: 'Inhalt zeigen',
  bundleSave: 'Supportpaket speichern …',
  update: 'Aktualisierung',
  updateHint:
    'Aus einem Ordner oder von einem Stick. Loupe braucht kein Netz: Es prüft Signatur, Installationsprogramm und Historie.',
  updateCheck: 'Aktualisierung suchen …',
  updateOther: 'Anderer Ordner …',
  checking: 'Die Aktualisierung wird geprüft …',
  relation: {
    newer: (version, present) => `Version ${version} ist signiert und unversehrt. Jetzt läuft ${present}.`,
    same: (version) => `Version ${version} ist signiert und unversehrt, es ist die laufende.`,
    older: (version, present) =>
      `Version ${version} ist signiert und unversehrt, aber älter als die jetzige ${present}. Sie kann die Historie lesen.`,
  },
  install: (version) => `${version} installieren`,
  installHint:
    'Zuerst wird die Historie gesichert. Dann wird Loupe beendet und das Installationsprogramm startet.',
  installing: 'Die Historie wird gesichert …',
  command:
    'Das Installationsprogramm ist geprüft und kopiert. Ein Administrator installiert es mit diesem Befehl:',
  backedUp: (path) => `Sicherung der Historie: ${path}`,
  packs: 'Modellpakete',
  takePack: (pack) => `${pack} installieren`,
  packThere: (pack) => `${pack} ist installiert.`,
  off: 'Ihre IT-Abteilung hat dies abgeschaltet.',
  guides: 'Anleitungen',
  contents: 'Inhalt',
  guideNames: {
    operator: 'Prüfen und beurteilen',
    engineer: 'Rezepte einrichten',
    it: 'Installation und Verwaltung',
    validation: 'Qualifizierung',
    changes: 'Was neu ist',
  },
  english: 'Die Anleitungen gibt es auf Englisch.',
  noGuide: 'Diese Anleitung kann nicht gezeigt werden.',
};

export const supportErrors = {
  'data.not_writable': [
    'Loupe kann in seinem Datenordner nichts ablegen: {path}',
    'Rechte und freien Platz des Ordners prüfen oder Loupe mit --data und einem anderen Ordner starten.',
  ],
  'selftest.failed': [
    'Das Modellpaket „{pack}“ liefert auf diesem Gerät falsche Zahlen',
    'Mit --device cpu starten. Scheitert auch das, das Modell neu importieren.',
  ],
  'policy.invalid': [
    'Die Vorgaben Ihrer IT-Abteilung sind nicht lesbar: {path}',
    'Die IT-Abteilung verständigen: Ohne die Vorgaben startet Loupe nicht (docs/guides/it.md).',
  ],
  'policy.forbidden': ['Ihre IT-Abteilung hat dies abgeschaltet', 'Bei Bedarf die IT-Abteilung fragen.'],
  'update.no_key': [
    'Dieses Loupe kann keine Aktualisierung prüfen',
    'Die neue Version von Hand installieren oder fragen, woher dieses Programm stammt.',
  ],
  'update.none': [
    'In {folder} ist keine Aktualisierung',
    'Den Ordner wählen, in dem Installationsprogramm und loupe-release.json liegen.',
  ],
  'update.signature': [
    'Die Aktualisierung ist nicht vom Hersteller dieses Loupe: {folder}',
    'Nicht installieren. Die Aktualisierung neu aus ihrer Quelle holen.',
  ],
  'update.invalid': [
    'Die Liste der Aktualisierung ist nicht verwendbar: {folder}',
    'Die Aktualisierung neu aus ihrer Quelle holen.',
  ],
  'update.wrong_file': [
    'Das Installationsprogramm ist beschädigt oder verändert: {file}',
    'Nicht installieren. Das Installationsprogramm neu aus seiner Quelle kopieren.',
  ],
  'update.other_system': [
    'Die Aktualisierung hat nichts für diesen Rechner',
    'Das Installationsprogramm für dieses System holen.',
  ],
  'update.downgrade': [
    'Diese ältere Version von Loupe kann die Historie nicht mehr lesen',
    'Die jetzige Version behalten oder die ältere von Hand installieren und eine Sicherung von damals einspielen.',
  ],
  'update.not_started': [
    'Das Installationsprogramm ließ sich nicht starten: {path}',
    'Es von Hand starten; es ist geprüft.',
  ],
} as const;
