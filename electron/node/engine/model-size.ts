// A photograph, or a part of it, at the size of the model: RGB bytes as the network takes them.
// Runs in the inference and the training service (Node).
import { resizeImage } from '../../../models/image/resize.ts';
import type { DecodedImage } from '../image/decode.ts';

export type Pixels = Pick<DecodedImage, 'data' | 'width' | 'height' | 'channels'>;

/** Resized as Pillow does it, grey before it becomes RGB: the same bytes for a third of the work (Specification § B.1). */
export function toModelSize(image: Pixels, side: number): Uint8Array {
  const { data, channels } = resizeImage(image, side, side, 'bicubic');
  if (channels === 3) return data;
  const rgb = new Uint8Array(data.length * 3);
  for (let i = 0, out = 0; i < data.length; i++) {
    rgb[out++] = rgb[out++] = rgb[out++] = data[i] ?? 0;
  }
  return rgb;
}

export function crop(
  { data, width, channels }: Pixels,
  part: { left: number; top: number; width: number; height: number },
): Pixels {
  const row = part.width * channels;
  const cut = new Uint8Array(row * part.height);
  for (let y = 0; y < part.height; y++) {
    const from = ((part.top + y) * width + part.left) * channels;
    cut.set(data.subarray(from, from + row), y * row);
  }
  return { data: cut, width: part.width, height: part.height, channels };
}
