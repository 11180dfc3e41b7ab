// The inspection area of the run on the screen: the one that its recipe's version has, and the one that was drawn since.
// Runs in the page.
import type { Aligner } from '../../../../electron/common/align/aligner.ts';
import { alignerOf, movedCells, movedIgnores } from '../../../../electron/common/align/moved-area.ts';
import type { GreyPicture } from '../../../../electron/common/align/picture.ts';
import type { Placement } from '../../../../electron/common/align/placement.ts';
import { ignoredCells, isIgnored, type InspectionArea } from '../../../../electron/common/area.ts';
import type { Part, Run } from '../../../../electron/common/domain.ts';
import { call } from '../../lib/client.ts';
import type { Notices } from '../../state/notices.svelte.ts';
import { drawn, movedTo, type DrawnArea, type Moved } from './drawn-area.ts';
import { resample } from './resample.ts';

type OpenPart = Pick<Part, 'id' | 'width' | 'height' | 'placement' | 'error'>;

/** Where an area would go on a photograph; null = its part is not found there. */
interface Preview {
  readonly area: InspectionArea;
  readonly partId: number;
  readonly moved: Moved | null;
}

export class AreaStore {
  readonly #notices: Notices;
  readonly #open: () => OpenPart | null;
  /** The sheet in which it is drawn is open. */
  editing = $state(false);
  /** What the scores and maps on the screen were made with; null = the whole photograph. */
  #used = $state.raw<InspectionArea | null>(null);
  /** Drawn since the run was opened; undefined = nothing was. */
  #draft = $state.raw<InspectionArea | null | undefined>(undefined);
  #preview = $state.raw<Preview | null>(null);
  #runId = 0;
  #aligner: { readonly area: InspectionArea; readonly aligner: Aligner } | null = null;

  readonly drafted = $derived(this.#draft !== undefined);
  readonly #current = $derived(this.#draft === undefined ? this.#used : this.#draft);
  readonly #still = $derived(drawn(this.#current));
  /** How far the part on the screen has moved; null where that is not known, or the area stays. */
  readonly #moved = $derived.by(() => {
    const part = this.#open();
    if (part === null || this.#current?.align === undefined) return null;
    return this.drafted ? (this.#previewOn(part)?.moved ?? null) : movedOf(part);
  });
  /** As it lies on the part on the screen; null without an area, and where nobody knows where it would lie. */
  readonly shown = $derived.by((): DrawnArea | null => {
    if (this.#still === null || this.#still.area.align === undefined) return this.#still;
    return this.#moved === null ? null : movedTo(this.#still, this.#moved);
  });
  /** The area follows its part, and the part on the screen was not found. */
  readonly lost = $derived.by(() => {
    const part = this.#open();
    if (part === null || this.#current?.align === undefined) return false;
    if (this.drafted) return this.#previewOn(part)?.moved === null;
    return part.error?.code === 'area.part_not_found';
  });
  /** What was drawn follows the part: it is looked for on each photograph that is shown. */
  readonly previewed = $derived(this.#draft?.align !== undefined);
  /** How the area of the run or the draft follows its part. */
  readonly turns = $derived(this.#current?.align?.turns ?? null);

  constructor(notices: Notices, open: () => OpenPart | null = () => null) {
    this.#notices = notices;
    this.#open = open;
  }

  /** A run has the area of the recipe's version that it was started from. */
  async useRun({ id, recipe }: Pick<Run, 'id' | 'recipe'>): Promise<void> {
    this.#runId = id;
    this.#used = null;
    this.#draft = undefined;
    this.editing = false;
    if (recipe === null) return;
    try {
      const { area } = await call('recipe.get', { recipeId: recipe.id, version: recipe.version });
      if (this.#runId === id) this.#used = area ?? null;
    } catch (thrown) {
      this.#notices.fail(thrown);
    }
  }

  draw(area: InspectionArea | null): void {
    this.#draft = JSON.stringify(area) === JSON.stringify(this.#used) ? undefined : area;
  }

  /** What was drawn is kept in a recipe now; the run on the screen still has its own. */
  settle(): void {
    this.#draft = undefined;
  }

  /** As a recipe keeps it; where nobody drew, what it has. */
  kept(given: InspectionArea | null): InspectionArea | null {
    return this.#draft === undefined ? given : this.#draft;
  }

  /** Looks for the part in the photograph of a part, as a run with the area would. */
  look({ id }: Pick<Part, 'id'>, picture: GreyPicture, photograph: { width: number; height: number }): void {
    const area = this.#current;
    if (area?.align === undefined) return;
    if (this.#aligner?.area !== area) {
      const aligner = alignerOf(area);
      this.#aligner = aligner && { area, aligner };
    }
    const place = this.#aligner?.aligner.place(picture, photograph);
    const moved = place === undefined || 'reason' in place ? null : movedBy(place, photograph);
    this.#preview = { area, partId: id, moved };
  }

  /** What was found of the area as it is now; another area, or another part, says nothing. */
  #previewOn({ id }: Pick<Part, 'id'>): Preview | null {
    const preview = this.#preview;
    return preview !== null && preview.area === this.#current && preview.partId === id ? preview : null;
  }

  /**
   * The cells with which drawing on this part begins: where the area lies there, on this grid. Null without an area; undefined
   * where it follows its part and nobody knows yet where that is, or it is not there.
   */
  cellsOn(part: OpenPart, width: number, height: number): Uint8Array | null | undefined {
    const area = this.#current;
    if (area === null) return null;
    if (area.align === undefined) return resample(ignoredCells(area), area.columns, area.rows, width, height);
    const moved = (this.drafted ? null : movedOf(part)) ?? this.#previewOn(part)?.moved;
    return moved == null ? undefined : movedCells(area, moved.placement, moved, width, height);
  }

  /** Whether the run ignored this place (0..1 over the photograph of the part on the screen). */
  ignores(u: number, v: number): boolean {
    const used = this.#used;
    if (used === null) return false;
    const cells = this.#cellsOf(used);
    if (used.align === undefined) return isIgnored(cells, used.columns, used.rows, u, v);
    const moved = movedOf(this.#open());
    return moved !== null && movedIgnores(cells, used, moved.placement, moved)(u, v);
  }

  #known: { readonly area: InspectionArea; readonly cells: Uint8Array } | null = null;

  /** Asked with every movement of the pointer. */
  #cellsOf(area: InspectionArea): Uint8Array {
    if (this.#known?.area !== area) this.#known = { area, cells: ignoredCells(area) };
    return this.#known.cells;
  }
}

const movedBy = (placement: Placement, { width, height }: { width: number; height: number }): Moved => ({
  placement,
  width,
  height,
});

const movedOf = (part: OpenPart | null): Moved | null =>
  part?.placement === undefined || part.width === null || part.height === null
    ? null
    : { placement: part.placement, width: part.width, height: part.height };
