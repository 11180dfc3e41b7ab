// The built workstation in a real Electron, with a data folder, a tiny model and sample parts of its own.
// Runs in the end-to-end tests (Node). LOUPE_SCREENSHOTS=<folder> keeps pictures of the window.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import sharp from 'sharp';
import { openDisplay, type Display } from './display.ts';
import {
  describeRuntime,
  findElectron,
  launchSwitches,
  prepareTestElectron,
  type ElectronRuntime,
} from './electron-runtime.ts';
import { temporaryFolder, writeTinyPack } from './tiny-pack.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OURS = /^(blob:)?loupe:\/\/app\//;

export class Workstation {
  readonly #runtime: ElectronRuntime;
  readonly #display: Display;
  readonly #log: string[] = [];
  readonly folder = temporaryFolder('loupe-desktop');
  /** The only sample product, seven pictures, the last one a TIFF. */
  photos = join(this.folder, 'resources/samples/blue_plate/test/good');
  #resources = join(this.folder, 'resources');
  /** Addresses that a page asked for and that are not ours. */
  readonly outgoing = new Set<string>();
  #started: ElectronApplication | null = null;
  app!: ElectronApplication;
  page!: Page;

  constructor(runtime: ElectronRuntime, display: Display) {
    this.#runtime = runtime;
    this.#display = display;
  }

  /** Finds or prepares what is needed; otherwise answers with the reason why nothing can be shown. */
  static async prepare(): Promise<Workstation | string> {
    if (!existsSync(join(ROOT, 'out/main/main.js'))) return 'out/ is not built';
    const runtime = findElectron() ?? (await prepareTestElectron(console.log).catch(String));
    if (typeof runtime === 'string') return `there is no Electron: ${runtime}`;
    const display = await openDisplay();
    if (!display) return 'there is no display and no Xvfb';
    console.log(`  with    ${describeRuntime(runtime)}`);
    const workstation = new Workstation(runtime, display);
    await workstation.#fill();
    return workstation;
  }

  async #fill(): Promise<void> {
    mkdirSync(this.photos, { recursive: true });
    writeTinyPack(join(this.folder, 'resources/packs/loupe-mini'));
    for (let i = 0; i < 6; i++) {
      const background = { r: 40 * i, g: 120, b: 200 - 30 * i };
      const picture = sharp({ create: { width: 320, height: 240, channels: 3, background } });
      await picture.png().toFile(join(this.photos, `${i}.png`));
    }
    await sharp(readFileSync(join(this.photos, '0.png')))
      .tiff()
      .toFile(join(this.photos, '6.tif'));
  }

  /** Another model and samples, and another folder for the dialog to choose. */
  use({ resources, photos }: { resources: string; photos: string }): void {
    this.#resources = resources;
    this.photos = photos;
  }

  get executable(): string {
    return this.#runtime.executable;
  }

  arguments(...more: string[]): string[] {
    return [...launchSwitches(), ROOT, ...more];
  }

  environment(): Record<string, string> {
    return {
      ...(process.env as Record<string, string>),
      ...this.#display.env,
      LOUPE_DATA: join(this.folder, 'data'),
      LOUPE_RESOURCES: this.#resources,
      LOUPE_TEST_CHOOSE: this.photos,
    };
  }

  /** Starts the program and waits for its page. One that a failed check left behind is closed first. */
  async start(...more: string[]): Promise<void> {
    await this.#started?.close().catch(() => undefined);
    this.app = await _electron.launch({
      executablePath: this.executable,
      args: this.arguments(...more),
      env: this.environment(),
    });
    this.#started = this.app;
    const { stdout, stderr } = this.app.process();
    for (const stream of [stdout, stderr])
      stream?.on('data', (text: Buffer) => this.#log.push(text.toString()));
    this.page = await this.app.firstWindow();
    this.page.on('request', (request) => {
      if (!OURS.test(request.url())) this.outgoing.add(request.url());
    });
    await this.page.waitForLoadState('load');
  }

  /** A picture of the window, for people. */
  async look(name: string): Promise<void> {
    const target = process.env.LOUPE_SCREENSHOTS;
    if (!target) return;
    await this.page.waitForTimeout(1500);
    mkdirSync(target, { recursive: true });
    await this.page.screenshot({ path: join(target, `${name}.png`) });
  }

  /** Removes everything; after a failure it shows what Electron said. */
  dispose(failed: boolean): void {
    if (failed)
      console.log(`--- what Electron said\n${this.#log.join('').split('\n').slice(-40).join('\n')}`);
    this.#display.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
