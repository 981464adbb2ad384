/**
 * Unpacks `count` small whole numbers of a Parquet run-length/bit-packed hybrid (parquet-format, Encodings.md, "RLE = 3").
 * hyparquet's own reader believes the length of a run, and a damaged one keeps it busy for minutes.
 *
 * @param bytes runs from `at` on
 * @param width bits of a number, 0 to 32
 * @returns uint8[count] for up to 8 bits, else uint32[count]
 * @throws RangeError if the runs end early, or a width is none
 */
export function unpackHybrid(bytes: Uint8Array, at: number, width: number, count: number): Uint8Array | Uint32Array {
  if (width > 32) throw new RangeError(`a number must have at most 32 bits, got ${width}`);
  const values = width <= 8 ? new Uint8Array(count) : new Uint32Array(count);
  let place = at;
  const next = (): number => {
    if (place >= bytes.length) throw new RangeError(`${count} numbers were declared, but their runs end early`);
    return bytes[place++];
  };
  for (let done = width === 0 ? count : 0; done < count;) {
    let [header, shift, byte] = [0, 0, 0];
    do {
      byte = next();
      header += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte > 127 && shift < 35);
    const run = Math.floor(header / 2);
    if (run === 0) throw new RangeError('a run must have a number at least');
    if (header % 2 === 0) {
      let value = 0;
      for (let i = 0; i < width; i += 8) value += next() * 2 ** i;
      const end = Math.min(count, done + run);
      values.fill(value, done, end);
      done = end;
    } else {
      const end = Math.min(count, done + 8 * run);
      const after = place + width * run;
      const mask = 2 ** width - 1;
      for (let [bits, held] = [0, 0]; done < end; done++) {
        while (held < width) {
          bits += next() * 2 ** held;
          held += 8;
        }
        // up to 39 bits are held, more than the operators on 32 take
        values[done] = width < 25 ? bits & mask : bits % 2 ** width;
        bits = width < 25 ? bits >>> width : Math.floor(bits / 2 ** width);
        held -= width;
      }
      place = after;
    }
  }
  return values;
}
