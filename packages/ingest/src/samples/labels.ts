import { MOST_CLASSES } from '@layerwise/contracts';

/** A number with a decimal point and nothing after it but zeros, as tables of floats write whole labels. */
const WHOLE_FLOAT = /^(-?\d+)\.0*$/;

/** The labels of a part as texts, each different one kept once. */
export class Labels {
  /** uint16[capacity]: index in `values`. */
  private codes: Uint16Array;
  private readonly known = new Map<string, number>();
  /** Row in which each value comes first. */
  readonly first: number[] = [];
  readonly values: string[] = [];
  rows = 0;

  constructor(capacity = 1024) {
    this.codes = new Uint16Array(capacity);
  }

  /**
   * Adds the label of the next row.
   * @returns what is wrong with it, in words; undefined if nothing is
   */
  add(text: string): string | undefined {
    let code = this.known.get(text);
    if (code === undefined) {
      const value = text.trim().normalize('NFC').replace(WHOLE_FLOAT, '$1');
      if (value === '' || value.toLowerCase() === 'nan')
        return `must have a label, got ${value === '' ? 'none' : value}`;
      code = this.known.get(value) ?? this.values.length;
      if (code === MOST_CLASSES) return `is the first with more than ${MOST_CLASSES} different labels`;
      if (code === this.values.length) {
        this.values.push(value);
        this.first.push(this.rows);
        this.known.set(value, code);
      }
      this.known.set(text, code);
    }
    if (this.rows === this.codes.length) {
      const larger = new Uint16Array(2 * this.rows);
      larger.set(this.codes);
      this.codes = larger;
    }
    this.codes[this.rows++] = code;
    return undefined;
  }

  /** The label of each row. */
  texts(): string[] {
    return Array.from(this.codes.subarray(0, this.rows), (code) => this.values[code]);
  }

  /** uint16[N]: the rows' labels as indices of `classOf`, which has an entry for each of `values`. */
  mapped(classOf: readonly number[]): Uint16Array {
    return this.codes.subarray(0, this.rows).map((code) => classOf[code]);
  }
}
