import { LayerwiseError, type DatasetInfo, type RowsOf, type MatrixOf, type Schemas } from '@layerwise/contracts';

type DatasetRows = RowsOf<MatrixOf<Schemas['dataset'], 'train'>>;

/** Bytes of pixels that are read at once. */
const BLOCK_BYTES = 4 << 20;
/** Rows that are read with one that is asked for. */
const NEARBY = 64;

/** Pixels of consecutive rows. */
export interface PixelBlock {
  /** The first of them. */
  readonly from: number;
  readonly rows: number;
  /** uint8[rows * D]; overwritten when the next block is read. */
  readonly pixels: Uint8Array;
}

/** Rows of a data set's table: their ids and classes, and the pixels as they are asked for. */
export class Rows {
  readonly rows: number;
  /** D: pixels of a row. */
  readonly width: number;
  /** The rows last read for {@link row}, and the first of them. */
  private nearby: { readonly from: number; readonly pixels: Uint8Array } | undefined;

  private constructor(
    private readonly table: DatasetRows,
    /** uint32[N]: where the rows are in the table, ascending. */
    private readonly places: Uint32Array,
    /** uint32[N]: number of the row in the data set. */
    readonly id: Uint32Array,
    /** uint16[N]: class index. */
    readonly label: Uint16Array,
  ) {
    this.rows = places.length;
    this.width = table.columns['pixels'].width;
  }

  /** All rows of a table. @throws LayerwiseError DATA_INVALID for a label that is no class */
  static async of(table: DatasetRows, { classes }: DatasetInfo): Promise<Rows> {
    const label = (await table.read('label', 0, table.rows)).slice();
    const bad = label.findIndex((value) => value >= classes.length);
    if (bad >= 0)
      throw new LayerwiseError(
        'DATA_INVALID',
        `labels must be 0 to ${classes.length - 1}, got ${label[bad]} in row ${bad}`,
      );
    const id = (await table.read('id', 0, table.rows)).slice();
    return new Rows(
      table,
      Uint32Array.from({ length: table.rows }, (_, row) => row),
      id,
      label,
    );
  }

  /** The rows at the given ascending positions. */
  take(positions: Uint32Array): Rows {
    return new Rows(
      this.table,
      positions.map((at) => this.places[at]),
      positions.map((at) => this.id[at]),
      Uint16Array.from(positions, (at) => this.label[at]),
    );
  }

  /** The pixels, block after block. */
  async *blocks(): AsyncGenerator<PixelBlock> {
    const most = Math.max(1, Math.floor(BLOCK_BYTES / this.width));
    for (let from = 0; from < this.rows;) {
      const first = this.places[from];
      let to = from;
      while (to < this.rows && this.places[to] < first + most) to++;
      yield { from, rows: to - from, pixels: await this.read(from, to) };
      from = to;
    }
  }

  /** Pixels of one row, uint8[D]. */
  async row(row: number): Promise<Uint8Array> {
    const { width } = this;
    if (!this.nearby || row < this.nearby.from || (row - this.nearby.from + 1) * width > this.nearby.pixels.length) {
      const from = row - (row % NEARBY);
      let to = row + 1;
      while (to < Math.min(this.rows, from + NEARBY) && this.places[to] < this.places[from] + NEARBY) to++;
      const start = this.places[row] < this.places[from] + NEARBY ? from : row;
      this.nearby = { from: start, pixels: (await this.read(start, to)).slice() };
    }
    return this.nearby.pixels.subarray((row - this.nearby.from) * width, (row - this.nearby.from + 1) * width);
  }

  private async read(from: number, to: number): Promise<Uint8Array> {
    const { width, places } = this;
    const [first, end] = [places[from], places[to - 1] + 1];
    const pixels = await this.table.read('pixels', first, end);
    if (end - first === to - from) return pixels;
    const chosen = new Uint8Array((to - from) * width);
    for (let row = from; row < to; row++) {
      const at = (places[row] - first) * width;
      chosen.set(pixels.subarray(at, at + width), (row - from) * width);
    }
    return chosen;
  }
}
