// Where things lie in the repository and in an installed program, and how the services start there.
// Runs in the tests (Node, with fake Electron objects).
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Message } from '../../electron/common/rpc.ts';
import { findPlaces, listSamples, useDataFolder } from '../../electron/main/places.ts';
import { startServices, utilityPort } from '../../electron/main/services.ts';
import { openedHistory } from '../../electron/node/history-client.ts';
import { NO_LOG } from '../../electron/node/log/log.ts';
import { LoupeError } from '../../models/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'loupe-places-'));
afterAll(() => rmSync(folder, { recursive: true }));

const app = (root: string, isPackaged: boolean) => ({
  isPackaged,
  getAppPath: () => root,
});
const DATA = '/home/ana/.config/loupe';

describe('places', () => {
  it('in the repository', () => {
    const places = findPlaces(app('/repo', false), DATA, {}, '/electron/resources');
    expect(places).toMatchObject({
      bundle: '/repo/out/renderer',
      preload: '/repo/out/preload/preload.cjs',
      resources: '/repo/resources',
      pack: '/repo/resources/packs/loupe-mini',
      data: '/home/ana/.config/loupe',
    });
    expect(places.node).toMatch(/^\/repo\/node_modules\/node\/bin\/node/);
    expect(places.service('history', 'electron')).toBe('/repo/out/main/history.js');
    expect(
      findPlaces(app('/repo', false), DATA, { LOUPE_RESOURCES: '/other', LOUPE_NODE: '/n' }, ''),
    ).toMatchObject({
      resources: '/other',
      node: '/n',
    });
  });

  it('in an installed program, which knows no variable of the tests', () => {
    const env = { LOUPE_RESOURCES: '/evil', LOUPE_NODE: '/evil/node' };
    const places = findPlaces(app('/opt/Loupe/resources/app.asar', true), DATA, env, '/opt/Loupe/resources');
    expect(places.resources).toBe('/opt/Loupe/resources/resources');
    expect(places.service('history', 'electron')).toBe('/opt/Loupe/resources/app.asar/out/main/history.js');
    expect(places.service('history', 'node')).toBe(
      '/opt/Loupe/resources/app.asar.unpacked/out/main/history.js',
    );
    expect(places.node).toMatch(/^\/opt\/Loupe\/resources\/node\/node/);
  });

  it('of data: one folder, with what is Chromium’s apart', () => {
    const paths: Record<string, string> = {};
    useDataFolder({ setPath: (name: string, path: string) => void (paths[name] = path) }, '/data');
    expect(paths).toEqual({ userData: '/data', sessionData: '/data/chromium' });
  });

  it('of sample parts: the photographs without the masks, words from the name', () => {
    expect(listSamples(folder)).toEqual([]);
    for (const path of ['metal_nut/test', 'metal_nut/ground_truth', 'bottle']) {
      mkdirSync(join(folder, 'samples', path), { recursive: true });
    }
    writeFileSync(join(folder, 'samples/LICENCE.md'), '');
    expect(listSamples(folder)).toEqual([
      { title: 'Bottle', product: 'bottle', folder: join(folder, 'samples/bottle') },
      { title: 'Metal nut', product: 'metal nut', folder: join(folder, 'samples/metal_nut/test') },
    ]);
  });
});

/** A utility process that answers every request with its name. */
class FakeUtility extends EventEmitter {
  killed = false;
  readonly got: Message[] = [];
  postMessage(message: Message): void {
    this.got.push(message);
    if (message.kind === 'request') {
      setImmediate(() =>
        this.emit('message', { kind: 'answer', id: message.id, ok: true, value: message.name }),
      );
    }
  }
  kill(): boolean {
    this.killed = true;
    setImmediate(() => this.emit('exit', 0));
    return true;
  }
}

describe('services', () => {
  it('are utility processes where Electron is new enough', async () => {
    const forked: { entry: string; name: string; child: FakeUtility }[] = [];
    const trouble: string[] = [];
    const services = startServices({
      places: findPlaces(app('/repo', false), DATA, {}, ''),
      nodeApi: 10,
      log: NO_LOG,
      fork: (entry, _args, { serviceName }) => {
        const child = new FakeUtility();
        forked.push({ entry, name: serviceName, child });
        return child as never;
      },
      onTrouble: (service, error, fatal) => trouble.push(`${service} ${error.code} ${fatal}`),
    });
    expect(forked).toEqual([]); // nothing runs before it is needed
    expect(await services.history.request('run.list', null)).toBe('run.list');
    expect(forked.map(({ entry, name }) => [entry, name])).toEqual([
      ['/repo/out/main/history.js', 'Loupe history'],
    ]);
    expect(forked[0]?.child.got.map((message) => message.kind === 'request' && message.name)).toEqual([
      'open',
      'run.list',
    ]);

    forked[0]?.child.emit('exit', 11);
    expect(trouble).toEqual(['history service.died false']);
    await services.history.request('run.list', null);
    expect(forked).toHaveLength(2);
    await services.stop();
    expect(forked[1]?.child.killed).toBe(true);
  });

  it('end at once when they are already gone', async () => {
    const child = new FakeUtility();
    const port = utilityPort(child as never);
    child.emit('exit', 0);
    await port.stop();
    expect(child.killed).toBe(false);
  });
});

describe('the opened history', () => {
  const died = (): LoupeError => new LoupeError('service.died', { service: 'history', reason: 'x' });

  it('opens again after a death and asks again what may be asked twice', async () => {
    const asked: string[] = [];
    const client = {
      deaths: 0,
      request: (name: string) => {
        if (asked.push(name) !== 2) return Promise.resolve(name);
        client.deaths++;
        return Promise.reject(died());
      },
    };
    const history = openedHistory(client as never, '/data');
    expect(await history.request('run.list', null)).toBe('run.list');
    expect(asked).toEqual(['open', 'run.list', 'open', 'run.list']);
  });

  it('does not repeat what would happen twice', async () => {
    const asked: string[] = [];
    const client = {
      deaths: 0,
      request: (name: string) => {
        asked.push(name);
        if (name === 'open') return Promise.resolve(null);
        client.deaths++;
        return Promise.reject(died());
      },
    };
    const verdict = openedHistory(client as never, '/data').request('verdict.record', {
      partId: 1,
      verdict: 'ok',
      author: 'ana',
    });
    await expect(verdict).rejects.toMatchObject({ code: 'service.died' });
    expect(asked).toEqual(['open', 'verdict.record']);
  });

  it('tries to open again with the next request when it could not', async () => {
    let locked = true;
    const client = {
      deaths: 0,
      request: (name: string) =>
        name === 'open' && locked
          ? Promise.reject(new LoupeError('history.locked', { path: '/data' }))
          : Promise.resolve(name),
    };
    const history = openedHistory(client as never, '/data');
    await expect(history.request('run.list', null)).rejects.toMatchObject({ code: 'history.locked' });
    locked = false;
    expect(await history.request('run.list', null)).toBe('run.list');
  });
});
