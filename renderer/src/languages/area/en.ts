// English: the texts of inspection areas and of the reference part. The other languages have its shape.
// Runs anywhere (pure).

export const area = {
  title: 'Inspection area',
  open: 'Inspection area',
  openHover: 'Draw what of the photograph counts and what is ignored',
  rectangle: 'Rectangle',
  pen: 'What is drawn is',
  ignore: 'Ignored',
  inspect: 'Inspected',
  ignoreAll: 'Ignore all',
  inspectAll: 'Inspect all',
  label: 'Photograph with its inspection area. Arrow keys move the cursor, Space draws.',
  hint: 'Hatched is ignored. Heat spreads a little: ignore more than what disturbs. It applies to every photograph of the recipe, from the next run on.',
  corner: 'Go to the opposite corner, then Space or Enter.',
  share: (share: string) => `${share} ignored`,
  whole: 'The whole photograph is inspected.',
  nothing: 'Nothing is left to inspect: mark something as inspected.',
  tooFine: 'The area has too many small pieces to be kept. Smooth it with a larger brush.',
  use: 'Use this area',
  legend: (share: string) => `Ignored: ${share} of the photograph`,
  draft: 'Not kept in a recipe yet. The scores here are still those without it.',
  ignored: 'ignored',
  drawn: 'The inspection area is drawn. Keep it in the recipe, and the next run uses it.',
  follow: 'Area follows the part',
  followHover:
    'When the part shifts by up to a quarter of the photograph or turns, the area goes along. A part that is not found is not inspected: it is left to a person.',
  turned: 'How far the part may be turned',
  upTo: (degrees: number) => `turned up to ${degrees}°`,
  anyAngle: 'turned by any angle',
  stays: 'no: the area stays',
  unfit:
    'This part cannot be followed: where it is inspected there are too few clear edges, or it looks the same in several places. Inspect more of its outline, allow less turning, or let the area stay.',
  moved: (turn: string, right: string, down: string, likeness: string) =>
    `Follows the part: turned ${turn}°, right ${right} px, down ${down} px, ${likeness} alike`,
  lost: 'The part was not found here: the area does not know where to lie.',
  looking: 'Looking for the part…',
  anew: 'The part was not found here, so the area cannot be shown: drawing begins anew.',
  followLater: 'The photograph is on its way: without it the area cannot follow the part.',
  followNever:
    'Without the photograph the area cannot follow the part: let the area stay, or draw it on another part.',
};

export const reference = {
  title: 'Reference',
  hover: 'Beside it: the accepted part that looks most like this one',
  name: (name: string) => `Reference: ${name}`,
  here: 'from this run',
  from: (source: string, when: string) => `from ${source}, ${when}`,
  fromLot: (lot: string, when: string) => `from lot ${lot}, ${when}`,
  okBy: (who: string) => `OK by ${who}`,
  good: (score: string) => `good, ${score}`,
  alike: (similarity: string) => `Similarity of the whole picture: ${similarity}; 1 = the same`,
  looking: 'Looking for the most similar accepted part…',
  none: 'No other part of this product has been accepted yet. Mark one OK, and it appears here.',
  notComparable: 'This part cannot be compared: it was not inspected, or by an earlier version of Loupe.',
  noPhotograph: 'The photograph of the reference cannot be shown.',
};
