// What the page may not do: leave its address, open windows, ask for permissions, download, reach any network.
// Runs in the main process. Each step names the item of Electron's security checklist (tutorial/security.md) that it covers.
import type { App, Session, WebContents } from 'electron';

/** Item 7. Styles are compiled to files, so nothing inline is allowed, and no `data:` or foreign address either. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const OURS = ['loupe://app/', 'blob:loupe://app/'];

/** True for the addresses that belong to the program itself. */
export const isOurs = (url: string): boolean => OURS.some((prefix) => url.startsWith(prefix));

/** Before `ready`: Chromium's own services stay silent, and no name is ever looked up. */
export function stayOffline(app: Pick<App, 'commandLine'>): void {
  app.commandLine.appendSwitch('disable-background-networking');
  app.commandLine.appendSwitch('disable-component-update');
  app.commandLine.appendSwitch('disable-domain-reliability');
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

/** Items 5 and 10: no permission is granted; only our own addresses are fetched; nothing is downloaded. */
export function hardenSession(session: Session, development: boolean): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, decide) => {
    decide({ cancel: !(isOurs(url) || (development && url.startsWith('devtools://'))) });
  });
  session.on('will-download', (event) => event.preventDefault());
  // `spellcheck: false` of the window does not keep Chromium from fetching a dictionary when the session begins.
  session.setSpellCheckerEnabled(false);
  session.setSpellCheckerLanguages([]);
}

/** Items 12 to 14, for every page that ever comes to be: it stays where it is, opens nothing and embeds nothing. */
export function hardenContents(app: Pick<App, 'on'>, pageUrl: string): void {
  app.on('web-contents-created', (_event, contents) => harden(contents, pageUrl));
}

function harden(contents: WebContents, pageUrl: string): void {
  const stay = (event: { url: string; preventDefault: () => void }): void => {
    if (event.url !== pageUrl) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
