// Spanish: the texts of challenges, of the story of a part, and of the search.
// Runs anywhere (pure).
import * as format from '../../lib/format.ts';
import type { Catalogue, Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'pieza' : 'piezas'}`;

export const challenge: Texts['history']['challenge'] = {
  title: 'Prueba con piezas conocidas',
  hint: 'Piezas de las que se sabe qué son. La receta debe reconocerlas todas bien; el resultado queda en el historial, con un certificado.',
  none: 'Aún no hay ninguna prueba.',
  of: (recipe, version, ok, ng) =>
    `${recipe}, ahora versión ${format.count(version)} · ${format.count(ok)} OK, ${format.count(ng)} NG`,
  neverRun: 'Nunca ejecutada.',
  told: (passed, right, of) =>
    `${passed ? 'Superada' : 'No superada'}, ${format.count(right)} de ${format.count(of)} correctas`,
  due: {
    missing: 'Hay que hacerla hoy.',
    failed: 'Hoy no se superó: no confíe en la inspección hasta saber por qué.',
    changed: 'La receta ha cambiado desde entonces: hay que repetirla.',
  },
  dueTitle: (name, recipe) => `Prueba «${name}» de «${recipe}».`,
  go: 'Ir a la prueba',
  run: 'Ejecutar',
  show: 'Último resultado',
  daily: 'Cada día',
  giveUp: 'Retirar',
  takeUp: 'Usar de nuevo',
  givenUp: 'No está en uso. Sus resultados se conservan.',
  showGivenUp: (n) => `Mostrar también las que no están en uso (${format.count(n)})`,
  stopped: 'La prueba no terminó y no tiene resultado.',
  inList: (name) => `Prueba: ${name}`,
  results: 'Resultados',
  certificate: 'Certificado',
  columns: { part: 'Pieza', expected: 'Real', machine: 'Máquina', score: 'Puntuación', told: 'Resultado' },
  outcomes: {
    right: 'correcto',
    wrong: 'incorrecto',
    changed: 'la fotografía fue cambiada',
    missing: 'falta la fotografía',
    failed: 'no se pudo inspeccionar',
  },
  create: 'Nueva prueba',
  from: 'Piezas conocidas',
  fromRun: (ok, ng) =>
    `las juzgadas en la inspección abierta: ${format.count(ok)} OK, ${format.count(ng)} NG`,
  fromChosen: (ok, ng) =>
    `las elegidas en la inspección abierta: ${format.count(ok)} OK, ${format.count(ng)} NG`,
  fromFolder: 'una carpeta',
  chooseFolder: 'Elegir la carpeta',
  folderHint:
    'Con una carpeta «good» y otras para los defectos. Para tomar piezas juzgadas, abra antes su inspección.',
  reviewCounts: 'A revisar cuenta como correcto',
  make: 'Guardar estas piezas',
  created: (name, ok, ng) => `«${name}» está guardada: ${format.count(ok)} OK, ${format.count(ng)} NG.`,
};

export const find: Texts['history']['find'] = {
  title: 'Buscar una pieza',
  hint: 'En todas las inspecciones, por un trozo del nombre o por el número. Cada pieza tiene su historia.',
  label: 'Nombre, número de serie o número',
  find: 'Buscar',
  found: (n, text) =>
    n === 0
      ? `Ninguna pieza tiene «${text}» en el nombre.`
      : `${parts(n)} con «${text}», primero las más recientes.`,
  atLeast: (n, text) =>
    `Las ${parts(n)} más recientes con «${text}». Escriba más del nombre para encontrar menos.`,
  columns: {
    part: 'Pieza',
    run: 'Inspección',
    inspected: 'Inspeccionada',
    machine: 'Máquina',
    score: 'Puntuación',
    marked: 'Marcada',
  },
};

export const story: Texts['history']['story'] = {
  button: 'Historia',
  openHover: 'Todo lo que explica esta pieza: fotografía, receta, modelo, personas, informes',
  title: (name) => `Historia de ${name}`,
  number: (id) => `Pieza ${format.count(id)}`,
  open: 'Abrir la pieza',
  file: 'Archivo',
  photograph: 'Fotografía',
  noHash: 'no se anotó ninguna huella',
  byCamera: 'según su cámara',
  byFile: 'último cambio del archivo',
  run: 'Inspección',
  runBy: (id, who, when) =>
    who === null
      ? `${format.count(id)}, iniciada ${when}`
      : `${format.count(id)}, iniciada por ${who}, ${when}`,
  repeats: (id) => `repite la inspección ${format.count(id)}`,
  isChallenge: 'una prueba',
  recipe: 'Receta',
  noRecipe: 'ninguna: palabras escritas a mano',
  inspected: 'Inspeccionada',
  notYet: 'todavía no',
  words: 'Palabras',
  model: 'Modelo',
  head: 'Cabezal entrenado',
  device: 'Dispositivo',
  scales: (list) => `ampliaciones ${list}`,
  challenge: 'Prueba anterior',
  noChallenge: 'ninguna antes de inspeccionar esta pieza',
  challengeOf: (version, when) => `versión ${format.count(version)} de la receta, ${when}`,
  second: 'Segunda mirada',
  verdicts: 'Veredictos',
  noVerdicts: 'Nadie ha juzgado esta pieza.',
  takenBack: 'Retirado',
  saw: (band, score) => `vio «${band}» con ${score}`,
  link: (n) => `Eslabón ${String(n)}`,
  thresholds: 'Umbrales de la inspección',
  reports: 'Informes que la contienen',
  noReports: 'No consta ninguno.',
};

export const challengeErrors: Catalogue['errors'] = {
  'challenge.nothing': [
    'No hay ninguna pieza conocida para empezar una prueba',
    'Juzgue antes piezas como OK y NG o elija una carpeta con «good» y carpetas de defectos.',
  ],
  'challenge.too_many': ['Son demasiadas piezas para una prueba: {found}', 'Elija las piezas que importan.'],
  'challenge.photograph': [
    'Esta fotografía no puede guardarse como pieza conocida: {path}',
    'Devuelva la fotografía a su sitio o deje la pieza fuera.',
  ],
  'challenge.ended': ['Esta prueba ya no está en uso', 'Úsela de nuevo o ejecute otra.'],
};
