// The regions of the part on the screen: pixel threshold, least area, which one is looked at. Nothing is inspected again.
// Runs in the page.
import type { Run } from '../../../../electron/common/domain.ts';
import type { RegionRule } from '../../../../electron/common/recipe.ts';
import { findRegions, stepRegion, type Region } from '../../lib/regions.ts';

/** Shares of the run's scale and of the photograph: they mean the same for every part of the run. */
export interface RegionSettings {
  /** 0..1 between the ends of the heat scale. */
  from: number;
  /** Share of the photograph's area. */
  least: number;
}

const DEFAULT_REGIONS: RegionSettings = { from: 0.55, least: 0.0005 };

export class RegionStore {
  /** Outlines are drawn. */
  shown = $state(true);
  settings = $state.raw<RegionSettings>(DEFAULT_REGIONS);
  current = $state<number | null>(null);
  /** Somebody moved the rule since the run was opened. */
  changed = $state(false);
  #map = $state.raw<Uint8Array | null>(null);
  #side = $state(0);

  readonly list = $derived.by<readonly Region[]>(() => {
    if (this.#map === null) return [];
    const { from, least } = this.settings;
    return findRegions(this.#map, this.#side, {
      from: Math.round(255 * from),
      minimumArea: least * this.#side * this.#side,
    });
  });
  /** The map has arrived, so an empty list means that there is nothing. */
  readonly ready = $derived(this.#map !== null);

  /** A run comes with the rule of its recipe; without one there is a rule that shows the hot places. */
  useRule(run: Pick<Run, 'regions' | 'heat' | 'mapSize'>): void {
    const { regions, heat, mapSize } = run;
    this.settings = DEFAULT_REGIONS;
    this.changed = false;
    if (regions === null) return;
    const from = (regions.threshold - heat.lo) / Math.max(1e-9, heat.hi - heat.lo);
    this.set({ from, least: regions.minArea / Math.max(1, mapSize * mapSize) });
    this.changed = false;
  }

  /** The rule as a recipe keeps it; what nobody moved stays what it was, to the last digit. */
  rule({ heat, mapSize }: Pick<Run, 'heat' | 'mapSize'>, given: RegionRule | null): RegionRule | null {
    if (!this.changed) return given;
    const { from, least } = this.settings;
    return {
      threshold: heat.lo + from * (heat.hi - heat.lo),
      minArea: Math.max(1, Math.round(least * mapSize * mapSize)),
    };
  }

  /** The map of the part on the screen; null while it is on its way, or where there is none. */
  show(map: Uint8Array | null, side: number): void {
    this.#map = map;
    this.#side = side;
    this.current = null;
  }

  set(change: Partial<RegionSettings>): void {
    const { from, least } = { ...this.settings, ...change };
    this.changed = true;
    this.settings = { from: Math.min(1, Math.max(0.02, from)), least: Math.min(1, Math.max(0, least)) };
    this.current = null;
  }

  /** Goes on to the next or previous region and answers it. */
  step(by: 1 | -1): Region | null {
    return this.choose(stepRegion(this.list.length, this.current, by));
  }

  choose(index: number): Region | null {
    const region = this.list[index] ?? null;
    this.current = region === null ? null : index;
    return region;
  }
}
