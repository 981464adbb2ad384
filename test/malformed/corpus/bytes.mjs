/** Changes of valid files that several groups make. */

/** A copy with some bytes overwritten from `at` on (from the end if negative). */
export function overwritten(bytes, at, ...values) {
  const copy = Buffer.from(bytes);
  copy.set(values, at < 0 ? copy.length + at : at);
  return copy;
}

/** A copy with one bit flipped. */
export function flipped(bytes, at, bit = 0) {
  return overwritten(bytes, at, bytes.at(at) ^ (1 << bit));
}

/** The first `share` of the bytes. */
export function cut(bytes, share) {
  return Buffer.from(bytes).subarray(0, Math.floor(bytes.length * share));
}

/** Big-endian 32-bit words. */
export function words(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, 4 * i));
  return bytes;
}
