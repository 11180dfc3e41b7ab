// Ground-truth masks at the size of the heat map, as the official evaluation makes them.
// Runs in Node. Specification § D.1.
import { resizeImage } from '../../../models/image/resize.ts';
import { decodeImage } from '../image/decode.ts';

/** A pixel that is more than half defect after resizing is a defect. */
const HALF = 127;

/**
 * Any value above 0 is a defect (VisA has several); then Pillow's bilinear resize, then the half. Returns `size`² bytes, 0
 * or 1. Throws as decodeImage.
 */
export async function readMask(path: string, size: number): Promise<Uint8Array> {
  const { data, width, height, channels } = await decodeImage(path);
  const defect = new Uint8Array(width * height);
  for (let pixel = 0, i = 0; pixel < defect.length; pixel++) {
    let marked = 0;
    for (let c = 0; c < channels; c++) marked |= data[i++] ?? 0;
    if (marked !== 0) defect[pixel] = 255;
  }
  const resized = resizeImage({ data: defect, width, height, channels: 1 }, size, size, 'bilinear');
  return resized.data.map((value) => (value > HALF ? 1 : 0));
}
