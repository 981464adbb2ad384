import { remedyFor, type Range } from './range.js';

/**
 * How stored numbers mean ink: `bytes` are 0 to 255, `unit` are fractions of 1, `binary` are 0 and 1 alone, which may
 * be either, `declared` are of the range that the study gives.
 */
export type PixelRange = 'bytes' | 'unit' | 'binary' | 'declared';

/** Takes the pixels of a part, values of any numeric type, and hands them out as bytes. */
export abstract class Pixels {
  /** Largest value that was taken; 0 at least. */
  largest = 0;

  /** Makes room for so many values. */
  abstract reserve(length: number): void;
  /** Takes a value; false, and nothing taken, if it is not in the range. */
  abstract set(at: number, value: number): boolean;
  /** Takes whole numbers of 0 to 255 from `at` on. @returns place of the first that is not in the range, -1 if all are */
  abstract setBytes(at: number, bytes: Uint8Array): number;
  /** The range that {@link set} wants, as messages show it: `in [0, 255]`. */
  abstract readonly wanted: string;
  abstract readonly range: PixelRange;
  /** Whether broken numbers of 0 to 255 were rounded. */
  get rounded(): boolean {
    return false;
  }
  /** The first `length` values as bytes, read as of the given range; not to be used after. */
  abstract take(length: number, range: PixelRange): Uint8Array;

  /** What to do about a value that is not in the range. */
  remedy(value: number): string {
    return remedyFor(value);
  }
}

/** Pixels of which nothing is said: whether they are fractions of 1 or of 255 shows at the end. */
export class PlainPixels extends Pixels {
  private bytes = new Uint8Array(0);
  /** The values so far as fractions of 1, from the first broken one until one above 1 shows up. */
  private fractions: Uint8Array | undefined;
  /** Whether broken numbers were rounded. */
  private broken = false;
  override readonly wanted: string = 'in [0, 255]';

  override reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const capacity = Math.max(length, Math.ceil(this.bytes.length * 1.5));
    this.bytes = grown(this.bytes, capacity);
    if (this.fractions) this.fractions = grown(this.fractions, capacity);
  }

  override set(at: number, value: number): boolean {
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

  override setBytes(at: number, bytes: Uint8Array): number {
    this.bytes.set(bytes, at);
    let { largest } = this;
    for (let i = 0; i < bytes.length; i++) if (bytes[i] > largest) largest = bytes[i];
    this.largest = largest;
    if (largest > 1) this.fractions = undefined;
    else if (this.fractions) for (let i = 0; i < bytes.length; i++) this.fractions[at + i] = 255 * bytes[i];
    return -1;
  }

  override get range(): PixelRange {
    if (this.fractions) return 'unit';
    return this.largest <= 1 ? 'binary' : 'bytes';
  }

  override get rounded(): boolean {
    return this.broken && !this.fractions;
  }

  override take(length: number, range: PixelRange): Uint8Array {
    if (range === 'bytes') return this.bytes.subarray(0, length);
    return (this.fractions ?? this.bytes.map((byte) => byte * 255)).subarray(0, length);
  }
}

/** Pixels of a range that is given: its first number becomes 0, its second 255, whichever is the larger. */
export class ScaledPixels extends Pixels {
  private bytes = new Uint8Array(0);
  private readonly low: number;
  private readonly high: number;
  /** How many values were outside and taken as the nearest inside. */
  clipped = 0;

  /** @param clips whether values outside are taken as the nearest inside, and not refused */
  constructor(
    private readonly scale: Range,
    private readonly clips: boolean,
  ) {
    super();
    [this.low, this.high] = [Math.min(...scale), Math.max(...scale)];
  }

  override get wanted(): string {
    return `in [${this.low}, ${this.high}], as dataset.range says`;
  }

  override readonly range: PixelRange = 'declared';

  override reserve(length: number): void {
    if (length > this.bytes.length)
      this.bytes = grown(this.bytes, Math.max(length, Math.ceil(this.bytes.length * 1.5)));
  }

  override set(at: number, value: number): boolean {
    let inside = value;
    if (!(value >= this.low && value <= this.high)) {
      if (!this.clips || Number.isNaN(value)) return false;
      this.clipped++;
      inside = value < this.low ? this.low : this.high;
    }
    const [none, full] = this.scale;
    const byte = Math.round((255 * (inside - none)) / (full - none));
    this.bytes[at] = byte;
    if (byte > this.largest) this.largest = byte;
    return true;
  }

  override setBytes(at: number, bytes: Uint8Array): number {
    for (let i = 0; i < bytes.length; i++) if (!this.set(at + i, bytes[i])) return i;
    return -1;
  }

  override take(length: number): Uint8Array {
    return this.bytes.subarray(0, length);
  }

  override remedy(): string {
    return 'correct the value, or dataset.range in the study';
  }
}

/** Keeps of each image the smallest and the largest value alone, for `range: auto`. */
export class Extremes extends Pixels {
  private lowest = new Float64Array(0);
  private highest = new Float64Array(0);
  override readonly wanted: string = 'in the range of finite numbers';
  override readonly range: PixelRange = 'declared';

  /** @param area pixels of an image */
  constructor(private readonly area: number) {
    super();
  }

  override reserve(length: number): void {
    const rows = Math.ceil(length / this.area);
    const had = this.lowest.length;
    if (rows <= had) return;
    const capacity = Math.max(rows, Math.ceil(had * 1.5));
    [this.lowest, this.highest] = [this.lowest, this.highest].map((values, i) => {
      const larger = new Float64Array(capacity).fill(i === 0 ? Infinity : -Infinity);
      larger.set(values);
      return larger;
    }) as [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];
  }

  override set(at: number, value: number): boolean {
    if (!Number.isFinite(value)) return false;
    const row = Math.floor(at / this.area);
    if (value < this.lowest[row]) this.lowest[row] = value;
    if (value > this.highest[row]) this.highest[row] = value;
    return true;
  }

  override setBytes(at: number, bytes: Uint8Array): number {
    for (let i = 0; i < bytes.length; i++) this.set(at + i, bytes[i]);
    return -1;
  }

  override take(): Uint8Array {
    throw new TypeError('extremes hold no pixels');
  }

  override remedy(): string {
    return 'correct the value';
  }

  /** From 0, or the smallest value if that is negative, to the largest value of the images chosen. */
  of(rows: Iterable<number>): Range {
    let [low, high] = [0, -Infinity];
    for (const row of rows) {
      low = Math.min(low, this.lowest[row]);
      high = Math.max(high, this.highest[row]);
    }
    return [low, high];
  }
}

function grown(values: Uint8Array, capacity: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(capacity);
  larger.set(values);
  return larger;
}
