// An area on another grid: photographs of one recipe need not all have the same size.
// Runs anywhere (pure).

/** Each new cell takes the old one at its middle; on the same grid nothing changes. */
export function resample(
  cells: Uint8Array,
  columns: number,
  rows: number,
  width: number,
  height: number,
): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * rows) / height) * columns;
    for (let x = 0; x < width; x++)
      out[y * width + x] = cells[row + Math.floor(((x + 0.5) * columns) / width)]!;
  }
  return out;
}
