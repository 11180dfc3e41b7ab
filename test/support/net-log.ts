// Reads Chromium's own log of everything that touched a network (`--log-net-log`): page, main process and its services alike.
// Runs in the tests (Node).
import { readFileSync } from 'node:fs';

interface NetLog {
  readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
  readonly events: readonly { readonly type: number; readonly params?: Readonly<Record<string, unknown>> }[];
}

/** A request begun, a name looked up, a connection tried. What a session merely sets up for itself is none of these. */
const TRAFFIC =
  /^(URL_REQUEST_START_JOB|HOST_RESOLVER_.*REQUEST|DNS_TRANSACTION|(TCP|UDP|SOCKET|SSL|TRANSPORT)_.*CONNECT.*|CORS_REQUEST)$/;

/** One line for each event that is traffic; [] when there was none. Throws when the file is no complete log. */
export function trafficIn(file: string): string[] {
  const { constants, events } = JSON.parse(readFileSync(file, 'utf8')) as NetLog;
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, type]) => [type, name]));
  if (events.length === 0) throw new Error('the log of the network is empty: it was not written');
  return events.flatMap(({ type, params = {} }) => {
    const name = names.get(type) ?? '';
    if (!TRAFFIC.test(name)) return [];
    const { url, host, address } = params;
    return [`${name} ${[url, host, address].find((value) => typeof value === 'string') ?? ''}`.trim()];
  });
}
