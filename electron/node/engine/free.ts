// Gives memory back at once: the collector would leave pixels and weights of hundreds of megabytes lying for seconds or minutes.
// Runs in the inference service (Node).

/** In the oldest engine that Loupe runs in, but not yet in the library that it is compiled with. */
type Movable = ArrayBuffer & { transfer(newLength: number): ArrayBuffer };

/** Whatever looks at the buffer finds it empty afterwards. */
export function free(buffer: ArrayBufferLike): void {
  (buffer as Movable).transfer(0);
}
