// Writes torch checkpoints for tests, the honest and the hostile ones: a pickle by its operations, inside a zip archive.
// Runs in the tests (Node).

export type Bytes = readonly number[];

const encode = (text: string): number[] => [...new TextEncoder().encode(text)];
const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);

/** The operations of a pickle (protocol 2), each leaving one value on the stack. */
export const pickle = {
  none: [0x4e],
  false: [0x89],
  emptyTuple: [0x29],
  int: (value: number): Bytes => [0x4a, ...little(value, 4)],
  long: (value: number): Bytes => [0x8a, 8, ...little(value, 8)],
  text: (text: string): Bytes => [0x58, ...little(encode(text).length, 4), ...encode(text)],
  global: (module: string, name: string): Bytes => [0x63, ...encode(`${module}\n${name}\n`)],
  tuple: (...items: Bytes[]): Bytes => [0x28, ...items.flat(), 0x74],
  list: (...items: Bytes[]): Bytes => [0x5d, 0x28, ...items.flat(), 0x65],
  dict: (...items: [Bytes, Bytes][]): Bytes => [0x7d, 0x28, ...items.flat(2), 0x75],
  reduce: (callable: Bytes, args: Bytes): Bytes => [...callable, ...args, 0x52],
  build: (object: Bytes, state: Bytes): Bytes => [...object, ...state, 0x62],
  newObject: (type: Bytes): Bytes => [...type, 0x29, 0x81],
  orderedDict: (...items: [Bytes, Bytes][]): Bytes => [
    ...pickle.reduce(pickle.global('collections', 'OrderedDict'), pickle.emptyTuple),
    ...[0x28, ...items.flat(2), 0x75],
  ],
  /** A state dict: an ordered dictionary by name. */
  named: (items: Readonly<Record<string, Bytes>>): Bytes =>
    pickle.orderedDict(
      ...Object.entries(items).map(([name, value]): [Bytes, Bytes] => [pickle.text(name), value]),
    ),
  put: (index: number): Bytes => [0x72, ...little(index, 4)],
  get: (index: number): Bytes => [0x6a, ...little(index, 4)],
  /** A whole file of one value. */
  file: (value: Bytes): Uint8Array => Uint8Array.from([0x80, 2, ...value, 0x2e]),
};

export interface TensorView {
  readonly type?: string;
  readonly key?: string;
  /** Values of the storage. */
  readonly length: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export function tensor({ type = 'Float', key = '0', length, offset = 0, shape, strides }: TensorView): Bytes {
  const { global, tuple, text, long, reduce } = pickle;
  const id = tuple(text('storage'), global('torch', `${type}Storage`), text(key), text('cpu'), long(length));
  const counts = (values: readonly number[]): Bytes => tuple(...values.map(long));
  const hooks = pickle.orderedDict();
  const args = tuple([...id, 0x51], long(offset), counts(shape), counts(strides), pickle.false, hooks);
  return reduce(global('torch._utils', '_rebuild_tensor_v2'), args);
}

export interface ZipOptions {
  /** Sizes and places in 64-bit fields, as in archives over 4 GB. */
  readonly zip64?: boolean;
  /** Bytes in front of every entry's data, as torch aligns it. */
  readonly padding?: number;
  /** Method of compression that the directory claims. */
  readonly method?: number;
}

/** An archive of stored entries. */
export function zip(
  entries: Readonly<Record<string, Uint8Array>>,
  { zip64 = false, padding = 0, method = 0 }: ZipOptions = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: number[] = [];
  const add = (bytes: Bytes | Uint8Array): void => void parts.push(Uint8Array.from(bytes));
  const size = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  for (const [name, data] of Object.entries(entries)) {
    const [at, path] = [size(), encode(name)];
    const sizes = [
      ...little(zip64 ? 0xffffffff : data.length, 4),
      ...little(zip64 ? 0xffffffff : data.length, 4),
    ];
    const wide = zip64
      ? [1, 0, 24, 0, ...little(data.length, 8), ...little(data.length, 8), ...little(at, 8)]
      : [];
    const common = [...little(0x800, 2), ...little(method, 2), 0, 0, 0, 0, 0, 0, 0, 0, ...sizes];
    add([
      ...little(0x04034b50, 4),
      45,
      0,
      ...common,
      ...little(path.length, 2),
      ...little(padding, 2),
      ...path,
    ]);
    add(new Uint8Array(padding));
    add(data);
    directory.push(...little(0x02014b50, 4), 45, 0, 45, 0, ...common);
    directory.push(...little(path.length, 2), ...little(wide.length, 2), ...little(0, 10));
    directory.push(...little(zip64 ? 0xffffffff : at, 4), ...path, ...wide);
  }
  const [start, count] = [size(), Object.keys(entries).length];
  add(directory);
  if (zip64) {
    const end = size();
    add([...little(0x06064b50, 4), ...little(44, 8), 45, 0, 45, 0, ...little(0, 8)]);
    add([...little(count, 8), ...little(count, 8), ...little(directory.length, 8), ...little(start, 8)]);
    add([...little(0x07064b50, 4), ...little(0, 4), ...little(end, 8), ...little(1, 4)]);
  }
  const counts = [...little(count, 2), ...little(count, 2)];
  const place = [
    ...little(zip64 ? 0xffffffff : directory.length, 4),
    ...little(zip64 ? 0xffffffff : start, 4),
  ];
  add([...little(0x06054b50, 4), 0, 0, 0, 0, ...counts, ...place, 0, 0]);
  return Uint8Array.from(Buffer.concat(parts));
}

/** A checkpoint: one value, and storages by their keys. */
export const torchFile = (
  value: Bytes,
  storages: Readonly<Record<string, ArrayBufferView>> = {},
  options: ZipOptions = {},
): Uint8Array =>
  zip(
    {
      'archive/data.pkl': pickle.file(value),
      ...Object.fromEntries(
        Object.entries(storages).map(([key, { buffer, byteOffset, byteLength }]) => [
          `archive/data/${key}`,
          new Uint8Array(buffer, byteOffset, byteLength),
        ]),
      ),
      'archive/version': Uint8Array.from([0x33, 0x0a]),
    },
    options,
  );
