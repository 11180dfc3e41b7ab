// Spanish: the texts of the history.
// Runs anywhere (pure).
import * as format from '../../lib/format.ts';
import type { Texts } from '../catalogue.ts';
import { challenge, find, story } from './audit-es.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'pieza' : 'piezas'}`;
const runs = (n: number): string => `${format.count(n)} ${n === 1 ? 'inspección' : 'inspecciones'}`;

export const history: Texts['history'] = {
  title: 'Historial',
  openHover:
    'Estadísticas, inspecciones lado a lado, cualquier pieza, pruebas, almacenamiento y comprobaciones',
  tabs: {
    statistics: 'Estadísticas',
    compare: 'Lado a lado',
    find: 'Buscar pieza',
    challenge: 'Prueba',
    storage: 'Almacenamiento',
    check: 'Comprobación',
  },
  fullRun: (name) => `«${name}» está en pausa.`,
  network: (kind) =>
    `La carpeta de datos está en una unidad de red (${kind}). Debe estar en un disco de este equipo: en la red el historial puede dañarse.`,
  retained: (size, n) => `Según la regla se retiraron ${size} de mapas y miniaturas de ${runs(n)}.`,
  failedRetention: 'No se pudieron retirar mapas y miniaturas.',
  none: 'ninguna',

  statistics: {
    by: 'Por',
    groups: { run: 'Inspección', lot: 'Lote', recipe: 'Receta', day: 'Día' },
    all: 'Todo',
    recipe: 'Receta',
    lot: 'Lote',
    from: 'Desde',
    to: 'Hasta',
    nothing: 'Ninguna inspección corresponde a esta selección.',
    loading: 'Contando…',
    yield: 'Rendimiento',
    review: 'Revisar',
    reject: 'Rechazo',
    falseReject: 'Falsos rechazos',
    falseRejectHover: 'Rechazadas, pero marcadas OK; de todas las marcadas OK.',
    escape: 'Fugas',
    escapeHover: 'Dadas por buenas, pero marcadas NG; de todas las marcadas NG.',
    rate: (count, of, lo, hi) =>
      `${format.count(count)} de ${format.count(of)} · 95\u00a0%: de ${lo} a ${hi}`,
    noCase: 'sin casos',
    columns: {
      parts: 'Piezas',
      good: 'Buenas',
      review: 'Revisar',
      reject: 'Rechazo',
      failed: 'Fallidas',
      accepted: 'Aceptadas',
      rejected: 'Rechazadas',
      open: 'Pendientes',
      yield: 'Rendimiento',
    },
    chart: 'Proporción de rechazadas',
    chartNote:
      'Línea de puntos: la media. Línea discontinua: los límites a tres desviaciones típicas según el tamaño de cada grupo. Un cuadrado está fuera.',
    noChart: 'Aún no se ha aceptado ni rechazado nada.',
    point: (key, share, of, out) =>
      `${key}: ${share} de ${format.count(of)}${out ? ', fuera de los límites' : ''}`,
    kinds: 'Tipos de defecto',
    noKinds: 'Ninguna pieza se marcó NG.',
    unnamed: 'sin nombre',
    note: 'La máquina cuenta con los umbrales que cada inspección tiene ahora. Aceptadas: marcadas OK, o buenas y sin juzgar.',
    save: 'Guardar como',
    formats: { pdf: 'PDF', csv: 'CSV', jsonl: 'JSONL', html: 'Página' },
    saved: (path, n) => `${parts(n)} ${n === 1 ? 'guardada' : 'guardadas'} en ${path}`,
  },

  compare: {
    run: 'Inspección',
    runName: (id, name, when) => `${format.count(id)} · ${name} · ${when}`,
    against: 'Al lado',
    ways: { recipe: 'una receta', thresholds: 'otros umbrales', run: 'otra inspección' },
    recipe: 'Receta',
    version: (name, n) => `${name}, versión ${format.count(n)}`,
    other: 'Otra inspección',
    show: 'Mostrar',
    hint: 'Otra receta u otros umbrales se prueban con lo que se guardó de la inspección. Nada se inspecciona y nada cambia.',
    noRuns: 'Aún no hay inspecciones.',
    noRecipes: 'Aún no hay recetas.',
    again: 'Inspeccionar de nuevo con ella',
    againHint: 'Una nueva inspección de las mismas fotografías; puede ponerse al lado de esta.',
    changed: (n, of) =>
      n === 0
        ? `Ninguna de ${parts(of)} recibe otro veredicto.`
        : `${format.count(n)} de ${parts(of)} ${n === 1 ? 'recibe' : 'reciben'} otro veredicto.`,
    before: 'Antes',
    after: 'Después',
    beforeAfter: 'Antes \\ después',
    at: (review, reject) => `revisar desde ${review}, rechazar desde ${reject}`,
    escapes: 'Marcadas NG, pero buenas',
    falseRejects: 'Marcadas OK, pero rechazadas',
    regions: 'Piezas con una región',
    noMaps: (n) => `Ya no se guardan los mapas de ${parts(n)}.`,
    unmatched: (before, after, replaced) =>
      `No están en ambas: ${format.count(before)} solo antes, ${format.count(after)} solo después, ${format.count(replaced)} con otra fotografía bajo el mismo nombre.`,
    part: 'Pieza',
    score: 'Puntuación',
    marked: 'Marcada',
    openPart: (name) => `Abrir ${name}`,
    more: (n) => `y ${format.count(n)} más`,
  },

  storage: {
    disk: 'Qué hay en el disco',
    kinds: {
      database: 'Resultados y veredictos',
      maps: 'Mapas de calor',
      thumbnails: 'Miniaturas',
      backups: 'Copias de seguridad',
      training: 'Entrenamiento',
      replaced: 'Historiales sustituidos',
    },
    free: (free, total) => `${free} de ${total} están libres`,
    backups: 'Copias de seguridad',
    newest: (when, n) => `Se guardan ${format.count(n)}, la más reciente del ${when}`,
    noBackup: 'Aún no hay copia de seguridad.',
    backUp: 'Copiar ahora',
    backedUp: (path) => `La copia está en ${path}`,
    keeping: 'Cuánto tiempo se guardan mapas y miniaturas',
    keepingHint:
      'Resultados, veredictos y fotografías siempre se conservan. Sin su mapa, una pieza conserva su puntuación.',
    days: 'Como mucho',
    daysUnit: 'días',
    gigabytes: 'Como máximo',
    noLimit: 'sin límite',
    keepThumbnails: 'Conservar las miniaturas',
    daily: 'Hacerlo cada día',
    archive: 'Antes, copiarlos a',
    noArchive: 'ningún sitio: se borran',
    choose: 'Elegir',
    clear: 'No copiar',
    preview: 'Mostrar qué se retiraría',
    save: 'Guardar esta regla',
    saved: 'La regla está guardada.',
    doIt: 'Retirarlos ahora',
    wouldGo: (size, n, left) => `Se retirarían ${size} de ${runs(n)}; quedan ${left}.`,
    nothingGoes: 'No se retiraría nada.',
    went: (size, n) => `Se retiraron ${size} de ${runs(n)}.`,
    why: { age: 'demasiado antiguo', size: 'ocupa demasiado' },
    columns: {
      run: 'Inspección',
      newest: 'Más reciente',
      maps: 'Mapas',
      thumbnails: 'Miniaturas',
      size: 'Tamaño',
      why: 'Motivo',
    },
    manager: 'Solo un responsable cambia lo que se guarda.',
  },

  check: {
    chain: '¿Sigue todo como se escribió?',
    chainHint: 'Recorre cada veredicto y cada suceso del historial y compara sus huellas.',
    code: 'Código de un informe',
    codeHint: 'si lo tiene',
    verify: 'Comprobar el historial',
    checking: 'Comprobando…',
    holds: (links, verdicts) =>
      `Las ${format.count(links)} entradas son correctas, entre ellas ${format.count(verdicts)} veredictos.`,
    now: 'Código actual',
    passed: 'Este historial tuvo ese código.',
    notPassed: 'Este historial nunca tuvo ese código.',
    fault: (row) => `La primera entrada que no es correcta: ${row}`,
    jumps: (n) => `El reloj se cambió ${n === 1 ? 'una vez' : `${format.count(n)} veces`}.`,
    photographs: '¿Siguen siendo las fotografías que se inspeccionaron?',
    photographsHint: 'Lee cada fotografía que aún está y la compara con su huella.',
    compare: 'Comprobar las fotografías',
    images: (checked, same, changed, gone) =>
      `De ${format.count(checked)} fotografías, ${format.count(same)} están como entonces, ${format.count(changed)} han cambiado y ${format.count(gone)} ya no están.`,
    unknown: (n) => `De ${parts(n)} no se anotó ninguna huella.`,
    changedPart: (path) => `Cambió: ${path}`,
  },

  challenge,
  find,
  story,
};
