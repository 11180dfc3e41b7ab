// The photographs that a report shows of a category: those that the score judged best and worst, with heat and true defect.
// Runs in Node (command line).
import { COLOUR_MAPS } from '../common/colour-maps.ts';
import type { SessionInfo } from '../common/inference-service.ts';
import { decodeImage } from '../node/image/decode.ts';
import { encodeJpeg } from '../node/image/encode.ts';
import { blendHeat } from '../node/image/heat.ts';
import { shrink } from '../node/image/overlay.ts';
import type { TestImage } from './dataset.ts';
import type { Inspector } from './inspector.ts';
import { readMask } from '../node/measure/masks.ts';

/** One photograph of a report. */
export interface Example {
  /** Misjudged more than any other of its class, or less. */
  readonly kind: 'best' | 'worst';
  readonly path: string;
  readonly defective: boolean;
  /** The image score that ranked it. */
  readonly score: number;
  /** JPEG: the photograph under its heat on the scale of the session, the true defect outlined. */
  readonly jpeg: Uint8Array;
}

/** A photograph and the score that it got. */
export interface Scored {
  readonly image: TestImage;
  readonly score: number;
}

/** Of each class and kind. */
const COUNT = 2;
const SIDE = 240;
const OPACITY = 0.6;

/** Chooses from each class those whose score is most wrong and most right, no photograph twice. */
export function chooseExamples(scored: readonly Scored[]): (Scored & Pick<Example, 'kind'>)[] {
  const byClass = [true, false].map((defective) =>
    scored
      .filter(({ image }) => image.defective === defective)
      .sort((a, b) => (defective ? a.score - b.score : b.score - a.score)),
  );
  const worst = byClass.flatMap((ranked) => ranked.slice(0, COUNT));
  const best = byClass.flatMap((ranked) => ranked.slice(COUNT).slice(-COUNT).reverse());
  return [
    ...worst.map((one) => ({ ...one, kind: 'worst' as const })),
    ...best.map((one) => ({ ...one, kind: 'best' as const })),
  ];
}

/** Inspects the chosen photographs once more (their maps were not kept) and draws them; one that fails now is told and left out. */
export async function drawExamples(
  scored: readonly Scored[],
  inspector: Inspector,
  info: SessionInfo,
  onError: (error: unknown) => void,
): Promise<Example[]> {
  const examples: Example[] = [];
  for (const { image, score, kind } of chooseExamples(scored)) {
    const { path, defective } = image;
    try {
      const { map = new Float32Array() } = await inspector.inspect({ path, wantMap: true });
      const mask = image.mask === null ? null : await readMask(image.mask, info.mapSize);
      examples.push({ kind, path, defective, score, jpeg: await draw(path, map, mask, info) });
    } catch (error) {
      onError(error);
    }
  }
  return examples;
}

async function draw(
  path: string,
  heat: Float32Array,
  mask: Uint8Array | null,
  { mapSize, heat: range }: SessionInfo,
): Promise<Uint8Array> {
  const canvas = await shrink(await decodeImage(path), SIDE);
  const colours = COLOUR_MAPS.viridis;
  blendHeat(canvas, { data: heat, size: mapSize }, { ...range, opacity: OPACITY, colours });
  if (mask) {
    const truth = { data: Float32Array.from(mask), size: mapSize };
    blendHeat(canvas, truth, { lo: 0, hi: 1, opacity: 0, threshold: 0.5, colours });
  }
  return encodeJpeg({ ...canvas, channels: 3 }, 80);
}
