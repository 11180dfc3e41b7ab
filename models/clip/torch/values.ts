// What a torch pickle may build: plain data, and four kinds of inert objects that stand for what torch would have made.
// Runs anywhere (pure TypeScript).

/** A name from the file, such as `torch.FloatStorage`. It is only ever compared with the few names that are known. */
export class GlobalName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Where values lie: the archive's entry `data/<key>` with `length` values of one type. */
export class Storage {
  readonly dtype: string;
  readonly key: string;
  readonly length: number;

  constructor(dtype: string, key: string, length: number) {
    this.dtype = dtype;
    this.key = key;
    this.length = length;
  }
}

/** A view of a storage: element [i, j …] is at offset + i · strides[0] + j · strides[1] …, all counted in values. */
export class TorchTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** An object of a TorchScript archive: a module with its parameters and submodules by name. */
export class ScriptModule {
  attributes: ReadonlyMap<Value, Value> = new Map();
}

/** Lists and tuples are arrays; dictionaries are Maps, so that no key means anything special. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Value[]
  | Map<Value, Value>
  | GlobalName
  | Storage
  | TorchTensor
  | ScriptModule;
