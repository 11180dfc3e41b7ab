// Builds an ONNX model (opset 17, IR version 8) node by node, with one readable method per operator.
// Runs anywhere (pure TypeScript on bytes).
import { LoupeError } from '../errors.ts';
import { ProtobufMessage } from './protobuf.ts';
import {
  DATA_TYPE,
  externalTensorProto,
  nodeProto,
  rawBytes,
  tensorProto,
  valueInfo,
  type Attributes,
  type Dimension,
  type ElementType,
  type TensorData,
} from './records.ts';

export type { Dimension, ElementType } from './records.ts';

const IR_VERSION = 8;
const OPSET = 17;
/** Operators of ONNX Runtime itself. */
const CONTRIB_DOMAIN = 'com.microsoft';

declare const valueBrand: unique symbol;
/** The name of a tensor in the graph. Branded, so that only a GraphBuilder can make one. */
export type Value = string & { readonly [valueBrand]: true };

/** A tensor in the graph, or a number that becomes a float32 scalar. */
export type Operand = Value | number;

/** Constants of up to this many elements are shared by content, larger ones by identity of their array. */
const SMALL_CONSTANT = 16;
/** Constants of this many bytes and more lie beside the graph. */
const LARGE = 1 << 16;

/** A model whose large constants lie beside it: they are never copied together, and may be more than 2 GB. */
export interface OnnxModel {
  /** An .onnx file that names its large constants. */
  readonly graph: Uint8Array;
  /** Name → bytes. */
  readonly constants: ReadonlyMap<string, Uint8Array>;
}

interface Initializer {
  readonly name: Value;
  readonly type: ElementType;
  readonly data: TensorData;
  readonly shape: readonly number[];
}

