import type { Warning } from '@layerwise/contracts';

/** Rows of images with their classes. */
export interface LabelledRows {
  readonly rows: number;
  /** D: pixels of a row. */
  readonly width: number;
  /** uint32[N]: number of the row in the data set. */
  readonly id: Uint32Array;
  /** uint16[N]: class index. */
  readonly label: Uint16Array;
  /** uint8[N * D] */
  readonly pixels: Uint8Array;
}

/** How many rows of one set are in another, byte for byte. */
interface SharedRows {
  /** Rows of the first set whose pixels some row of the second has too. */
  readonly count: number;
  /** How many of them are of another class than the first such row of the second set. */
  readonly relabelled: number;
  /** Ids of the first such row and of the first row of the second set that it equals. */
  readonly example: readonly [number, number] | undefined;
}

type SplitName = 'train' | 'validation' | 'test';
const SETS: Readonly<Record<SplitName, string>> = { train: 'training', validation: 'validation', test: 'test' };
/** Which set's rows are looked for in which. */
const PAIRS: readonly (readonly [SplitName, SplitName])[] = [
  ['validation', 'train'],
  ['test', 'train'],
  ['test', 'validation'],
];

/**
 * A warning `DUPLICATE_ROWS` for each two splits that have rows in common.
 * @param apart whether the validation rows are others than the test rows
 */
export function duplicateWarnings(splits: Readonly<Record<SplitName, LabelledRows>>, apart: boolean): Warning[] {
  return PAIRS.filter((pair) => apart || !pair.includes('validation')).flatMap(([probe, base]) => {
    const { rows } = splits[probe];
    const { count, relabelled, example } = sharedRows(splits[probe], splits[base]);
    if (!example) return [];
    const [is, a, them] = count === 1 ? ['is', `a ${SETS[base]} row`, 'it'] : ['are', `${SETS[base]} rows`, 'them'];
    const share = `${count} of the ${rows} ${SETS[probe]} rows (${((100 * count) / rows).toFixed(2)}%)`;
    const which = `(${SETS[probe]} row ${example[0]} is ${SETS[base]} row ${example[1]})`;
    const classes = relabelled === 0 ? '' : `, ${count === 1 ? '' : `${relabelled} of them `}under another class`;
    const harm =
      base === 'train'
        ? `accuracy on ${them} says little of images that the net has not seen`
        : `choosing by the validation rows favours ${them}`;
    return [
      {
        code: 'DUPLICATE_ROWS',
        message: `${share} ${is} ${a} too, pixel for pixel ${which}${classes}: ${harm}; take ${them} out of one of the two`,
      },
    ];
  });
}

const EMPTY = 0xffffffff;

/**
 * Counts the rows of `probe` that are rows of `base`, byte for byte. Hashes only find candidates: every match is compared.
 * Takes 12 to 20 bytes of memory a row of `base`, and time linear in the pixels, also where all rows are alike.
 */
function sharedRows(probe: LabelledRows, base: LabelledRows): SharedRows {
  if (probe.rows === 0 || base.rows === 0 || probe.width !== base.width)
    return { count: 0, relabelled: 0, example: undefined };
  const index = new RowIndex(base);
  let [count, relabelled] = [0, 0];
  let example: SharedRows['example'];
  for (let row = 0; row < probe.rows; row++) {
    const found = index.find(probe, row);
    if (found === undefined) continue;
    count++;
    if (base.label[found] !== probe.label[row]) relabelled++;
    example ??= [probe.id[row], base.id[found]];
  }
  return { count, relabelled, example };
}

/** Finds rows by their bytes: open addressing with linear probing, of rows that are alike the first alone. */
class RowIndex {
  private readonly mask: number;
  /** uint32[2^n], at least twice the rows: a row's number, or {@link EMPTY}. */
  private readonly slots: Uint32Array;
  /** uint32[N]: hash of each row that is in a slot. */
  private readonly hashes: Uint32Array;

  constructor(private readonly base: LabelledRows) {
    this.mask = 2 ** Math.ceil(Math.log2(2 * base.rows)) - 1;
    this.slots = new Uint32Array(this.mask + 1).fill(EMPTY);
    this.hashes = new Uint32Array(base.rows);
    for (let row = 0; row < base.rows; row++) {
      const hash = hashOf(base, row);
      const slot = this.slotOf(hash, base, row);
      if (this.slots[slot] !== EMPTY) continue;
      this.slots[slot] = row;
      this.hashes[row] = hash;
    }
  }

  find(rows: LabelledRows, row: number): number | undefined {
    const found = this.slots[this.slotOf(hashOf(rows, row), rows, row)];
    return found === EMPTY ? undefined : found;
  }

  /** The slot of an equal row, or the empty one where it would be. */
  private slotOf(hash: number, rows: LabelledRows, row: number): number {
    let slot = hash & this.mask;
    for (let other = this.slots[slot]; other !== EMPTY; other = this.slots[slot]) {
      if (this.hashes[other] === hash && equal(this.base, other, rows, row)) return slot;
      slot = (slot + 1) & this.mask;
    }
    return slot;
  }
}

/** FNV-1a (Fowler, Noll, Vo), its bits mixed by murmur3's finaliser (Appleby); uint32. */
function hashOf({ pixels, width }: LabelledRows, row: number): number {
  let hash = 0x811c9dc5;
  for (let at = row * width; at < (row + 1) * width; at++) hash = Math.imul(hash ^ pixels[at], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function equal(a: LabelledRows, rowA: number, b: LabelledRows, rowB: number): boolean {
  const [fromA, fromB] = [rowA * a.width, rowB * b.width];
  for (let i = 0; i < a.width; i++) if (a.pixels[fromA + i] !== b.pixels[fromB + i]) return false;
  return true;
}
