// The inspection area of the run on the screen: the one that its recipe's version has, and the one that was drawn since.
// Runs in the page.
import {
  areaOutline,
  ignoredCells,
  ignoredShare,
  isIgnored,
  type InspectionArea,
} from '../../../../electron/common/area.ts';
import type { Run } from '../../../../electron/common/domain.ts';
import { call } from '../../lib/client.ts';
import type { Notices } from '../../state/notices.svelte.ts';

/** An area as it is drawn over a photograph. */
export interface DrawnArea {
  readonly area: InspectionArea;
  /** 1 = ignored. */
  readonly cells: Uint8Array;
  /** x0, y0, x1, y1 of each piece of the border, in 0..1. */
  readonly outline: Float32Array;
  /** 0..1 of the photograph that is ignored. */
  readonly share: number;
}

const drawn = (area: InspectionArea | null): DrawnArea | null =>
  area === null
    ? null
    : { area, cells: ignoredCells(area), outline: areaOutline(area), share: ignoredShare(area) };

export class AreaStore {
  readonly #notices: Notices;
  /** The sheet in which it is drawn is open. */
  editing = $state(false);
  /** What the scores and maps on the screen were made with; null = the whole photograph. */
  #used = $state.raw<InspectionArea | null>(null);
  /** Drawn since the run was opened; undefined = nothing was. */
  #draft = $state.raw<InspectionArea | null | undefined>(undefined);
  #runId = 0;

  readonly used = $derived(drawn(this.#used));
  readonly shown = $derived(this.#draft === undefined ? this.used : drawn(this.#draft));
  readonly drafted = $derived(this.#draft !== undefined);

  constructor(notices: Notices) {
    this.#notices = notices;
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

  /** Whether the run ignored this place (0..1 over the photograph). */
  ignores(u: number, v: number): boolean {
    const { used } = this;
    return used !== null && isIgnored(used.cells, used.area.columns, used.area.rows, u, v);
  }
}
