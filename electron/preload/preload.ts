// The bridge: `window.loupe` and nothing else. It carries only the channels and events that the contract names.
// Runs in the sandboxed preload of the page; only types are imported, so that no library is loaded with every window.
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type {
  Channel,
  ChannelArgs,
  ChannelResult,
  EventName,
  EventPayload,
  LoupeBridge,
  Reply,
} from '../common/contract.ts';

/** The compiler keeps these two lists equal to the contract. */
const CHANNELS: Readonly<Record<Channel, true>> = {
  'app.info': true,
  'files.choose': true,
  'run.start': true,
  'run.resume': true,
  'run.cancel': true,
  'run.pause': true,
  'run.look': true,
  'run.list': true,
  'run.open': true,
  'run.thresholds': true,
  'part.verdict': true,
  'part.reference': true,
  'part.reveal': true,
  'recipe.list': true,
  'recipe.get': true,
  'recipe.versions': true,
  'recipe.save': true,
  'recipe.duplicate': true,
  'recipe.export': true,
  'recipe.import': true,
  'history.state': true,
  'history.verify': true,
  'history.backup': true,
  'history.schedule': true,
  'history.audit': true,
  'history.stats': true,
  'history.images': true,
  'retention.rule': true,
  'retention.plan': true,
  'retention.set': true,
  'retention.run': true,
  'run.rejudge': true,
  'run.compare': true,
  'run.repeat': true,
  'history.export': true,
  'part.explain': true,
  'part.find': true,
  'challenge.list': true,
  'challenge.create': true,
  'challenge.change': true,
  'challenge.run': true,
  'challenge.results': true,
  'challenge.result': true,
  'challenge.certificate': true,
  'mask.list': true,
  'mask.save': true,
  'training.current': true,
  'training.start': true,
  'training.resume': true,
  'training.stop': true,
  'training.discard': true,
  'training.adopt': true,
  'people.state': true,
  'people.signIn': true,
  'people.signOut': true,
  'people.lock': true,
  'people.add': true,
  'people.change': true,
  'people.changePin': true,
  'people.idle': true,
  'second.draw': true,
  'second.list': true,
  'second.parts': true,
  'second.judge': true,
  'second.end': true,
  'second.result': true,
  'menu.texts': true,
  'support.overview': true,
  'support.check': true,
  'support.report': true,
  'support.bundle': true,
  'support.saveBundle': true,
  'update.check': true,
  'update.start': true,
  'update.pack': true,
  'session.load': true,
  'session.save': true,
  'preferences.load': true,
  'preferences.save': true,
};
const EVENTS: Readonly<Record<EventName, true>> = {
  'run.progress': true,
  'run.parts': true,
  'run.changed': true,
  'service.trouble': true,
  'menu.command': true,
  'training.changed': true,
  'history.backedUp': true,
  'history.retained': true,
};

const refused = (channel: unknown): Reply<never> => ({
  ok: false,
  error: { code: 'ipc.refused', params: { channel: String(channel), reason: 'unknown channel' } },
});

const bridge: LoupeBridge = {
  async invoke<C extends Channel>(channel: C, args: ChannelArgs<C>) {
    if (!Object.hasOwn(CHANNELS, channel)) return refused(channel);
    return (await ipcRenderer.invoke(channel, args)) as Reply<ChannelResult<C>>;
  },
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void) {
    if (!Object.hasOwn(EVENTS, event)) return () => undefined;
    // The page gets the payload only: Electron's event object would hand it a way to answer.
    const forward = (_event: unknown, payload: EventPayload<E>): void => listener(payload);
    ipcRenderer.on(event, forward);
    return () => void ipcRenderer.off(event, forward);
  },
  pathOf(file) {
    try {
      return webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0]);
    } catch {
      return ''; // not a file, or an Electron before 29
    }
  },
};

contextBridge.exposeInMainWorld('loupe', bridge);
