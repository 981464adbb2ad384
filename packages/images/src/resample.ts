/** A grey image by its rows: fills `into`, float64[width], with row `y`. */
export type RowReader = (y: number, into: Float64Array) => void;

/** Columns and rows of an image, 1 at least. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Along one axis: position i counts for the places `places[starts[i]]` to `places[starts[i + 1] - 1]`, each by its weight. */
interface Shares {
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
  readonly weights: Float64Array;
}

/**
 * Scales a grey image, each axis by itself: to fewer pixels each is the mean of the area it covers, to more by linear interpolation
 * between pixel centres; to as many as there are, exactly. Depends on nothing, so that a page can use it as it is.
 *
 * @returns float64[to.height * to.width], row after row
 */
export function resample(rowOf: RowReader, from: Size, to: Size): Float64Array {
  const [columns, rows] = [sharesOf(from.width, to.width), sharesOf(from.height, to.height)];
  const [row, across] = [new Float64Array(from.width), new Float64Array(to.width)];
  const result = new Float64Array(to.width * to.height);
  for (let y = 0; y < from.height; y++) {
    const [first, end] = [rows.starts[y], rows.starts[y + 1]];
    if (first === end) continue;
    rowOf(y, row);
    scaleRow(row, columns, across);
    for (let s = first; s < end; s++) {
      const [start, weight] = [rows.places[s] * to.width, rows.weights[s]];
      for (let x = 0; x < to.width; x++) result[start + x] = result[start + x] + weight * across[x];
    }
  }
  return result;
}

function scaleRow(row: Float64Array, { starts, places, weights }: Shares, across: Float64Array): void {
  across.fill(0);
  let s = 0;
  for (let x = 0; x < row.length; x++) {
    const value = row[x];
    for (const end = starts[x + 1]; s < end; s++) {
      const place = places[s];
      across[place] = across[place] + weights[s] * value;
    }
  }
}

/** Of the sizes met last: a data set scales many images alike. */
const knownShares = new Map<string, Shares>();

function sharesOf(from: number, to: number): Shares {
  const key = `${from} ${to}`;
  let shares = knownShares.get(key);
  if (!shares) {
    if (knownShares.size > 50) knownShares.clear();
    knownShares.set(key, (shares = packShares(from >= to ? areaShares(from, to) : linearShares(from, to))));
  }
  return shares;
}

type ShareLists = readonly (readonly (readonly [place: number, weight: number])[])[];

function packShares(lists: ShareLists): Shares {
  const starts = new Uint32Array(lists.length + 1);
  lists.forEach((list, i) => (starts[i + 1] = starts[i] + list.length));
  const flat = lists.flat();
  return {
    starts,
    places: Uint32Array.from(flat, ([place]) => place),
    weights: Float64Array.from(flat, ([, weight]) => weight),
  };
}

function areaShares(from: number, to: number): ShareLists {
  const step = from / to;
  return Array.from({ length: from }, (_, position) => {
    const found: [number, number][] = [];
    for (let place = Math.floor(position / step); place < to && place * step < position + 1; place++) {
      const weight = (Math.min(position + 1, (place + 1) * step) - Math.max(position, place * step)) / step;
      if (weight > 1e-12) found.push([place, weight]);
    }
    return found;
  });
}

function linearShares(from: number, to: number): ShareLists {
  const shares: [number, number][][] = Array.from({ length: from }, () => []);
  for (let place = 0; place < to; place++) {
    const position = Math.max(0, Math.min(from - 1, ((place + 0.5) * from) / to - 0.5));
    const left = Math.min(Math.floor(position), from - 1);
    const rest = position - left;
    shares[left]?.push([place, 1 - rest]);
    if (rest > 0) shares[left + 1]?.push([place, rest]);
  }
  return shares;
}
