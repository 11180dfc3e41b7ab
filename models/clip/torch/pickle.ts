// A pickle machine for torch files. It knows the operations that describe tensors and no others, and executes nothing.
// Runs anywhere (pure TypeScript); made for files from strangers: time and memory are bounded by the length of the pickle.
import type { Fail } from './fail.ts';
import { call, knownGlobal, newObject, storage } from './globals.ts';
import { ScriptModule, type Value } from './values.ts';

/** Some fifty operations describe a tensor: this is enough for twenty thousand. */
const STEP_LIMIT = 1_000_000;
const STOP = 0x2e;

/**
 * Runs a pickle (protocols 2 to 4) and returns what it builds. The result may share parts and may contain itself. Names
 * other than those of `globals.ts` are refused.
 */
export function unpickle(bytes: Uint8Array, fail: Fail): Value {
  const machine = new Machine(bytes, fail);
  for (let step = 0; step < STEP_LIMIT; step++) {
    const code = machine.byte();
    if (code === STOP) return machine.pop();
    const operation = OPERATIONS.get(code);
    if (!operation)
      return fail(`it uses the operation 0x${code.toString(16)}, which no list of tensors needs`);
    operation(machine);
  }
  return fail('its description of the tensors is too long');
}

class Machine {
  readonly fail: Fail;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #stack: Value[] = [];
  /** Heights of the stack at the open marks: nothing below the last one can be taken. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();
  #at = 0;

  constructor(bytes: Uint8Array, fail: Fail) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.fail = fail;
  }

  // ---- the file ----

  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Big-endian, unlike the integers. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** A signed integer of any length; beyond 2⁵³ it is rounded (such numbers are seeds, never sizes). */
  integer(length: number): number {
    const start = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[start + i] ?? 0);
    return Number(BigInt.asIntN(8 * length, value));
  }

  text(length: number): string {
    const start = this.#take(length);
    return this.#text.decode(this.#bytes.subarray(start, start + length));
  }

  /** Up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) return this.fail('its description of the tensors is cut off');
    const text = this.text(end - this.#at);
    this.#at = end + 1;
    return text;
  }

  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) return this.fail('its description of the tensors is cut off');
    this.#at += length;
    return start;
  }

  // ---- stack and memo ----

  push(value: Value): void {
    this.#stack.push(value);
  }

  pop(): Value {
    const value = this.#stack.length > (this.#marks.at(-1) ?? 0) ? this.#stack.pop() : undefined;
    return value === undefined ? this.#damaged() : value;
  }

  /** The value on top, which stays. */
  top(): Value {
    const value = this.pop();
    this.push(value);
    return value;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Everything since the last mark. */
  popMark(): Value[] {
    const height = this.#marks.pop();
    return height === undefined ? this.#damaged() : this.#stack.splice(height);
  }

  popMany(count: number): Value[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? this.#damaged() : value);
  }

  // ---- containers ----

  append(values: readonly Value[]): void {
    const list = this.top();
    if (!Array.isArray(list)) return this.#damaged();
    for (const value of values) list.push(value);
  }

  /** Keys and values in turn. */
  setItems(items: readonly Value[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map) || items.length % 2 !== 0) return this.#damaged();
    for (let i = 0; i < items.length; i += 2) dictionary.set(items[i] ?? null, items[i + 1] ?? null);
  }

  /** Gives a module its attributes. A state dict has some too (format versions); they carry no weights. */
  build(): void {
    const state = this.pop();
    const object = this.top();
    if (object instanceof Map) return;
    if (!(object instanceof ScriptModule) || !(state instanceof Map)) return this.#damaged();
    object.attributes = state; // not copied: a file may give one state to many objects
  }

  #damaged(): never {
    return this.fail('its description of the tensors is damaged');
  }
}

/** `import module; module.name` of Python. */
const pushGlobal = (m: Machine, module: string, name: string): void =>
  m.push(knownGlobal(`${module}.${name}`, m.fail));

const OPERATIONS: ReadonlyMap<number, (m: Machine) => void> = new Map<number, (m: Machine) => void>([
  [0x80, (m) => m.skip(1)], // PROTO
  [0x95, (m) => m.skip(8)], // FRAME
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.int32())], // BININT
  [0x4b, (m) => m.push(m.byte())], // BININT1
  [0x4d, (m) => m.push(m.uint16())], // BININT2
  [0x8a, (m) => m.push(m.integer(m.byte()))], // LONG1
  [0x47, (m) => m.push(m.float64())], // BINFLOAT
  [0x58, (m) => m.push(m.text(m.uint32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.text(m.byte()))], // SHORT_BINUNICODE
  [0x28, (m) => m.mark()], // MARK
  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x74, (m) => m.push(m.popMark())], // TUPLE
  [0x85, (m) => m.push(m.popMany(1))], // TUPLE1
  [0x86, (m) => m.push(m.popMany(2))], // TUPLE2
  [0x87, (m) => m.push(m.popMany(3))], // TUPLE3
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x61, (m) => m.append(m.popMany(1))], // APPEND
  [0x65, (m) => m.append(m.popMark())], // APPENDS
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x73, (m) => m.setItems(m.popMany(2))], // SETITEM
  [0x75, (m) => m.setItems(m.popMark())], // SETITEMS
  [0x71, (m) => m.remember(m.byte())], // BINPUT
  [0x72, (m) => m.remember(m.uint32())], // LONG_BINPUT
  [0x94, (m) => m.remember()], // MEMOIZE
  [0x68, (m) => m.recall(m.byte())], // BINGET
  [0x6a, (m) => m.recall(m.uint32())], // LONG_BINGET
  [0x63, (m) => pushGlobal(m, m.line(), m.line())], // GLOBAL
  [0x93, (m) => pushStackGlobal(m)], // STACK_GLOBAL
  [0x51, (m) => m.push(storage(m.pop(), m.fail))], // BINPERSID
  [0x52, (m) => reduce(m)], // REDUCE
  [0x81, (m) => makeObject(m)], // NEWOBJ
  [0x62, (m) => m.build()], // BUILD
]);

function pushStackGlobal(m: Machine): void {
  const [module, name] = m.popMany(2);
  if (typeof module !== 'string' || typeof name !== 'string')
    return m.fail('it asks for something without a name');
  pushGlobal(m, module, name);
}

function reduce(m: Machine): void {
  const [name = null, values = null] = m.popMany(2);
  m.push(call(name, values, m.fail));
}

function makeObject(m: Machine): void {
  const [name = null] = m.popMany(2);
  m.push(newObject(name, m.fail));
}
