// Writes protocol buffer messages, the wire format of ONNX files.
// Runs anywhere (pure TypeScript on bytes).

const WIRE_VARINT = 0;
const WIRE_LENGTH_DELIMITED = 2;
const WIRE_FIXED32 = 5;

/** Base-128 varint, least significant group first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value)); // protobuf writes a negative number as its 64-bit two's complement
  do {
    const group = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? group | 0x80 : group);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/**
 * One protobuf message under construction. Fields appear in the file in the order of the calls. Bytes that are
 * handed in are referenced, not copied, until `toBytes()` lays everything out once: a weight tensor of many
 * megabytes is copied a single time.
 */
export class ProtobufMessage {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** An int32, int64 or enum field. */
  int(field: number, value: number): this {
    return this.#push(varint(field * 8 + WIRE_VARINT)).#push(varint(value));
  }

  /** A float field: four bytes, little-endian. */
  float(field: number, value: number): this {
    const data = new Uint8Array(4);
    new DataView(data.buffer).setFloat32(0, value, true);
    return this.#push(varint(field * 8 + WIRE_FIXED32)).#push(data);
  }

  bytes(field: number, data: Uint8Array): this {
    return this.#lengthDelimited(field, data.length).#push(data);
  }

  string(field: number, text: string): this {
    return this.bytes(field, new TextEncoder().encode(text));
  }

  /** A nested message. It must be complete: what is added to `child` afterwards is not seen. */
  message(field: number, child: ProtobufMessage): this {
    this.#lengthDelimited(field, child.#length);
    for (const chunk of child.#chunks) this.#push(chunk);
    return this;
  }

  toBytes(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, offset);
      offset += chunk.length;
    }
    return out;
  }

  #lengthDelimited(field: number, length: number): this {
    return this.#push(varint(field * 8 + WIRE_LENGTH_DELIMITED)).#push(varint(length));
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }
}