/**
 * An ONNX graph under construction. Nodes are written in the order of the calls, which is a valid topological
 * order because a `Value` exists only after the node that makes it.
 *
 * Field numbers: Specification § H.7.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: ProtobufMessage[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #inputs: ProtobufMessage[] = [];
  readonly #outputs: ProtobufMessage[] = [];
  readonly #constants = new Map<string, Value>();
  readonly #identities = new Map<TensorData, number>();
  #usesContrib = false;

  constructor(name: string) {
    this.#name = name;
  }

  // ---- the border of the graph ----

  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    this.#inputs.push(valueInfo(name, type, shape));
    return name as Value;
  }

  /** Makes `value` an output of the model under `name`. */
  output(name: string, value: Value, type: ElementType, shape: readonly Dimension[]): void {
    this.#nodes.push(nodeProto('Identity', [value], [name], {}));
    this.#outputs.push(valueInfo(name, type, shape));
  }

  // ---- constants ----

  /** A float32 initialiser, row-major. The same array with the same shape is stored once. */
  constant(data: Float32Array, shape: readonly number[]): Value {
    return this.#initializer('float32', data, shape);
  }

  /** A float32 initialiser without axes. */
  scalar(value: number): Value {
    return this.#initializer('float32', Float32Array.of(value), []);
  }

  /** An initialiser of bytes, row-major: weights of integer products. */
  int8(data: Int8Array, shape: readonly number[]): Value {
    return this.#initializer('int8', data, shape);
  }

  /** An int64 vector: shapes, axes, indices. */
  integers(values: readonly number[]): Value {
    return this.#initializer('int64', BigInt64Array.from(values, BigInt), [values.length]);
  }

  // ---- arithmetic ----

  add(a: Operand, b: Operand): Value {
    return this.node('Add', [this.#operand(a), this.#operand(b)]);
  }

  sub(a: Operand, b: Operand): Value {
    return this.node('Sub', [this.#operand(a), this.#operand(b)]);
  }

  mul(a: Operand, b: Operand): Value {
    return this.node('Mul', [this.#operand(a), this.#operand(b)]);
  }

  div(a: Operand, b: Operand): Value {
    return this.node('Div', [this.#operand(a), this.#operand(b)]);
  }

  /** Matrix product of the last two axes; leading axes broadcast. */
  matMul(a: Value, b: Value): Value {
    return this.node('MatMul', [a, b]);
  }

  erf(x: Value): Value {
    return this.node('Erf', [x]);
  }

  sigmoid(x: Value): Value {
    return this.node('Sigmoid', [x]);
  }

  /** Softmax over the last axis. */
  softmax(x: Value): Value {
    return this.node('Softmax', [x], { axis: -1 });
  }

  /** Layer normalisation over the last axis; epsilon is the operator's default, 1e-5, as in CLIP. */
  layerNorm(x: Value, scale: Value, bias: Value): Value {
    return this.node('LayerNormalization', [x, scale, bias], { axis: -1 });
  }

  /** Convolution without padding whose stride is the kernel size: one output per patch. */
  patchConv(x: Value, weight: Value, bias: Value, patch: number): Value {
    return this.node('Conv', [x, weight, bias], { kernel_shape: [patch, patch], strides: [patch, patch] });
  }

  // ---- reductions ----

  reduceSum(x: Value, axes: readonly number[]): Value {
    return this.node('ReduceSum', [x, this.integers(axes)], { keepdims: 0 });
  }

  reduceMax(x: Value, axes: readonly number[]): Value {
    return this.node('ReduceMax', [x], { axes, keepdims: 0 });
  }

  /** Euclidean length over the last axis, which stays as an axis of size 1. */
  reduceL2(x: Value): Value {
    return this.node('ReduceL2', [x], { axes: [-1], keepdims: 1 });
  }

  // ---- shape and order ----

  cast(x: Value, type: ElementType): Value {
    return this.node('Cast', [x], { to: DATA_TYPE[type] });
  }

  /** 0 keeps the size of that axis, -1 takes what is left. */
  reshape(x: Value, shape: readonly number[]): Value {
    return this.node('Reshape', [x, this.integers(shape)]);
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    return this.node('Transpose', [x], { perm: permutation });
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.node('Concat', values, { axis });
  }

  /** Cuts an axis into equal parts. */
  split(x: Value, parts: number, axis: number): Value[] {
    return this.nodes('Split', [x], parts, { axis });
  }

  /** Elements `start` (included) to `end` (excluded) of one axis. */
  slice(x: Value, axis: number, start: number, end: number | Value): Value {
    const last = typeof end === 'number' ? this.integers([end]) : end;
    return this.node('Slice', [x, this.integers([start]), last, this.integers([axis])]);
  }

  /** Adds zeros; `pads` lists the number before each axis, then the number after each axis. */
  pad(x: Value, pads: readonly number[]): Value {
    return this.node('Pad', [x, this.integers(pads)]);
  }

  /** The size of one axis as an int64 vector of one element. */
  size(x: Value, axis: number): Value {
    return this.node('Shape', [x], { start: axis, end: axis + 1 });
  }

  /** Rows of `table` [V, W] by `indices` [...]: [..., W]. */
  gather(table: Value, indices: Value): Value {
    return this.node('Gather', [table, indices], { axis: 0 });
  }

  // ---- any other operator ----

  /** Appends a node with one output. */
  node(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const name = `${operator}_${this.#nodes.length}` as Value;
    this.#nodes.push(nodeProto(operator, inputs, [name], attributes));
    return name;
  }

  /** Appends an operator of ONNX Runtime's own; `''` leaves an optional input out. */
  contrib(operator: string, inputs: readonly (Value | '')[], attributes: Attributes = {}): Value {
    this.#usesContrib = true;
    const name = `${operator}_${this.#nodes.length}` as Value;
    this.#nodes.push(nodeProto(operator, inputs, [name], attributes, CONTRIB_DOMAIN));
    return name;
  }

  /** Appends a node with several outputs. */
  nodes(operator: string, inputs: readonly Value[], count: number, attributes: Attributes = {}): Value[] {
    const names = Array.from({ length: count }, (_, i) => `${operator}_${this.#nodes.length}_${i}` as Value);
    this.#nodes.push(nodeProto(operator, inputs, names, attributes));
    return names;
  }

  /** The finished model: the bytes of an .onnx file. */
  toBytes(): Uint8Array {
    return this.#finish(({ name, type, data, shape }) => tensorProto(name, type, data, shape));
  }

  /** The finished model with its large constants beside it, the very arrays that were handed in. */
  toModel(): OnnxModel {
    const constants = new Map<string, Uint8Array>();
    const graph = this.#finish(({ name, type, data, shape }) => {
      if (data.byteLength < LARGE) return tensorProto(name, type, data, shape);
      constants.set(name, rawBytes(data));
      return externalTensorProto(name, type, data.byteLength, shape);
    });
    return { graph, constants };
  }

  #finish(proto: (initializer: Initializer) => ProtobufMessage): Uint8Array {
    const graph = new ProtobufMessage();
    for (const node of this.#nodes) graph.message(1, node);
    graph.string(2, this.#name);
    for (const initializer of this.#initializers) graph.message(5, proto(initializer));
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    const model = new ProtobufMessage()
      .int(1, IR_VERSION)
      .string(2, 'loupe')
      .message(7, graph)
      .message(8, new ProtobufMessage().string(1, '').int(2, OPSET));
    if (this.#usesContrib) model.message(8, new ProtobufMessage().string(1, CONTRIB_DOMAIN).int(2, 1));
    return model.toBytes();
  }

  #operand(x: Operand): Value {
    return typeof x === 'number' ? this.scalar(x) : x;
  }

  #initializer(type: ElementType, data: TensorData, shape: readonly number[]): Value {
    if (data.length !== shape.reduce((a, b) => a * b, 1)) {
      throw new LoupeError('internal', {
        reason: `a constant of ${data.length} elements cannot be [${shape.join()}]`,
      });
    }
    const small = data instanceof BigInt64Array || data.length <= SMALL_CONSTANT;
    const key = `${type} [${shape.join()}] ${small ? data.join() : `#${this.#identity(data)}`}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#constants.size}` as Value;
    this.#initializers.push({ name, type, data, shape });
    this.#constants.set(key, name);
    return name;
  }

  #identity(data: TensorData): number {
    const known = this.#identities.get(data) ?? this.#identities.size;
    this.#identities.set(data, known);
    return known;
  }
}
