// A packed program as its user starts it: no inspector, no Playwright launcher (its fuses forbid both), driven over DevTools.
// Runs in the end-to-end tests (Node).
import { spawn, type ChildProcess } from 'node:child_process';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { LoupeBridge } from '../../electron/common/contract.ts';
import type { Part, Run } from '../../electron/common/domain.ts';
import { launchSwitches } from './electron-runtime.ts';

declare const window: { readonly loupe: LoupeBridge };

export interface StartOptions {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** An ordinary user to start it as; only root can, and then Chromium's sandbox stays on. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

const START_MS = 30_000;
const END_MS = 10_000;

export class PackedProgram {
  readonly #child: ChildProcess;
  readonly #browser: Browser;
  readonly page: Page;
  /** What it printed, and what the DevTools of Chromium did. */
  readonly output: () => string;

  private constructor(child: ChildProcess, browser: Browser, page: Page, output: () => string) {
    this.#child = child;
    this.#browser = browser;
    this.page = page;
    this.output = output;
  }

  static async start({ executable, env, args = [], user }: StartOptions): Promise<PackedProgram> {
    const switches = user ? [] : launchSwitches();
    const child = spawn(executable, [...switches, '--remote-debugging-port=0', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    });
    let text = '';
    const address = new Promise<string>((resolve, reject) => {
      const look = (data: Buffer): void => {
        text += data.toString();
        const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
        if (found) resolve(found);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`it ended with ${code ?? 'a signal'}:\n${text}`)));
      setTimeout(() => reject(new Error(`it did not start:\n${text}`)), START_MS).unref();
    });
    try {
      const browser = await chromium.connectOverCDP(await address);
      const [context] = browser.contexts();
      const page = context?.pages()[0] ?? (await context?.waitForEvent('page'));
      if (!page) throw new Error('there is no page');
      await page.waitForLoadState('load');
      return new PackedProgram(child, browser, page, () => text);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Inspects photographs to the end; `meanwhile` is called again and again until then. */
  async inspect(inputs: string[], product: string, meanwhile: () => void = () => undefined): Promise<number> {
    const id = await this.page.evaluate(
      async ({ inputs, product }) => {
        const started = await window.loupe.invoke('run.start', { inputs, product });
        if (!started.ok) throw new Error(JSON.stringify(started.error));
        return started.value.id;
      },
      { inputs, product },
    );
    for (let tries = 0; tries < 600; tries++) {
      meanwhile();
      const { run } = await this.open(id);
      if (run.state !== 'preparing' && run.state !== 'running') return id;
      await this.page.waitForTimeout(100);
    }
    throw new Error(`run ${id} does not end`);
  }

  open(runId: number): Promise<{ run: Run; parts: Part[] }> {
    return this.page.evaluate(async (runId) => {
      const reply = await window.loupe.invoke('run.open', { runId });
      if (!reply.ok) throw new Error(JSON.stringify(reply.error));
      return reply.value;
    }, runId);
  }

  /** Closes the window, as the user does, and waits until the program is gone. Answers with its exit code. */
  async close(): Promise<number | null> {
    const gone = new Promise<number | null>((resolve) => {
      if (this.#child.exitCode !== null) resolve(this.#child.exitCode);
      this.#child.once('exit', resolve);
    });
    const hangs = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.page.close().catch(() => undefined);
    const code = await gone;
    clearTimeout(hangs);
    await this.#browser.close().catch(() => undefined);
    return code;
  }
}
