// The pixels of one part for a large view: the thumbnail at once, the whole photograph when it arrives, and how they are drawn.
// Runs in the page.
import { untrack } from 'svelte';
import type { Place } from '../features/regions/draw-regions.ts';
import { needPhotograph, needThumbnail } from '../lib/media.ts';

/** From this many device pixels per pixel on, pixels are shown as squares. */
const PIXELS_FROM = 3;

export class Photograph {
  photograph = $state.raw<ImageBitmap | null>(null);
  #thumbnail = $state.raw<ImageBitmap | null>(null);
  /** There is none any more where it was read. */
  missing = $state(false);

  /** What there is to draw now. */
  readonly best = $derived(this.photograph ?? this.#thumbnail);

  /** Asks for the pixels of this part, for none with null; to be returned from an effect. */
  show(partId: number | null): (() => void) | undefined {
    untrack(() => {
      this.photograph = this.#thumbnail = null;
      this.missing = false;
    });
    if (partId === null) return;
    const releases = [
      needThumbnail(partId, (bitmap) => (this.#thumbnail = bitmap)),
      needPhotograph(partId, (bitmap) => {
        this.photograph = bitmap;
        this.missing = bitmap === null;
      }),
    ];
    return () => releases.forEach((release) => release());
  }

  draw(context: CanvasRenderingContext2D, { x, y, width, height }: Place): void {
    const { best } = this;
    if (best === null) return;
    const scale = (width / best.width) * window.devicePixelRatio;
    context.imageSmoothingEnabled = best !== this.photograph || scale < PIXELS_FROM;
    context.imageSmoothingQuality = 'medium';
    context.drawImage(best, x, y, width, height);
  }

  /** As large as fits into the place of another one: the same place of two equal parts is at the same place. */
  drawWithin(context: CanvasRenderingContext2D, at: Place): void {
    if (this.best === null) return;
    const scale = Math.min(at.width / this.best.width, at.height / this.best.height);
    const [width, height] = [this.best.width * scale, this.best.height * scale];
    const [x, y] = [at.x + (at.width - width) / 2, at.y + (at.height - height) / 2];
    this.draw(context, { x, y, width, height });
  }
}
