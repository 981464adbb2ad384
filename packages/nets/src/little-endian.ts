/** float32 as little-endian bytes, whatever the machine; of several arrays one after the other. */
export function toLittleEndian(...arrays: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(4 * arrays.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++, at += 4) view.setFloat32(at, values[i], true);
  }
  return bytes;
}

/** `length` float32 from little-endian bytes, from byte `start` on. */
export function fromLittleEndian(bytes: Uint8Array, start: number, length: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, 4 * length);
  return Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true));
}
