// The only names that mean something in a torch file, and what stands for them here. Nothing in the file can run code.
// Runs anywhere (pure TypeScript).
import type { Fail } from './fail.ts';
import { GlobalName, ScriptModule, Storage, TorchTensor, type Value } from './values.ts';

const ORDERED_DICT = 'collections.OrderedDict';
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';
/** Classes that a TorchScript archive defines for itself. */
const SCRIPT_CLASSES = '__torch__.';

/** Storage classes of torch and their types in the words of safetensors. */
const STORAGES: ReadonlyMap<string, string> = new Map([
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.DoubleStorage', 'F64'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);
const KNOWN = new Set([ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, ...STORAGES.keys()]);

/** More axes than any layer has. */
const AXES_LIMIT = 8;

const isCount = (value: Value | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const areAxes = (value: Value | undefined): value is number[] =>
  Array.isArray(value) && value.length <= AXES_LIMIT && value.every(isCount);

/** Refuses every name but those that torch needs to describe tensors. */
export function knownGlobal(name: string, fail: Fail): GlobalName {
  if (KNOWN.has(name) || name.startsWith(SCRIPT_CLASSES)) return new GlobalName(name);
  return fail(
    `it asks for ${JSON.stringify(name.slice(0, 100))}; only tensors are read, and nothing in a file is run`,
  );
}

/** `name(*values)`: an empty dictionary, a tensor, or the tensor of a parameter. */
export function call(name: Value, values: Value, fail: Fail): Value {
  if (!(name instanceof GlobalName) || !Array.isArray(values)) return fail('it calls what cannot be called');
  if (name.name === ORDERED_DICT && values.length === 0) return new Map();
  if (name.name === REBUILD_TENSOR) return tensor(values, fail);
  if (name.name === REBUILD_PARAMETER && values[0] instanceof TorchTensor) return values[0];
  return fail(`it calls ${name.name.slice(0, 100)} in an unknown way`);
}

/** An object of a class that the archive defines itself; its code is never looked at. */
export function newObject(name: Value, fail: Fail): Value {
  return name instanceof GlobalName && name.name.startsWith(SCRIPT_CLASSES)
    ? new ScriptModule()
    : fail('it makes an object of an unknown class');
}

/** ('storage', class, key, device, length) */
export function storage(id: Value, fail: Fail): Value {
  const [kind, type, key, , length] = Array.isArray(id) ? id : [];
  const dtype = type instanceof GlobalName ? STORAGES.get(type.name) : undefined;
  return kind === 'storage' && dtype !== undefined && typeof key === 'string' && isCount(length)
    ? new Storage(dtype, key, length)
    : fail('it describes a storage in an unknown way');
}

/** (storage, offset, shape, strides, …); the rest is about gradients. */
function tensor([source, offset, shape, strides]: readonly Value[], fail: Fail): TorchTensor {
  if (!(source instanceof Storage) || !isCount(offset) || !areAxes(shape) || !areAxes(strides))
    return fail('it describes a tensor in an unknown way');
  if (shape.length !== strides.length)
    return fail(`it describes a tensor with ${shape.length} axes and ${strides.length} strides`);
  return new TorchTensor(source, offset, shape, strides);
}
