// Checks the protobuf writer against the encodings that the protobuf documentation gives.
// Runs in the tests (Node).
import { expect, it } from 'vitest';
import { ProtobufMessage } from '../../models/onnx/protobuf.ts';

const hex = (message: ProtobufMessage): string => Buffer.from(message.toBytes()).toString('hex');

it('writes small and multi-byte integers as varints', () => {
  expect(hex(new ProtobufMessage().int(1, 0))).toBe('0800');
  expect(hex(new ProtobufMessage().int(1, 150))).toBe('089601');
  expect(hex(new ProtobufMessage().int(20, 2 ** 40))).toBe('a00180808080' + '8020');
});

it('writes negative integers as 64-bit two’s complement', () => {
  expect(hex(new ProtobufMessage().int(3, -1))).toBe('18ffffffffffffffffff01');
});

it('writes strings as UTF-8 with their length in bytes', () => {
  expect(hex(new ProtobufMessage().string(2, 'testing'))).toBe('120774657374696e67');
  expect(hex(new ProtobufMessage().string(2, 'σ'))).toBe('1202cf83');
});

it('nests messages and keeps the order of the fields', () => {
  const child = new ProtobufMessage().int(1, 150);
  expect(hex(new ProtobufMessage().int(1, 1).message(3, child).bytes(4, Uint8Array.of(7)))).toBe(
    '08011a03089601220107',
  );
});
