// The whole page's state in one place: makes the stores, starts them, and passes events and menu commands to them.
// Runs in the page.
import type { AppInfo, MenuCommand } from '../../../electron/common/contract.ts';
import type { Run } from '../../../electron/common/domain.ts';
import type { Language, Preferences } from '../../../electron/common/preferences.ts';
import { toErrorValue, type ErrorValue } from '../../../models/errors.ts';
import { call, listen, whenNobodyIsOn } from '../lib/client.ts';
import { AreaStore } from '../features/area/area.svelte.ts';
import { ReferenceStore } from '../features/reference/reference.svelte.ts';
import { Printing } from '../features/printing/print.svelte.ts';
import { Scanner } from '../features/scan/scan.svelte.ts';
import { ChallengeStore } from '../features/history/challenge.svelte.ts';
import { HistoryStore } from '../features/history/history.svelte.ts';
import { StoryStore } from '../features/history/story.svelte.ts';
import { StatisticsStore } from '../features/statistics/statistics.svelte.ts';
import { RecipeStore } from '../features/recipes/recipes.svelte.ts';
import { TrainingStore } from '../features/training/training.svelte.ts';
import { PeopleStore } from '../features/people/people.svelte.ts';
import { SecondStore } from '../features/second/second.svelte.ts';
import { SupportStore } from '../features/support/support.svelte.ts';
import { RegionStore } from '../features/regions/regions.svelte.ts';
import type { HeatReading } from '../lib/heat.ts';
import { keySign, type Command } from '../lib/keys.ts';
import type { Region } from '../lib/regions.ts';
import { texts, useCatalogue } from '../lib/texts.ts';
import { loadLanguage, systemLanguage } from '../languages/load.ts';
import { Intake } from './intake.svelte.ts';
import { Judge } from './judge.svelte.ts';
import { ListStore } from './list.svelte.ts';
import { Looking } from './looking.ts';
import { Notices } from './notices.svelte.ts';
import { PreferenceStore } from './preferences.svelte.ts';
import { RunStore } from './run.svelte.ts';
import { ThresholdStore } from './thresholds.svelte.ts';
import { UndoStack } from './undo.svelte.ts';
import { ViewState } from './view.svelte.ts';

/** What the large view offers to keys, buttons and the menu while it is open. */
export interface ViewerControls {
  zoom(direction: 1 | -1): void;
  fit(): void;
  actual(): void;
  hottest(): void;
  lookAt(region: Region): void;
  pan(dx: number, dy: number): void;
}

/** The pixel under the pointer, and its heat where there is a map. */
export interface Pointed {
  x: number;
  y: number;
  heat: HeatReading | null;
  /** The run ignored this place. */
  ignored: boolean;
}

