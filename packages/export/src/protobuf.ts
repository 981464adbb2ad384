/** Writes Protocol Buffers messages (encoding as in the language guide, "Encoding"), as much of them as ONNX needs. */
export class Message {
  private readonly parts: Uint8Array[] = [];

  /** A whole number >= 0 below 2^53. */
  integer(field: number, value: number): this {
    return this.add(varint(8 * field), varint(value));
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.add(varint(8 * field + 2), varint(value.length), value);
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  finish(): Uint8Array {
    return concatenated(this.parts);
  }

  private add(...parts: Uint8Array[]): this {
    this.parts.push(...parts);
    return this;
  }
}

/** The parts one after the other. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  return Uint8Array.of(...bytes, left);
}
