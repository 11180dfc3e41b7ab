// The small grey picture of a photograph on the screen: what its part is found again by.
// Runs in the page.
import { smallGrey, smallSize, type GreyPicture } from '../../../../electron/common/align/picture.ts';

/** The browser makes it smaller first, which is quick; the rest is done as everywhere. */
const LONGEST_FIRST = 512;

export function smallPicture(photograph: ImageBitmap): GreyPicture | null {
  const { width, height } = photograph;
  const scale = Math.min(1, LONGEST_FIRST / Math.max(width, height));
  const between = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const context = new OffscreenCanvas(between.width, between.height).getContext('2d');
  if (context === null) return null;
  context.imageSmoothingQuality = 'high';
  context.drawImage(photograph, 0, 0, between.width, between.height);
  const { data } = context.getImageData(0, 0, between.width, between.height);
  return smallGrey(data, 4, between, smallSize(width, height));
}
