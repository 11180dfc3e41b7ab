// The picture that leaves the program (--overlays, reports): photograph, heat map on a fixed scale, legend; as PNG.
// Runs in Node (services and the command line). The page draws its own overlay on the GPU, with the same colours.
import { COLOUR_MAPS, type ColourMapName } from '../../common/colour-maps.ts';
import { ownBytes } from './codec.ts';
import type { DecodedImage } from './decode.ts';
import { encodePng, pipelineOf } from './encode.ts';
import { blendHeat, type HeatMap, type HeatScale } from './heat.ts';
import { drawLegend, legendHeight, type LegendText } from './legend.ts';
import type { Canvas } from './pixel-font.ts';

export interface OverlayOptions extends LegendText {
  /** Ends of the colour scale in the unit of the map; fixed for a run. */
  readonly lo: number;
  readonly hi: number;
  /** Draws a contour around values at or above it, and a mark on the colour bar. */
  readonly threshold?: number | undefined;
  readonly colourMap: ColourMapName;
  /** 0..1: how much of the photograph the highest values cover. */
  readonly opacity: number;
  /** Longest side of the photograph in the overlay, in pixels; smaller ones are not enlarged. */
  readonly maxSide?: number;
}

/** The photograph as RGB, no larger than asked. */
export async function shrink(image: DecodedImage, maxSide: number): Promise<Canvas> {
  const { data, info } = await pipelineOf(image)
    .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: ownBytes(data) };
}

/** The same picture with black rows below it. */
function extend({ width, height, data }: Canvas, rows: number): Canvas {
  const canvas = { width, height: height + rows, data: new Uint8Array(width * (height + rows) * 3) };
  canvas.data.set(data);
  return canvas;
}

/**
 * Draws the overlay of one photograph.
 *
 * @param image upright pixels from decodeImage
 * @param heat size × size values that cover the whole photograph
 * @returns PNG bytes; as wide as the photograph (at most maxSide), as high as the photograph plus the legend
 * @throws LoupeError internal when the map or the scale cannot be drawn
 */
export async function renderOverlay(
  image: DecodedImage,
  heat: HeatMap,
  options: OverlayOptions,
): Promise<Uint8Array> {
  const { maxSide = 1600, colourMap, lo, hi, threshold, opacity } = options;
  const scale: HeatScale = { lo, hi, threshold, opacity, colours: COLOUR_MAPS[colourMap] };
  const photograph = await shrink(image, maxSide);
  blendHeat(photograph, heat, scale);
  const canvas = extend(photograph, legendHeight(photograph.width, options));
  drawLegend(canvas, scale, options);
  return encodePng({ ...canvas, channels: 3 });
}
