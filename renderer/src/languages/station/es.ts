// Spanish: the texts of what surrounds judging: sources, scanner, changing a recipe, printing, the native menu.
// Runs anywhere; loaded with its language.
import * as format from '../../lib/format.ts';
import type { Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} ${n === 1 ? 'pieza' : 'piezas'}`;
const inspected = (n: number): string => `${parts(n)} ${n === 1 ? 'inspeccionada' : 'inspeccionadas'}`;

export const station: Texts['station'] = {
  menu: {
    file: '&Archivo',
    openFolder: 'Inspeccionar una &carpeta…',
    openFiles: 'Inspeccionar &fotografías…',
    pauseRun: '&Pausar la inspección o seguir',
    stopRun: '&Detener la inspección',
    print: '&Imprimir lo que se ve…',
    quit: '&Salir',
    edit: '&Edición',
    undo: '&Retirar el último veredicto',
    cut: 'Cor&tar',
    copy: '&Copiar',
    paste: '&Pegar',
    selectAll: 'Seleccionar &todo',
    view: '&Ver',
    overlay: 'Mostrar u ocultar el &mapa de calor',
    larger: 'Más &grande',
    smaller: 'Más &pequeño',
    fullScreen: 'Pantalla &completa',
    help: 'Ay&uda',
    keys: '&Teclas',
    guide: '&Guías',
    diagnostics: '&Diagnóstico',
    about: '&Acerca de Loupe',
    chooseFolder: 'Carpetas con fotografías',
    chooseFiles: 'Fotografías',
  },

  watch: {
    label: 'Qué fotografías',
    once: 'Las que hay',
    names: {
      all: 'Las que hay y todas las que lleguen',
      new: 'Solo las que lleguen a partir de ahora',
    },
    hint: 'La carpeta solo se lee, nunca se cambia. Se espera a los archivos que aún se están escribiendo.',
    resting: {
      paused: 'En pausa',
      waiting: 'Esperando fotografías',
      unreachable: 'No se puede acceder a la carpeta; Loupe sigue intentándolo',
    },
    on: 'Vigilando',
    counts: (done, total) => (done === total ? inspected(done) : `${format.count(done)} de ${parts(total)}`),
    ended: (done) => `Ya no se vigila, ${inspected(done)}`,
    again: 'Volver a vigilar',
    emptyTitle: 'Esperando fotografías',
    empty: (source) => `Lo que llegue a «${source}» se inspecciona y se muestra aquí, lo más nuevo primero.`,
    pause: 'Pausa',
    goOn: 'Seguir',
  },

  runs: {
    find: 'Buscar una inspección',
    hint: 'Buscar: pieza, lote, receta, carpeta',
    none: (search) => `Ninguna inspección tiene «${search}» en pieza, lote, receta o carpeta.`,
    lot: (lot) => `Lote ${lot}`,
  },

  scan: {
    pick: 'Nombre o número de una receta',
    pickHint: 'Nombre, número o lectura',
    unknown: (code) => `Ninguna receta tiene el nombre o el número «${code}».`,
    recipe: (name) => `Receta «${name}» elegida`,
    lot: (lot) => `Lote «${lot}» anotado`,
    part: (name) => `Encontrada: ${name}`,
    undo: 'Deshacer',
    title: 'Lector de códigos',
    prefix: 'Carácter delante de cada código',
    prefixHint:
      'Configure el lector para que envíe primero este carácter y al final Intro. Un código elige entonces una receta (su nombre, o R con su número), encuentra una pieza o es el lote.',
  },

  recipe: {
    number: (id) => `N.º ${format.count(id)}`,
    change: 'Cambiar',
    title: (name, version) => `Cambiar «${name}»: versión ${version}`,
    byPack: 'Como diga el paquete de modelo',
    methods: {
      base: 'BASE: compara zonas con las palabras',
      sdp: 'SDP: lo mismo en cuatro profundidades',
      'sdp+': 'SDP+: con un cabezal entrenado',
    },
    methodHint: 'SDP+ necesita un cabezal: entrene uno antes con piezas juzgadas.',
    taps: { official: 'Oficial', clean: 'Limpia' },
    sigmaHint: 'píxeles; vacío: como diga el paquete',
    scaleNames: (scales) =>
      scales.length === 1
        ? 'Solo la fotografía entera'
        : `También por partes, ${scales.slice(1).join('× y ')}×`,
    heatOwn: 'Escala de calor propia',
    heatLo: 'Desde',
    heatHi: 'Hasta',
    consequences: 'Qué significa',
    because: {
      scores: (at) =>
        `Las puntuaciones cambian. Los umbrales ${format.score(at.review)} y ${format.score(at.reject)} valían para las anteriores: inspeccione piezas conocidas y fíjelos de nuevo.`,
      slower: (times) => `Cada fotografía tarda unas ${format.count(times)} veces más.`,
      faster: (times) => `Cada fotografía tarda unas ${format.count(times)} veces menos.`,
      headLost:
        'El cabezal entrenado era para las palabras, el método y la toma de antes. Esta versión prescinde de él.',
      noHead: 'SDP+ no se puede usar: no hay ningún cabezal entrenado.',
      colours: 'Los mapas de calor cambian de color; puntuaciones y veredictos no cambian.',
      renamed: 'Las etiquetas y códigos con el nombre anterior ya no la encuentran.',
      words: 'Las fotografías se comparan con otras palabras.',
    },
    badHeat: 'La escala necesita dos números, el primero menor que el segundo.',
    badSigma: 'El suavizado va de 0 a 256 píxeles.',
    nothing: 'Aún no se ha cambiado nada.',
    keep: (version) => `Guardar como versión ${version}`,
  },

  print: {
    at: (when) => `Impreso el ${when}`,
    run: (id, started) => `Inspección ${format.count(id)}, iniciada el ${started}`,
    thresholds: (at) => `Revisar desde ${format.score(at.review)}, rechazo desde ${format.score(at.reject)}`,
    code: (code) => `Código del historial: ${code}`,
    shown: (n, of) => `${format.count(n)} de ${parts(of)} en esta página`,
    model: (pack, method) => `${pack}, método ${method}`,
  },
};
