// Finds the connected defect regions of a mask.
// Runs anywhere (pure TypeScript).

/** `labels` is [height, width]: 0 outside, region r as r + 1. `areas[r]` counts pixels. */
export interface Components {
  readonly labels: Int32Array;
  readonly areas: number[];
}

/** Regions of non-zero pixels that touch along an edge or at a corner (8-connectivity, Specification § D.4). */
export function connectedComponents(mask: Uint8Array, width: number, height: number): Components {
  const labels = new Int32Array(width * height);
  const stack = new Int32Array(width * height); // every pixel is pushed at most once
  const areas: number[] = [];
  for (let start = 0; start < labels.length; start++) {
    if (mask[start] === 0 || labels[start] !== 0) continue;
    const label = areas.length + 1;
    labels[start] = label;
    stack[0] = start;
    let area = 0;
    for (let top = 1; top > 0; area++) {
      const pixel = stack[--top] ?? 0;
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let ny = Math.max(y - 1, 0); ny <= Math.min(y + 1, height - 1); ny++) {
        for (let nx = Math.max(x - 1, 0); nx <= Math.min(x + 1, width - 1); nx++) {
          const next = ny * width + nx;
          if (mask[next] === 0 || labels[next] !== 0) continue;
          labels[next] = label;
          stack[top++] = next;
        }
      }
    }
    areas.push(area);
  }
  return { labels, areas };
}
