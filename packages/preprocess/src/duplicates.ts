import type { Warning } from '@layerwise/contracts';
import type { Rows } from './rows.js';

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
export async function duplicateWarnings(splits: Readonly<Record<SplitName, Rows>>, apart: boolean): Promise<Warning[]> {
  const pairs = PAIRS.filter((pair) => apart || !pair.includes('validation'));
  const hashes = new Map<Rows, Uint32Array>();
  for (const rows of new Set(pairs.flat().map((name) => splits[name]))) hashes.set(rows, await hashesOf(rows));
  const warnings: Warning[] = [];
  for (const [probe, base] of pairs) {
    const hashed = (name: SplitName): Hashed => ({ of: splits[name], hashes: hashes.get(splits[name]) as Uint32Array });
    warnings.push(...warningOf(probe, base, splits[probe].rows, await sharedRows(hashed(probe), hashed(base))));
  }
  return warnings;
}

function warningOf(
  probe: SplitName,
  base: SplitName,
  rows: number,
  { count, relabelled, example }: SharedRows,
): Warning[] {
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
}

const EMPTY = 0xffffffff;

/** Rows with a hash of each. */
interface Hashed {
  readonly of: Rows;
  readonly hashes: Uint32Array;
}

/**
 * Counts the rows of `probe` that are rows of `base`, byte for byte. Hashes only find candidates: every match is compared.
 * Takes 16 to 24 bytes of memory a row of `base`, and time linear in the pixels, also where all rows are alike.
 */
async function sharedRows(probe: Hashed, base: Hashed): Promise<SharedRows> {
  if (probe.of.rows === 0 || base.of.rows === 0 || probe.of.width !== base.of.width)
    return { count: 0, relabelled: 0, example: undefined };
  const index = await RowIndex.of(base);
  let [count, relabelled] = [0, 0];
  let example: SharedRows['example'];
  for (let row = 0; row < probe.of.rows; row++) {
    const found = await index.find(probe, row);
    if (found === undefined) continue;
    count++;
    if (base.of.label[found] !== probe.of.label[row]) relabelled++;
    example ??= [probe.of.id[row], base.of.id[found]];
  }
  return { count, relabelled, example };
}

/** Finds rows by their bytes: open addressing with linear probing, of rows that are alike the first alone. */
class RowIndex {
  private readonly mask: number;
  /** uint32[2^n], at least twice the rows: a row's number, or {@link EMPTY}. */
  private readonly slots: Uint32Array;

  private constructor(private readonly base: Hashed) {
    this.mask = 2 ** Math.ceil(Math.log2(2 * base.of.rows)) - 1;
    this.slots = new Uint32Array(this.mask + 1).fill(EMPTY);
  }

  static async of(base: Hashed): Promise<RowIndex> {
    const index = new RowIndex(base);
    for (let row = 0; row < base.of.rows; row++) {
      const slot = await index.slotOf(base, row);
      if (index.slots[slot] === EMPTY) index.slots[slot] = row;
    }
    return index;
  }

  async find(rows: Hashed, row: number): Promise<number | undefined> {
    const found = this.slots[await this.slotOf(rows, row)];
    return found === EMPTY ? undefined : found;
  }

  /** The slot of an equal row, or the empty one where it would be. */
  private async slotOf({ of, hashes }: Hashed, row: number): Promise<number> {
    const hash = hashes[row];
    let slot = hash & this.mask;
    for (let other = this.slots[slot]; other !== EMPTY; other = this.slots[slot]) {
      if (this.base.hashes[other] === hash && equal(await this.base.of.row(other), await of.row(row))) return slot;
      slot = (slot + 1) & this.mask;
    }
    return slot;
  }
}

/** A hash of each row: FNV-1a (Fowler, Noll, Vo), its bits mixed by murmur3's finaliser (Appleby); uint32. */
async function hashesOf(rows: Rows): Promise<Uint32Array> {
  const hashes = new Uint32Array(rows.rows);
  for await (const { from, rows: count, pixels } of rows.blocks()) {
    for (let row = 0; row < count; row++) hashes[from + row] = hashOf(pixels, row * rows.width, rows.width);
  }
  return hashes;
}

function hashOf(pixels: Uint8Array, from: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < from + width; at++) hash = Math.imul(hash ^ pixels[at], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
