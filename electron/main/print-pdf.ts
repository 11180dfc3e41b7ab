// Prints a report page into a PDF, in a window that nobody sees and that may do nothing but show this one page.
// Runs in the main process (Electron's window and session come in as arguments).
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserWindow, BrowserWindowConstructorOptions, Session } from 'electron';
import { LoupeError } from '../../models/errors.ts';
import { writeFileSafely } from '../node/engine/write-file.ts';
import { SCHEME } from './scheme.ts';

export interface PrintOptions {
  readonly openWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  /** A session of its own, without anything kept. */
  readonly session: () => Session;
  readonly chrome?: string;
}

/** Pages in such numbers take Chromium minutes; what does not come at all must not keep its window for ever. */
const PATIENCE_MS = 300_000;
/** From then on pages number themselves by the margin boxes of their style (page.ts). */
const NUMBERS_ITSELF = 131;

const ADDRESS = `${SCHEME}://print/`;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const escaped = (text: string): string => text.replace(/[^\w\- ]/g, '');

/** `code` stands at the foot of each page. Throws `output.failed`, `output.disk_full`. */
export async function printPdf(
  html: string,
  pdf: string,
  code: string,
  { openWindow, session, chrome = process.versions.chrome }: PrintOptions,
): Promise<void> {
  const own = session();
  // By the program's own scheme, which this session answers with the one page: nothing is ever loaded as a file.
  own.protocol.handle(
    SCHEME,
    async () =>
      new Response(await readFile(html), {
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
      }),
  );
  own.webRequest.onBeforeRequest(({ url }, decide) =>
    decide({ cancel: !(url === ADDRESS || url.startsWith('data:image/jpeg;base64,')) }),
  );
  own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  const window = openWindow({
    show: false,
    webPreferences: {
      ...{ session: own, sandbox: true, contextIsolation: true, nodeIntegration: false },
      // A report has no script; names of files in it are text whatever they hold, and stay so.
      ...{ javascript: false, devTools: false, spellcheck: false, webSecurity: true },
    },
  });
  let giveUp: NodeJS.Timeout | undefined;
  try {
    const tooLong = new Promise<never>((_, reject) => {
      giveUp = setTimeout(() => reject(new Error('printing took too long')), PATIENCE_MS);
    });
    const print = async (): Promise<Buffer> => {
      await window.loadURL(ADDRESS);
      return window.webContents.printToPDF({
        ...{ pageSize: 'A4', preferCSSPageSize: true, printBackground: true, generateTaggedPDF: true },
        ...(Number.parseInt(chrome, 10) < NUMBERS_ITSELF && {
          displayHeaderFooter: true,
          headerTemplate: '<span></span>',
          footerTemplate: `<div style="font:8pt sans-serif;color:#555;width:100%;margin:0 14mm;display:flex;justify-content:space-between"><span>Loupe · chain ${escaped(code)}</span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>`,
        }),
      });
    };
    const bytes = await Promise.race([print(), tooLong]);
    await writeFileSafely(pdf, bytes);
  } catch (thrown) {
    if (thrown instanceof LoupeError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LoupeError('output.failed', { path: pdf, reason }, { cause: thrown });
  } finally {
    clearTimeout(giveUp);
    window.destroy();
    own.protocol.unhandle(SCHEME);
  }
}

let counter = 0;

/** Lets `write` make the page in the data folder, where nobody else looks, prints it, and takes the page away. */
export async function asPdf<T extends { readonly code: string }>(
  dataFolder: string,
  pdf: string,
  write: (html: string) => Promise<T>,
  print: (html: string, pdf: string, code: string) => Promise<void>,
): Promise<T> {
  const html = join(dataFolder, `print-${process.pid}-${counter++}.html`);
  try {
    const written = await write(html);
    await print(html, pdf, written.code);
    return written;
  } finally {
    await rm(html, { force: true });
  }
}