export class App {
  readonly view = new ViewState();
  readonly notices = new Notices();
  readonly undo = new UndoStack();
  readonly run = new RunStore();
  readonly thresholds = new ThresholdStore(this.run, this.notices, this.undo);
  readonly list = new ListStore(this.run, this.view, this.thresholds);
  readonly looking = new Looking(this.run);
  readonly preferences = new PreferenceStore(this.notices);
  readonly judge = new Judge(this.run, this.list, this.notices, this.undo, this.preferences);
  readonly intake = new Intake(() => this.runs);
  readonly regions = new RegionStore();
  readonly area = new AreaStore(this.notices, () => this.list.part);
  readonly reference = new ReferenceStore();
  readonly challenges = new ChallengeStore(this.notices);
  // A challenge that passed by an earlier version is due again.
  readonly #onVersion = (): void => void this.challenges.load();
  readonly recipes = new RecipeStore(this.notices, this.#onVersion);
  readonly history = new HistoryStore(this.notices);
  readonly story = new StoryStore(this.notices, this.view);
  readonly statistics = new StatisticsStore(this.notices);
  readonly support = new SupportStore(this.notices);
  readonly training = new TrainingStore(this.run, this.notices, this.#onVersion);
  readonly people = new PeopleStore(this.notices, () => this.undo.clear());
  readonly second = new SecondStore(this.run, this.view, this.notices);
  readonly scanner = new Scanner(this);
  readonly printing = new Printing(this.notices);

  info = $state.raw<AppInfo | null>(null);
  runs = $state.raw<readonly Run[]>([]);
  ready = $state(false);
  /** The page cannot work at all. */
  fatal = $state.raw<ErrorValue | null>(null);
  stopping = $state(false);
  /** One run at a time, whatever it inspects: the open one, one elsewhere, or a challenge. */
  readonly inspecting = $derived(
    this.run.active || this.run.elsewhere !== null || this.challenges.progress !== null,
  );
  language = $state<Language>('en');
  languageTag = $state('en');

  /** The large view, while it is on the screen. */
  viewer: ViewerControls | null = null;
  zoomed = $state(false);
  /** Device pixels per pixel of the photograph. */
  scale = $state<number | null>(null);
  pointed = $state.raw<Pointed | null>(null);
  focusSearch: () => void = () => undefined;
  focusMain: () => void = () => undefined;

  /** Where the numbers come from: pack, method, thresholds. */
  readonly provenance = $derived.by(() => {
    void this.language;
    const run = this.run.current;
    if (run === null) return '';
    const recipe =
      run.recipe === null ? '' : `${texts.recipes.fromRun(run.recipe.name, run.recipe.version)}. `;
    return recipe + texts.scores.hover(run, this.thresholds.current);
  });
  /** What the list was last read for, so that a total that never adds up is not read for ever. */
  #readFor = '';

  async boot(): Promise<void> {
    try {
      this.#listen();
      whenNobodyIsOn(() => this.people.lookAgain());
      // Thresholds that come from a recipe are the recipe's.
      this.thresholds.mayMove = () => this.run.current?.recipe == null || this.people.may('change');
      const [info, session, runs] = await Promise.all([
        call('app.info'),
        call('session.load'),
        call('run.list'),
        this.preferences.load(),
        this.people.load(),
      ]);
      await this.useLanguage(this.preferences.current.language);
      this.info = info;
      this.people.ruledIdle = info.policy.idleLockMinutes;
      this.runs = newestFirst(runs);
      void this.recipes.load();
      void this.training.load();
      void this.challenges.load();
      if (session !== null) this.view.restore(session);
      const last = runs.find((run) => run.id === session?.runId);
      if (last !== undefined && session !== null) {
        await this.open(last.id, session.selected, session.view);
        this.view.restoreSearch(session);
        this.list.rebuild();
      }
    } catch (thrown) {
      this.fatal = toErrorValue(thrown);
    }
    this.ready = true;
  }

  async useLanguage(wanted: Preferences['language']): Promise<void> {
    const language = wanted === 'system' ? systemLanguage(navigator.languages) : wanted;
    if (language === this.language) return;
    try {
      const catalogue = await loadLanguage(language);
      useCatalogue(catalogue);
      this.language = language;
      this.languageTag = catalogue.tag;
      await call('menu.texts', texts.station.menu);
    } catch (thrown) {
      this.notices.fail(thrown);
    }
  }

  async open(runId: number, selected: number | null = null, depth: 'grid' | 'part' = 'grid'): Promise<void> {
    try {
      await this.thresholds.commit();
      const { run, parts } = await call('run.open', { runId });
      this.undo.clear();
      this.thresholds.cancel();
      this.run.open(run, parts);
      this.regions.useRule(run);
      void this.area.useRun(run);
      this.view.search = '';
      this.view.human = 'any';
      this.view.kind = null;
      this.view.proposing = false;
      this.view.depth = depth;
      this.view.screen = 'run';
      this.list.selected = selected === null ? null : this.run.seqOf(selected);
      if (this.list.selected === null) this.view.depth = 'grid';
      this.list.rebuild();
      this.list.reveal++;
    } catch (thrown) {
      this.notices.fail(thrown);
    }
  }

  async inspect(): Promise<void> {
    const run = await this.intake.start();
    if (run === null) return;
    this.view.filter = 'all';
    this.view.sort = run.watch === undefined ? 'order' : 'newest';
    this.scanner.last = null;
    this.#remember(run);
    await this.open(run.id);
  }

  async inspectSample(folder: string, product: string): Promise<void> {
    this.intake.product = product;
    this.intake.take([folder]);
    await this.inspect();
  }

  async stop(): Promise<void> {
    const running = this.run.active ? this.run.current?.id : this.run.elsewhere?.runId;
    if (running === undefined || this.stopping) return;
    this.stopping = true;
    await this.#attempt(async () => this.#changed(await call('run.cancel', { runId: running })));
    this.stopping = false;
  }

  /** Holds the run that is under way, or lets it go on. */
  pause(): Promise<void> {
    const { current, progress, active } = this.run;
    if (current?.state !== 'running' || !active) return Promise.resolve();
    return this.#attempt(() =>
      call('run.pause', { runId: current.id, paused: progress?.resting !== 'paused' }),
    );
  }

  resume(): Promise<void> {
    const run = this.run.current;
    if (run === null) return Promise.resolve();
    return this.#attempt(async () => this.#changed(await call('run.resume', { runId: run.id })));
  }

  showTraining(): void {
    this.view.screen = 'training';
    void this.training.open();
  }

  /** Diagnostics and guides lead back to where they were opened. */
  showSupport(screen: 'support' | 'guide'): void {
    const { view } = this;
    if (view.screen !== 'support' && view.screen !== 'guide') view.cameFrom = view.screen;
    view.settingsOpen = view.helpOpen = view.aboutOpen = false;
    view.screen = screen;
  }

  leaveSupport(): void {
    this.view.screen = this.view.cameFrom;
  }

  /** A page of the history; with a run, that run beside something else. */
  showHistory(runId: number | null = null): void {
    const { history } = this;
    if (runId !== null) {
      history.runId = runId;
      history.tab = 'compare';
      history.forget();
    }
    this.view.screen = 'history';
    void this.recipes.load();
    void this.#attempt(async () => {
      this.runs = newestFirst(await call('run.list'));
    });
  }

  /** A run that waited for room on the disk goes on, whichever is open. */
  resumeRun(runId: number): Promise<void> {
    return this.#attempt(async () => this.#changed(await call('run.resume', { runId })));
  }

  showRecipes(): void {
    this.view.screen = 'recipes';
    void this.recipes.load();
  }

  showTour(): void {
    this.view.settingsOpen = this.view.helpOpen = false;
    this.view.tour = 0;
  }

  /** A new recipe: photographs and words first. */
  guideRecipe(): void {
    this.recipes.guided = true;
    this.intake.recipeId = null;
    this.view.screen = 'start';
  }

  startWith(recipeId: number): void {
    this.recipes.guided = false;
    this.intake.recipeId = recipeId;
    this.view.screen = 'start';
  }

  showStart(): void {
    this.recipes.guided = false;
    this.view.screen = 'start';
    void this.#attempt(async () => {
      this.runs = newestFirst(await call('run.list'));
    });
  }

  reveal(partId: number): void {
    void this.#attempt(() => call('part.reveal', { partId }));
  }

  /** The known parts that a recipe has to tell right. */
  showChallenges(): void {
    this.history.tab = 'challenge';
    this.showHistory();
  }

  /** What an auditor asks of the part that is selected. */
  tellStory(): void {
    const { part } = this.list;
    if (part !== null) void this.story.show(part.id);
  }

  /** The key that locks leads to the guide where nobody is set up. */
  lock(): void {
    if (this.people.setUp) void this.people.lock();
    else this.view.peopleOpen = true;
  }

  backToRun(): void {
    if (this.view.screen === 'second') this.second.leave();
    else this.view.screen = 'run';
  }

  /** One part large, whatever the list showed. */
  openPart(partId: number): void {
    const seq = this.run.seqOf(partId);
    if (seq === null) return;
    this.second.leave();
    this.view.filter = 'all';
    this.view.search = '';
    this.view.human = 'any';
    this.view.kind = null;
    this.list.rebuild();
    this.list.selectSeq(seq);
    this.view.depth = 'part';
  }

  menu(command: MenuCommand): void {
    if (this.people.locked) return;
    const { view } = this;
    const actions: Record<MenuCommand, () => void> = {
      'open-folder': () => void this.#chooseNew('folder'),
      'open-files': () => void this.#chooseNew('files'),
      'pause-run': () => void this.pause(),
      'stop-run': () => void this.stop(),
      print: () => void this.printing.print(),
      'toggle-overlay': () => view.show(!view.overlay, view.sideBySide),
      'zoom-in': () => this.zoom(1),
      'zoom-out': () => this.zoom(-1),
      'show-keys': () => (view.helpOpen = true),
      'show-about': () => (view.aboutOpen = true),
      'show-diagnostics': () => this.showSupport('support'),
      'show-guide': () => this.showSupport('guide'),
      undo: () => void this.judge.undo(),
    };
    actions[command]();
  }

  /** An open part zooms; in the grid the cells grow. */
  zoom(direction: 1 | -1): void {
    if (this.viewer !== null) this.viewer.zoom(direction);
    else this.view.setCellSize(this.view.cellSize + 24 * direction);
  }

  /** The sign of the key that gives a command. */
  keyOf(command: Command): string {
    const { bindings } = this.preferences;
    return keySign(bindings.find((binding) => binding.command === command)?.keys[0] ?? '');
  }

  stepRegion(by: 1 | -1): void {
    const region = this.regions.step(by);
    if (region !== null) this.viewer?.lookAt(region);
    else if (this.regions.ready) this.notices.say(texts.regions.none);
  }

  /** The inspection area, on the open part. */
  drawArea(): void {
    if (this.people.may('change')) this.area.editing = true;
    else this.notices.say(texts.people.needsEngineer);
  }

  lookAt(index: number): void {
    const region = this.regions.choose(index);
    if (region !== null) this.viewer?.lookAt(region);
  }

  async #chooseNew(what: 'folder' | 'files'): Promise<void> {
    this.view.screen = 'start';
    await this.intake.choose(what);
  }

  #listen(): void {
    listen('run.progress', (progress) => {
      const before = this.run.current?.state;
      this.run.onProgress(progress);
      this.#remember(this.run.current);
      if (progress.runId === this.run.current?.id && before !== 'done' && progress.state === 'done') {
        this.notices.spoken = texts.progress.spokenDone(progress.total, progress.failed);
      }
      void this.#catchUp();
    });
    listen('run.parts', ({ runId, parts }) => {
      if (runId === this.run.current?.id) this.run.apply(parts);
    });
    listen('run.changed', (run) => this.#changed(run));
    this.history.listen();
    this.challenges.listen();
    listen('training.changed', (training) => this.training.onChanged(training));
    listen('service.trouble', (trouble) => {
      this.notices.trouble = trouble;
      // A history that was started anew has nobody on.
      if (trouble.service === 'history' && !trouble.fatal && this.people.setUp) this.people.lookAgain();
    });
    listen('menu.command', (command) => this.menu(command));
  }

  #changed(run: Run): void {
    this.run.onChanged(run);
    this.#remember(run);
    void this.#catchUp();
  }

  /** The page never trusts that it saw every event: when parts are missing it reads the list once more. */
  async #catchUp(): Promise<void> {
    const run = this.run.current;
    if (run === null || run.state === 'preparing') return;
    const behind =
      run.state !== 'running' && this.run.sorted.length + this.run.failed < run.scored + run.failed;
    if (this.run.parts.length >= run.total && !behind) return;
    const wanted = `${run.id} ${run.total} ${run.state}`;
    if (this.#readFor === wanted) return;
    this.#readFor = wanted;
    await this.#attempt(async () => {
      const read = await call('run.open', { runId: run.id });
      if (this.run.current?.id === run.id) this.run.adopt(read.run, read.parts);
    });
  }

  /** Keeps the list of runs in step with what is known of one. */
  #remember(run: Run | null): void {
    if (run === null) return;
    const others = this.runs.filter((known) => known.id !== run.id);
    this.runs = newestFirst([run, ...others]);
  }

  async #attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      this.notices.fail(thrown);
    }
  }
}

const newestFirst = (runs: readonly Run[]): Run[] => [...runs].sort((a, b) => b.id - a.id);

export const app = new App();
