// A threshold dragged to and fro over the histogram, frame by frame.
// Runs in the page: handed to `evaluate` whole, so it may name nothing from outside.

/** The time of each frame in milliseconds. */
export async function dragThreshold(frames: number): Promise<number[]> {
  const box = document.querySelector('.histogram')!;
  const { left, top } = box.getBoundingClientRect();
  box.setPointerCapture = () => undefined;
  const send = (type: string, x: number): boolean =>
    box.dispatchEvent(
      new PointerEvent(type, { clientX: left + x, clientY: top + 50, button: 0, bubbles: true }),
    );
  const times: number[] = [];
  send('pointerdown', 140);
  let last = performance.now();
  for (let i = 0; i < frames; i++) {
    send('pointermove', 140 - 60 * Math.abs(Math.sin(i / 40)));
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - last);
    last = performance.now();
  }
  send('pointerup', 100);
  return times;
}
