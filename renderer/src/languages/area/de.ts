// German: the texts of inspection areas and of the reference part.
// Runs anywhere; loaded with its language.
import type { Texts } from '../catalogue.ts';

export const area: Texts['area'] = {
  title: 'Prüffläche',
  open: 'Prüffläche',
  openHover: 'Einzeichnen, was vom Foto zählt und was ignoriert wird',
  rectangle: 'Rechteck',
  pen: 'Stift:',
  ignore: 'Ignoriert',
  inspect: 'Geprüft',
  ignoreAll: 'Alles ignorieren',
  inspectAll: 'Alles prüfen',
  label: 'Foto mit seiner Prüffläche. Pfeiltasten bewegen den Zeiger, die Leertaste zeichnet.',
  hint: 'Schraffiertes wird ignoriert. Wärme streut etwas: mehr ignorieren als das, was stört. Gilt für jedes Foto des Rezepts, ab dem nächsten Lauf.',
  corner: 'Zur Ecke gegenüber gehen, dann Leertaste oder Eingabetaste.',
  share: (share) => `${share} ignoriert`,
  whole: 'Das ganze Foto wird geprüft.',
  nothing: 'Nichts bleibt zu prüfen: einen Bereich als „Geprüft“ zeichnen.',
  tooFine: 'Die Fläche hat zu viele kleine Stücke. Mit einem größeren Pinsel glätten.',
  use: 'Diese Fläche verwenden',
  legend: (share) => `Ignoriert: ${share} des Fotos`,
  draft: 'Noch in keinem Rezept gespeichert. Die Werte hier gelten noch ohne sie.',
  ignored: 'ignoriert',
  drawn: 'Die Prüffläche ist gezeichnet. Im Rezept speichern, dann verwendet sie der nächste Lauf.',
  follow: 'Fläche folgt dem Teil',
  followHover:
    'Verschiebt sich das Teil um bis zu ein Viertel des Fotos oder dreht es sich, geht die Fläche mit. Ein Teil, das nicht gefunden wird, wird nicht geprüft: Es bleibt einem Menschen überlassen.',
  turned: 'Wie weit das Teil gedreht sein darf',
  upTo: (degrees) => `bis ${degrees}° gedreht`,
  anyAngle: 'beliebig gedreht',
  stays: 'nein: Die Fläche bleibt',
  unfit:
    'Diesem Teil lässt sich nicht folgen: Wo geprüft wird, sind zu wenige klare Kanten, oder es sieht an mehreren Stellen gleich aus. Mehr vom Umriss prüfen, weniger Drehung erlauben oder die Fläche stehen lassen.',
  moved: (turn, right, down, likeness) =>
    `Folgt dem Teil: gedreht ${turn}°, rechts ${right} px, unten ${down} px, ${likeness} ähnlich`,
  lost: 'Das Teil wurde hier nicht gefunden: Die Fläche weiß nicht, wo sie liegen soll.',
  looking: 'Das Teil wird gesucht …',
  anew: 'Das Teil wurde hier nicht gefunden, daher lässt sich die Fläche nicht zeigen: Das Zeichnen beginnt von vorn.',
  followLater: 'Das Foto wird noch geladen: Ohne das Foto kann die Fläche dem Teil nicht folgen.',
  followNever:
    'Ohne das Foto kann die Fläche dem Teil nicht folgen: Fläche stehen lassen oder auf einem anderen Teil zeichnen.',
};

export const reference: Texts['reference'] = {
  title: 'Vergleichsteil',
  hover: 'Daneben: das angenommene Teil, das diesem am meisten gleicht',
  name: (name) => `Vergleichsteil: ${name}`,
  here: 'aus diesem Lauf',
  from: (source, when) => `aus ${source}, ${when}`,
  fromLot: (lot, when) => `aus Los ${lot}, ${when}`,
  okBy: (who) => `i. O. von ${who}`,
  good: (score) => `gut, ${score}`,
  alike: (similarity) => `Ähnlichkeit des ganzen Bildes: ${similarity}; 1 = gleich`,
  looking: 'Das ähnlichste angenommene Teil wird gesucht …',
  none: 'Von diesem Produkt ist noch kein anderes Teil angenommen. Eines als i. O. beurteilen, dann erscheint es hier.',
  notComparable:
    'Dieses Teil lässt sich nicht vergleichen: Es wurde nicht geprüft oder von einer früheren Version von Loupe.',
  noPhotograph: 'Das Foto des Vergleichsteils kann nicht gezeigt werden.',
};
