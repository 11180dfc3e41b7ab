// The messages that an ONNX graph is made of: nodes, tensors, descriptions of inputs and outputs.
// Runs anywhere (pure TypeScript on bytes). Field numbers: Specification § H.7.
import { ProtobufMessage } from './protobuf.ts';

/** TensorProto.DataType */
export const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof DATA_TYPE;

/** A size, or the name of a size that is only known when the model runs, such as `'B'`. */
export type Dimension = number | string;

/** What constants may hold. */
export type TensorData = Float32Array | BigInt64Array | Int8Array | Uint8Array;

/** Integers, lists of integers, and `{ float }`, which the file format tells apart from an integer. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;
/** TensorProto.DataLocation */
const EXTERNAL = 1;

export function nodeProto(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes,
  domain = '',
): ProtobufMessage {
  const node = new ProtobufMessage();
  for (const input of inputs) node.string(1, input);
  for (const output of outputs) node.string(2, output);
  node.string(4, operator);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = new ProtobufMessage().string(1, name);
    if (typeof value === 'number') attribute.int(3, value).int(20, ATTRIBUTE_TYPE.int);
    else if ('float' in value) attribute.float(2, value.float).int(20, ATTRIBUTE_TYPE.float);
    else {
      for (const item of value) attribute.int(8, item);
      attribute.int(20, ATTRIBUTE_TYPE.ints);
    }
    node.message(5, attribute);
  }
  return domain === '' ? node : node.string(7, domain);
}

export function tensorProto(
  name: string,
  type: ElementType,
  data: TensorData,
  shape: readonly number[],
): ProtobufMessage {
  const tensor = new ProtobufMessage();
  for (const size of shape) tensor.int(1, size);
  return tensor.int(2, DATA_TYPE[type]).string(8, name).bytes(9, rawBytes(data));
}

/** A tensor whose `bytes` bytes lie beside the graph, in a file of its own with the name of the tensor. */
export function externalTensorProto(
  name: string,
  type: ElementType,
  bytes: number,
  shape: readonly number[],
): ProtobufMessage {
  const tensor = new ProtobufMessage();
  for (const size of shape) tensor.int(1, size);
  tensor.int(2, DATA_TYPE[type]).string(8, name);
  for (const [key, value] of [
    ['location', name],
    ['offset', '0'],
    ['length', String(bytes)],
  ] as const)
    tensor.message(13, new ProtobufMessage().string(1, key).string(2, value));
  return tensor.int(14, EXTERNAL);
}

export const rawBytes = (data: TensorData): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ProtobufMessage {
  const shapeProto = new ProtobufMessage();
  for (const size of shape) {
    const dimension = new ProtobufMessage();
    shapeProto.message(1, typeof size === 'number' ? dimension.int(1, size) : dimension.string(2, size));
  }
  const tensorType = new ProtobufMessage().int(1, DATA_TYPE[type]).message(2, shapeProto);
  return new ProtobufMessage().string(1, name).message(2, new ProtobufMessage().message(1, tensorType));
}
