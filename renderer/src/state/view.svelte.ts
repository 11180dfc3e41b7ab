// How the operator looks at a run: what the session keeps (filters, search, sort, overlay, theme…) and what it does not (zoom).
// Runs in the page.
import type { Session } from '../../../electron/common/contract.ts';
import type { ColourMapName } from '../../../electron/common/colour-maps.ts';
import type { Filter, HumanFilter, Sort } from '../lib/list.ts';

export const MIN_CELL = 96;
export const MAX_CELL = 480;
/** As the session keeps it. */
export const LONGEST_SEARCH = 200;

export class ViewState {
  /** `start` = choose photographs or an earlier run; a run that is open stays open behind it. */
  screen = $state<'start' | 'run' | 'recipes' | 'training' | 'second' | 'history' | 'support' | 'guide'>(
    'start',
  );
  /** Where diagnostics and guides lead back to. */
  cameFrom: ViewState['screen'] = 'start';
  depth = $state<Session['view']>('grid');
  filter = $state<Filter>('all');
  sort = $state<Sort>('order');
  overlay = $state(true);
  opacity = $state(0.7);
  colourMap = $state<ColourMapName>('viridis');
  cellSize = $state(168);
  theme = $state<Session['theme']>('dark');

  search = $state('');
  human = $state<HumanFilter>('any');
  kind = $state<string | null>(null);
  settingsOpen = $state(false);
  /** Proposed thresholds stand where the selected part stood. */
  proposing = $state(false);
  /** Step of the tour, from 0; null = no tour. */
  tour = $state<number | null>(null);
  sideBySide = $state(false);
  /** The most similar accepted part stands beside the open one. */
  reference = $state(false);
  /** The heat comes and goes by itself, so that the eye finds what it lies on. */
  blinking = $state(false);
  blinkedOff = $state(false);
  /** The key that hides the overlay is held down. */
  peeking = $state(false);
  helpOpen = $state(false);
  aboutOpen = $state(false);
  peopleOpen = $state(false);
  secondOpen = $state(false);
  /** The story of one part. */
  storyOpen = $state(false);
  systemDark = $state(true);
  systemContrast = $state(false);

  readonly heatShown = $derived(this.overlay && !this.peeking && !(this.blinking && this.blinkedOff));
  /** Nothing at all over the photograph, for a moment. */
  readonly bare = $derived(this.peeking || (this.blinking && this.blinkedOff));
  /** The look that is worn: the system's wish for more contrast counts unless somebody chose a look here. */
  readonly look = $derived.by<'dark' | 'light' | 'contrast'>(() => {
    if (this.theme !== 'system') return this.theme;
    if (this.systemContrast) return 'contrast';
    return this.systemDark ? 'dark' : 'light';
  });

  /** A sheet is open over the page and has the keys. */
  readonly sheetOpen = $derived(
    this.helpOpen ||
      this.aboutOpen ||
      this.settingsOpen ||
      this.peopleOpen ||
      this.secondOpen ||
      this.storyOpen,
  );

  restore(session: Session): void {
    this.depth = session.view;
    this.filter = session.filter;
    this.sort = session.sort;
    this.overlay = session.overlay;
    this.opacity = session.opacity;
    this.colourMap = session.colourMap;
    this.cellSize = session.cellSize;
    this.theme = session.theme;
    this.restoreSearch(session);
  }

  /** What narrows the list to some parts: opening a run forgets it, coming back to it after a restart does not. */
  restoreSearch({ human, kind, search }: Session): void {
    this.human = human ?? 'any';
    this.kind = kind ?? null;
    this.search = search ?? '';
  }

  /** Everything that the session keeps, read in one go so that an effect depends on all of it. */
  toSession(runId: number | null, selected: number | null): Session {
    return {
      runId,
      selected,
      view: this.depth,
      filter: this.filter,
      sort: this.sort,
      overlay: this.overlay,
      opacity: this.opacity,
      colourMap: this.colourMap,
      cellSize: this.cellSize,
      theme: this.theme,
      ...(this.human !== 'any' && { human: this.human }),
      ...(this.kind !== null && { kind: this.kind }),
      ...(this.search !== '' && { search: this.search.slice(0, LONGEST_SEARCH) }),
    };
  }

  /** One steady way to look at a part. */
  show(overlay: boolean, sideBySide: boolean): void {
    this.blinking = this.blinkedOff = false;
    this.overlay = overlay;
    this.sideBySide = sideBySide;
    if (sideBySide) this.reference = false;
  }

  /** Blinking needs the overlay, on one photograph. */
  setBlinking(on: boolean): void {
    this.blinking = on;
    this.blinkedOff = false;
    if (!on) return;
    this.overlay = true;
    this.sideBySide = false;
  }

  /** Two photographs, so original and overlay share the left half. */
  setReference(on: boolean): void {
    this.reference = on;
    if (on) this.sideBySide = false;
  }

  setOpacity(value: number): void {
    this.opacity = Math.round(100 * Math.min(1, Math.max(0, value))) / 100;
  }

  setCellSize(value: number): void {
    this.cellSize = Math.round(Math.min(MAX_CELL, Math.max(MIN_CELL, value)));
  }
}
