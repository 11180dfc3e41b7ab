// Spanish: the texts of inspection areas and of the reference part.
// Runs anywhere; loaded with its language.
import type { Texts } from '../catalogue.ts';

export const area: Texts['area'] = {
  title: 'Área de inspección',
  open: 'Área de inspección',
  openHover: 'Dibujar qué cuenta de la fotografía y qué se ignora',
  rectangle: 'Rectángulo',
  pen: 'Trazo:',
  ignore: 'Ignorado',
  inspect: 'Inspeccionado',
  ignoreAll: 'Ignorar todo',
  inspectAll: 'Inspeccionar todo',
  label: 'Fotografía con su área de inspección. Las flechas mueven el cursor, Espacio dibuja.',
  hint: 'Lo rayado se ignora. El calor se extiende un poco: ignore algo más que lo que molesta. Vale para cada fotografía de la receta, desde la próxima inspección.',
  corner: 'Vaya a la esquina opuesta; después, Espacio o Intro.',
  share: (share) => `${share} ignorado`,
  whole: 'Se inspecciona toda la fotografía.',
  nothing: 'No queda nada que inspeccionar: dibuje algo como «Inspeccionado».',
  tooFine: 'El área tiene demasiados trozos pequeños. Alísela con un pincel mayor.',
  use: 'Usar esta área',
  legend: (share) => `Ignorado: ${share} de la fotografía`,
  draft: 'Aún no está guardada en una receta. Las puntuaciones de aquí aún no la tienen en cuenta.',
  ignored: 'ignorado',
  drawn: 'El área de inspección está dibujada. Guárdela en la receta y la próxima inspección la usará.',
  follow: 'El área sigue a la pieza',
  followHover:
    'Si la pieza se desplaza hasta un cuarto de la foto o gira, el área va con ella. Una pieza que no se encuentra no se inspecciona: queda para una persona.',
  turned: 'Cuánto puede estar girada la pieza',
  upTo: (degrees) => `girada hasta ${degrees}°`,
  anyAngle: 'girada en cualquier ángulo',
  stays: 'no: el área no se mueve',
  unfit:
    'No se puede seguir esta pieza: donde se inspecciona hay muy pocos bordes claros, o se ve igual en varios lugares. Inspeccione más de su contorno, permita menos giro o deje el área fija.',
  moved: (turn, right, down, likeness) =>
    `Sigue a la pieza: girada ${turn}°, derecha ${right} px, abajo ${down} px, ${likeness} parecida`,
  lost: 'La pieza no se encontró aquí: el área no sabe dónde colocarse.',
  looking: 'Se busca la pieza…',
  anew: 'La pieza no se encontró aquí y el área no se puede mostrar: se empieza a dibujar de nuevo.',
  followLater: 'La fotografía aún no ha llegado: sin ella el área no puede seguir a la pieza.',
  followNever:
    'Sin la fotografía el área no puede seguir a la pieza: deje el área fija o dibújela en otra pieza.',
};

export const reference: Texts['reference'] = {
  title: 'Referencia',
  hover: 'Al lado: la pieza aceptada que más se parece a esta',
  name: (name) => `Referencia: ${name}`,
  here: 'de esta inspección',
  from: (source, when) => `de ${source}, ${when}`,
  fromLot: (lot, when) => `del lote ${lot}, ${when}`,
  okBy: (who) => `OK por ${who}`,
  good: (score) => `buena, ${score}`,
  alike: (similarity) => `Parecido de la imagen entera: ${similarity}; 1 = igual`,
  looking: 'Se busca la pieza aceptada más parecida…',
  none: 'Aún no se ha aceptado otra pieza de este producto. Marque una OK y aparecerá aquí.',
  notComparable:
    'Esta pieza no se puede comparar: no fue inspeccionada, o lo fue por una versión anterior de Loupe.',
  noPhotograph: 'No se puede mostrar la fotografía de la referencia.',
};
