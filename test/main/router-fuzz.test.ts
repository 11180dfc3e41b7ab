// 100,000 messages to the router from pages that are and are not ours: every one is answered, with a value or a typed refusal.
// Runs in the tests (Node).
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHANNELS, type Channel, type Reply } from '../../electron/common/contract.ts';
import { route, type Handlers, type Invocation } from '../../electron/main/router.ts';
import { LoupeError, isErrorCode } from '../../models/errors.ts';

const RUNS = 1000;
const MESSAGES = 100;
const NAMES = Object.keys(CHANNELS) as Channel[];

const escaped: unknown[] = [];
const note = (error: unknown): void => void escaped.push(error);
beforeAll(() => {
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
});
afterAll(() => {
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
});

const page = { name: 'our web contents' };
const OURS = 'loupe://app/index.html';
const ADDRESSES = [
  OURS,
  'loupe://app.evil/',
  'loupe://app@evil/',
  'https://app/',
  'file:///x',
  'about:blank',
  '',
  'LOUPE://APP/',
];
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constant<Invocation>({ sender: page, senderFrame: { url: OURS, parent: null } }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      sender: fc.constantFrom<unknown>(page, {}, null, undefined),
      senderFrame: fc.option(
        fc.record({
          url: fc.oneof(fc.constantFrom(...ADDRESSES), fc.webUrl(), fc.string()),
          parent: fc.constantFrom<unknown>(null, {}, undefined),
        }),
      ),
    }),
  },
);
const isOurs = ({ sender, senderFrame }: Invocation): boolean =>
  sender === page && senderFrame?.parent === null && senderFrame.url.startsWith('loupe://app/');

const trap = (): object => ({
  get runId(): never {
    throw new Error('a getter that throws');
  },
});
const cyclic = (): object => {
  const one: Record<string, unknown> = {};
  one.self = one;
  return one;
};
const SPECIAL: readonly (() => unknown)[] = [
  trap,
  cyclic,
  () => new Proxy({}, { get: () => new Proxy({}, {}), ownKeys: () => ['runId'] }),
  () => new Map([['runId', 1]]),
  () => new Uint8Array(1000),
  () => new Date(NaN),
  () => Symbol('x'),
  () => () => 1,
  () => JSON.parse('{"__proto__":{"runId":1},"constructor":{"prototype":{"polluted":true}}}') as unknown,
  () => 'x'.repeat(100_000),
  () => Array.from({ length: 20_000 }, () => 'a'),
];

const id = fc.oneof(fc.integer(), fc.constantFrom(1, 0, -1, 1.5, NaN, Infinity, 2 ** 53, '1', null));
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', '../../etc/passwd', '\0', "'; DROP TABLE run; --", 'a'.repeat(5000)),
);
/** Nearly right: the names of the contract with values that may or may not fit. */
const nearly = fc.record(
  {
    runId: id,
    partId: id,
    recipeId: id,
    version: id,
    basedOn: id,
    verdict: fc.oneof(fc.constantFrom('ok', 'ng', 'unsure', null, 'OK', 1), text),
    what: fc.oneof(fc.constantFrom('folder', 'files', 'disk'), text),
    product: text,
    lot: text,
    reason: text,
    author: text,
    name: text,
    path: text,
    inputs: fc.oneof(fc.array(text, { maxLength: 4 }), text),
    thresholds: fc.record({ review: fc.double(), reject: fc.double() }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const args = fc.oneof(
  { weight: 4, arbitrary: nearly },
  {
    weight: 4,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(...SPECIAL).map((make) => make()) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

/** What a handler may do wrong. */
const OUTCOMES: readonly (() => unknown)[] = [
  () => null,
  () => 'not what the contract says',
  () => {
    throw new LoupeError('history.locked', { path: '/data' });
  },
  () => Promise.reject(new TypeError('x is not a function')),
  () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- libraries do
    throw 'a text';
  },
  () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- libraries do
    throw undefined;
  },
];

interface Router {
  readonly send: (name: Channel, event: Invocation, args: unknown) => Promise<Reply<unknown>>;
  /** Channels whose handler was reached since the last question. */
  readonly reached: () => Channel[];
}

function router(outcome: () => unknown): Router {
  const listeners = new Map<string, (event: unknown, args: unknown) => Promise<Reply<unknown>>>();
  const calls: Channel[] = [];
  const handler = (name: Channel) => (): unknown => {
    calls.push(name);
    return outcome();
  };
  route({
    ipc: { handle: (name: string, listener: unknown) => void listeners.set(name, listener as never) },
    handlers: Object.fromEntries(NAMES.map((name) => [name, handler(name)])) as unknown as Handlers,
    page: () => page,
    guard: (_channel, args) => Promise.resolve(args),
    checkResults: true,
    onError: () => undefined,
  });
  return {
    send: (name, event, args) => listeners.get(name)!(event, args),
    reached: () => calls.splice(0),
  };
}

const fits = (name: Channel, args: unknown): boolean => {
  try {
    return CHANNELS[name].args.safeParse(args).success;
  } catch {
    return false; // a getter of its own that throws
  }
};

it('answers 100,000 messages, lets in only what fits from our page, and stays alive', async () => {
  let [sent, entered, foreign] = [0, 0, 0];
  const message = fc.record({ name: fc.constantFrom(...NAMES), event, args });
  const messages = fc.array(message, { minLength: MESSAGES, maxLength: MESSAGES, size: 'max' });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...OUTCOMES), messages, async (outcome, all) => {
      const { send, reached } = router(outcome);
      for (const { name, event, args } of all) {
        sent++;
        const mayEnter = isOurs(event) && fits(name, args);
        const reply = await send(name, event, args);
        expect(reached()).toEqual(mayEnter ? [name] : []);
        if (mayEnter) entered++;
        structuredClone(reply); // what cannot be cloned would throw in Electron
        if (reply.ok) {
          expect(mayEnter).toBe(true);
          continue;
        }
        expect(isErrorCode(reply.error.code)).toBe(true);
        if (!isOurs(event)) {
          foreign++;
          expect(reply.error).toEqual({
            code: 'ipc.refused',
            params: { channel: name, reason: 'foreign sender' },
          });
        }
        // Nothing of the schema, and nothing of what was sent, comes back.
        if (!mayEnter) expect(JSON.stringify(reply).length).toBeLessThan(200);
      }
    }),
    { numRuns: RUNS },
  );
  expect(escaped).toEqual([]);
  expect(sent).toBeGreaterThanOrEqual(RUNS * MESSAGES);
  // Both doors were tried often enough for the counts above to mean something.
  expect(entered).toBeGreaterThan(sent / 100);
  expect(foreign).toBeGreaterThan(sent / 100);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  console.log(`${sent} messages, ${entered} let in, ${foreign} of foreign senders`);
}, 300_000);
