// What a pickle built → tensors by name: a state dict, one inside a training checkpoint, or the modules of TorchScript.
// Runs anywhere (pure TypeScript); made for files from strangers: the values may share parts and contain themselves.
import type { Fail } from './fail.ts';
import { ScriptModule, TorchTensor, type Value } from './values.ts';

/** Keys under which programs put the weights beside an optimiser, the number of the epoch and the like. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model', 'linear_layers'];
const DEPTH_LIMIT = 32;
const VISIT_LIMIT = 200_000;
const NAME_LIMIT = 300;

/** The names and values inside a dictionary or a module; null for anything else. */
function childrenOf(value: Value | undefined): ReadonlyMap<Value, Value> | null {
  if (value instanceof ScriptModule) return value.attributes;
  return value instanceof Map ? value : null;
}

/** The dictionary of the weights inside what may be a training checkpoint. */
function unwrap(root: Value): Value {
  if (!(root instanceof Map)) return root;
  const inner = WRAPPERS.map((key) => root.get(key)).find((value) => childrenOf(value) !== null);
  return inner === undefined ? root : inner;
}

/** Names are the keys on the way to a tensor, joined by dots, as in a state dict. Values without a tensor are left out. */
export function collectTensors(root: Value, fail: Fail): ReadonlyMap<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  let visits = 0;
  const visit = (value: Value, path: string, depth: number): void => {
    if (path.length > NAME_LIMIT) fail('the name of a tensor is too long');
    if (value instanceof TorchTensor) {
      if (tensors.has(path)) fail(`it has two tensors "${path}"`);
      tensors.set(path, value);
      return;
    }
    const children = childrenOf(value);
    if (children && depth === 0) fail('its tensors are nested too deep');
    for (const [key, child] of children ?? []) {
      if (++visits > VISIT_LIMIT) fail('it holds too many values');
      if (typeof key === 'string') visit(child, path === '' ? key : `${path}.${key}`, depth - 1);
    }
  };
  visit(unwrap(root), '', DEPTH_LIMIT);
  return tensors.size > 0 ? tensors : fail('it holds no tensors');
}
