/**
 * How stored numbers mean ink: `bytes` are 0 to 255, `unit` are fractions of 1, `binary` are 0 and 1 alone, which may
 * be either.
 */
export type PixelRange = 'bytes' | 'unit' | 'binary';

/** Collects pixel values of any numeric type as bytes; whether they are fractions of 1 or of 255 shows at the end. */
export class Pixels {
  private bytes: Uint8Array;
  /** The values so far as fractions of 1, from the first broken one until one above 1 shows up. */
  private fractions: Uint8Array | undefined;
  private largest = 0;
  /** Whether broken numbers were rounded. */
  private broken = false;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for so many values. */
  reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const capacity = Math.max(length, Math.ceil(this.bytes.length * 1.5));
    this.bytes = grown(this.bytes, capacity);
    if (this.fractions) this.fractions = grown(this.fractions, capacity);
  }

  /** Stores a value; false, and nothing stored, if it is not in 0 to 255. */
  set(at: number, value: number): boolean {
    if (!(value >= 0 && value <= 255)) return false;
    if (value > this.largest) {
      this.largest = value;
      if (value > 1) this.fractions = undefined;
    }
    const rounded = Math.round(value);
    this.bytes[at] = rounded;
    if (rounded !== value) this.meetBroken();
    if (this.fractions) this.fractions[at] = Math.round(value * 255);
    return true;
  }

  private meetBroken(): void {
    this.broken = true;
    if (this.largest <= 1 && !this.fractions) this.fractions = this.bytes.map((byte) => byte * 255);
  }

  /** Stores bytes. */
  setBytes(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at);
    let { largest } = this;
    for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) > largest) largest = bytes[i] as number;
    this.largest = largest;
    if (largest > 1) this.fractions = undefined;
    else if (this.fractions) for (let i = 0; i < bytes.length; i++) this.fractions[at + i] = 255 * (bytes[i] as number);
  }

  get range(): PixelRange {
    if (this.fractions) return 'unit';
    return this.largest <= 1 ? 'binary' : 'bytes';
  }

  /** Whether broken numbers of 0 to 255 were rounded. */
  get rounded(): boolean {
    return this.broken && !this.fractions;
  }

  /** The first `length` values as bytes, read as of the given range; not to be used after. */
  take(length: number, range: PixelRange): Uint8Array {
    if (range === 'bytes') return this.bytes.subarray(0, length);
    return (this.fractions ?? this.bytes.map((byte) => byte * 255)).subarray(0, length);
  }
}

function grown(values: Uint8Array, capacity: number): Uint8Array {
  const larger = new Uint8Array(capacity);
  larger.set(values);
  return larger;
}
