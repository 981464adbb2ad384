import type { LayerValues } from '@layerwise/kernels/layers';

/** Bytes of rows that are read at once, and of nodes that are held at once. */
const [READ_BYTES, HELD_BYTES] = [4 << 20, 64 << 20];
/** Rows of which fewer than one in so many are wanted are read one by one. */
const SCATTERED = 8;

/** Reads rows [from, to) of a column, row after row. */
export type ReadRows = (from: number, to: number) => Promise<ArrayLike<number>>;

/** Rows of a column of an artifact, gathered in their order: `into` gets rows.length x width numbers. @param rows ascending */
export async function gatherRows(
  read: ReadRows,
  width: number,
  rows: Uint32Array,
  into: { set(values: ArrayLike<number>, at: number): void },
): Promise<void> {
  const span = rows.length === 0 ? 0 : rows[rows.length - 1] - rows[0] + 1;
  const most = rows.length * SCATTERED < span ? 1 : Math.max(1, Math.floor(READ_BYTES / (4 * width)));
  for (let i = 0; i < rows.length;) {
    const from = rows[i];
    let end = i;
    while (end < rows.length && rows[end] < from + most) end++;
    const block = await read(from, rows[end - 1] + 1);
    const part = block as Float32Array;
    for (; i < end; i++) into.set(part.subarray((rows[i] - from) * width, (rows[i] - from + 1) * width), i * width);
  }
}

/** Activations of one hidden layer over the N training rows, read as they are needed: of a wide layer they would fill the memory. */
export class HiddenValues {
  constructor(
    readonly width: number,
    private readonly rows: number,
    private readonly read: (from: number, to: number) => Promise<Float32Array>,
  ) {}

  /** Chosen rows. @param rows ascending */
  async gather(
    rows: Uint32Array,
    data: Float32Array = new Float32Array(rows.length * this.width),
  ): Promise<LayerValues> {
    await gatherRows(this.read, this.width, rows, data);
    return { data, width: this.width };
  }

  /** How many nodes are held at once. */
  get nodesAtOnce(): number {
    return Math.max(1, Math.min(this.width, Math.floor(HELD_BYTES / (4 * this.rows))));
  }

  /** float32[to - from][N]: nodes [from, to). */
  async nodes(from: number, to: number, into: Float32Array): Promise<Float32Array> {
    const { rows: N, width: H } = this;
    const most = Math.max(1, Math.floor(READ_BYTES / (4 * H)));
    for (let start = 0; start < N; start += most) {
      const end = Math.min(N, start + most);
      transposeInto(await this.read(start, end), H, from, to, into, N, start);
    }
    return into;
  }
}

/** Nodes of a tile: as many as a line of the processor's cache has numbers. */
const TILE = 16;

/** Writes nodes [from, to) of a block of rows, the first of which is row `start` of N. */
function transposeInto(
  block: Float32Array,
  H: number,
  from: number,
  to: number,
  into: Float32Array,
  N: number,
  start: number,
): void {
  const rows = block.length / H;
  for (let tile = from; tile < to; tile += TILE) {
    const end = Math.min(to, tile + TILE);
    for (let r = 0; r < rows; r++) for (let h = tile; h < end; h++) into[(h - from) * N + start + r] = block[r * H + h];
  }
}

/** Memory that threads share, used again and again: what threads have seen is let go of late. */
export class Scratch {
  private held = new Float32Array(new SharedArrayBuffer(0));

  /** So many numbers; what was taken before is overwritten. */
  take(length: number): Float32Array {
    if (this.held.length < length) this.held = new Float32Array(new SharedArrayBuffer(4 * length));
    return this.held.subarray(0, length);
  }
}
