// A square mask with one bit per pixel: the masks of a whole data set stay in memory.
// Runs anywhere.

export class Bits {
  /** Side in pixels. */
  readonly side: number;
  readonly bytes: Uint8Array;

  private constructor(side: number, bytes: Uint8Array) {
    this.side = side;
    this.bytes = bytes;
  }

  static from(pixels: Uint8Array, isSet: (value: number) => boolean, side: number): Bits {
    const bytes = new Uint8Array(Math.ceil(pixels.length / 8));
    pixels.forEach((value, i) => {
      if (isSet(value)) bytes[i >> 3]! |= 1 << (i & 7);
    });
    return new Bits(side, bytes);
  }

  get empty(): boolean {
    return this.bytes.every((byte) => byte === 0);
  }

  /** Writes side² values 0 or 1 to `out` from `at` on; mirrored left to right on demand. */
  unpack(out: Uint8Array, at: number, mirrored: boolean): void {
    const { side, bytes } = this;
    for (let y = 0, i = 0; y < side; y++) {
      const row = at + y * side;
      for (let x = 0; x < side; x++, i++) {
        out[row + (mirrored ? side - 1 - x : x)] = (bytes[i >> 3]! >> (i & 7)) & 1;
      }
    }
  }
}
