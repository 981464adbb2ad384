/** A grey square image by its rows: fills `into`, float64[n], with row `y`. */
export type RowReader = (y: number, into: Float64Array) => void;

/** For each position of n, the positions of `side` that it counts for, and how much. */
type Shares = readonly (readonly (readonly [number, number])[])[];

/**
 * Scales a square image: to fewer pixels each is the mean of the area it covers, to more by linear interpolation
 * between pixel centres; to as many as it is, exactly.
 *
 * @param n side of the image, at least 1
 * @param image uint8[side * side], overwritten, rounded half up
 */
export function resample(rowOf: RowReader, n: number, side: number, image: Uint8Array): void {
  const shares = sharesOf(n, side);
  const [row, across, sum] = [new Float64Array(n), new Float64Array(side), new Float64Array(side * side)];
  for (let y = 0; y < n; y++) {
    rowOf(y, row);
    across.fill(0);
    for (let x = 0; x < n; x++)
      for (const [to, share] of shares[x] as Shares[0])
        across[to] = (across[to] as number) + share * (row[x] as number);
    for (const [to, share] of shares[y] as Shares[0])
      for (let x = 0; x < side; x++)
        sum[to * side + x] = (sum[to * side + x] as number) + share * (across[x] as number);
  }
  for (let i = 0; i < sum.length; i++) image[i] = Math.min(255, Math.round(sum[i] as number));
}

const known = new Map<string, Shares>();

function sharesOf(n: number, side: number): Shares {
  const key = `${n} ${side}`;
  let shares = known.get(key);
  if (!shares) {
    if (known.size > 50) known.clear();
    known.set(key, (shares = n >= side ? areas(n, side) : between(n, side)));
  }
  return shares;
}

function areas(n: number, side: number): Shares {
  const step = n / side;
  return Array.from({ length: n }, (_, from) => {
    const found: [number, number][] = [];
    for (let to = Math.floor(from / step); to < side && to * step < from + 1; to++) {
      const share = (Math.min(from + 1, (to + 1) * step) - Math.max(from, to * step)) / step;
      if (share > 1e-12) found.push([to, share]);
    }
    return found;
  });
}

function between(n: number, side: number): Shares {
  const shares: [number, number][][] = Array.from({ length: n }, () => []);
  for (let to = 0; to < side; to++) {
    const place = Math.max(0, Math.min(n - 1, ((to + 0.5) * n) / side - 0.5));
    const from = Math.min(Math.floor(place), n - 1);
    const rest = place - from;
    shares[from]?.push([to, 1 - rest]);
    if (rest > 0) shares[from + 1]?.push([to, rest]);
  }
  return shares;
}
