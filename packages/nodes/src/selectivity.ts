import { log32 } from '@layerwise/nets/mathematics';
import { Random } from '@layerwise/kernels/random';
import { quantile, type Ranking } from '@layerwise/kernels/ranking';

/** What a value tells of the class, with 95% intervals of the percentile bootstrap (Efron 1979). K classes. */
export interface Selectivity {
  /** float64[K]: area under the ROC curve of binned values, class against the rest. */
  readonly areaLow: Float64Array;
  readonly areaHigh: Float64Array;
  /** float64[K]: mutual information of binned value and being of the class, bits. */
  readonly information: Float64Array;
  readonly informationLow: Float64Array;
  readonly informationHigh: Float64Array;
  /** Mutual information of binned value and class, bits. */
  readonly total: number;
}

/** Times that each row is drawn in each of `draws` samples with replacement. @param labels of the rows, below `classes` */
export function resample(
  labels: Uint16Array,
  classes: number,
  draws: number,
  seed: Uint32Array,
): Pick<Bootstrap, 'times' | 'most' | 'totals'> {
  const rows = labels.length;
  const random = new Random(seed);
  const length = timesOfRow(draws);
  const times = new Uint8Array(rows * length);
  let most = 0;
  for (let d = 0; d < draws; d++) {
    for (let i = 0; i < rows; i++) {
      const drawn = ++times[random.below(rows) * length + d];
      if (drawn > most) most = drawn;
    }
  }
  return { times, most, totals: classTotals(times, labels, classes, draws) };
}

/** See {@link Bootstrap.totals}. */
export function classTotals(times: Uint8Array, labels: Uint16Array, classes: number, draws: number): Uint32Array {
  const length = timesOfRow(draws);
  const totals = new Uint32Array(classes * draws);
  for (let r = 0; r < labels.length; r++) {
    const [to, from] = [labels[r] * draws, r * length];
    for (let d = 0; d < draws; d++) totals[to + d] += times[from + d];
  }
  return totals;
}

/** Whole words, so that four samples can be added at once. */
const timesOfRow = (draws: number): number => 4 * Math.ceil(draws / 4);

/** n log2 n for n = 0 … `most`. */
export function entropyTerms(most: number): Float64Array {
  const terms = new Float64Array(most + 1);
  for (let n = 2; n <= most; n++) terms[n] = (n * log32(n)) / Math.LN2;
  return terms;
}

/** Bins of nearly equal counts, uint8[N]; equal values share a bin, that of the first of them. At most 256 bins. */
export function rankBins({ order, sorted }: Ranking, bins: number): Uint8Array {
  const N = order.length;
  const bin = new Uint8Array(N);
  for (let i = 0, current = 0; i < N; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) current = Math.floor((i * bins) / N);
    bin[order[i]] = current;
  }
  return bin;
}

/** Counts per bin and class of one sample: [bins][K], every `step`-th number from `at`. */
interface Counts {
  readonly table: Uint32Array;
  readonly step: number;
  readonly at: number;
}

/** The resampling that all nodes share. */
export interface Bootstrap {
  readonly draws: number;
  /** uint8[N][draws, rounded up to a multiple of 4]: times that each row is drawn in each sample. From an offset that is a multiple of 4. */
  readonly times: Uint8Array;
  /** The largest of `times`. */
  readonly most: number;
  /** uint32[K][draws]: times that rows of each class are drawn in each sample. */
  readonly totals: Uint32Array;
  /** From {@link entropyTerms}, up to N. */
  readonly terms: Float64Array;
}

/**
 * Selectivity of one node.
 * @param bin uint8[N], below `bins`
 * @param areas float64[K]: exact areas of all rows; the intervals are those of the binned areas, shifted to these
 */
export function selectivity(
  bin: Uint8Array,
  bins: number,
  labels: Uint16Array,
  classes: number,
  areas: Float64Array,
  bootstrap: Bootstrap,
): Selectivity {
  const N = bin.length;
  const { draws, terms } = bootstrap;
  const step = draws + 1;
  const table = countSamples(bin, bins, labels, classes, bootstrap);
  const samples = Array.from({ length: step }, (_, at) => sampleFigures({ table, step, at }, bins, classes, N, terms));
  const whole = samples[draws];
  const drawn = samples.slice(0, draws);
  const bound = (pick: (figures: Figures) => Float64Array, share: number, c: number): number =>
    draws === 0 ? pick(whole)[c] : quantile(Float64Array.from(drawn, (figures) => pick(figures)[c]).sort(), share);
  const each = (compute: (c: number) => number): Float64Array =>
    Float64Array.from({ length: classes }, (_, c) => compute(c));
  const areaBound = (share: number): Float64Array =>
    each((c) => Math.min(1, Math.max(0, bound((f) => f.areas, share, c) - whole.areas[c] + areas[c])));
  return {
    areaLow: areaBound(0.025),
    areaHigh: areaBound(0.975),
    information: whole.information,
    informationLow: each((c) => bound((f) => f.information, 0.025, c)),
    informationHigh: each((c) => bound((f) => f.information, 0.975, c)),
    total: whole.total,
  };
}

/**
 * Rows per bin and class of each sample, and last of all rows: uint32[bins][K][draws + 1].
 * Four samples are added in one word of four bytes, and these emptied into the table before one of them could overflow.
 * Of each class the fullest bin (of a ReLU node mostly that of the zeros) is what the others leave of the class.
 */
function countSamples(
  bin: Uint8Array,
  bins: number,
  labels: Uint16Array,
  classes: number,
  { draws, times, most, totals }: Bootstrap,
): Uint32Array {
  const cells = bins * classes;
  const length = timesOfRow(draws);
  const words = length / 4;
  const step = draws + 1;
  const drawn = new Uint32Array(times.buffer, times.byteOffset, bin.length * words);
  const bytes = new Uint8Array(cells * length);
  const sums = new Uint32Array(bytes.buffer);
  const safe = Math.floor(255 / Math.max(1, most));
  const table = new Uint32Array(cells * step);
  const rows = new Uint32Array(cells);
  for (let r = 0; r < bin.length; r++) rows[bin[r] * classes + labels[r]]++;
  const fullest = fullestCells(rows, bins, classes);
  const added = new Uint32Array(cells);
  const empty = (cell: number): void => {
    for (let d = 0; d < draws; d++) table[cell * step + d] += bytes[cell * length + d];
    bytes.fill(0, cell * length, (cell + 1) * length);
  };
  for (let r = 0; r < bin.length; r++) {
    const label = labels[r];
    const cell = bin[r] * classes + label;
    if (cell === fullest[label]) continue;
    const [to, from] = [cell * words, r * words];
    for (let w = 0; w < words; w++) sums[to + w] += drawn[from + w];
    if (++added[cell] % safe === 0) empty(cell);
  }
  for (let c = 0; c < classes; c++) table.set(totals.subarray(c * draws, (c + 1) * draws), fullest[c] * step);
  for (let cell = 0; cell < cells; cell++) {
    table[cell * step + draws] = rows[cell];
    const rest = fullest[cell % classes];
    if (cell === rest || rows[cell] === 0) continue;
    empty(cell);
    for (let d = 0; d < draws; d++) table[rest * step + d] -= table[cell * step + d];
  }
  return table;
}

/** Of each class the cell that most of its rows are in. */
function fullestCells(rows: Uint32Array, bins: number, classes: number): Uint32Array {
  return Uint32Array.from({ length: classes }, (_, c) => {
    let best = c;
    for (let b = 1; b < bins; b++) if (rows[b * classes + c] > rows[best]) best = b * classes + c;
    return best;
  });
}

interface Figures {
  readonly areas: Float64Array;
  readonly information: Float64Array;
  readonly total: number;
}

function sampleFigures(
  { table, step, at }: Counts,
  bins: number,
  classes: number,
  N: number,
  terms: Float64Array,
): Figures {
  const sizes = new Float64Array(bins);
  const counts = new Float64Array(classes);
  for (let b = 0; b < bins; b++) {
    for (let c = 0; c < classes; c++) {
      const n = table[(b * classes + c) * step + at];
      sizes[b] += n;
      counts[c] += n;
    }
  }
  const areas = new Float64Array(classes);
  const information = new Float64Array(classes);
  let binTerms = 0;
  let cellTerms = 0;
  for (let b = 0; b < bins; b++) binTerms += terms[sizes[b]];
  for (let c = 0; c < classes; c++) {
    let wins = 0;
    let below = 0;
    let own = 0;
    let rest = 0;
    for (let b = 0; b < bins; b++) {
      const n = table[(b * classes + c) * step + at];
      const others = sizes[b] - n;
      wins += n * (below + others / 2);
      below += others;
      own += terms[n];
      rest += terms[others];
    }
    const n = counts[c];
    areas[c] = n === 0 || n === N ? 0.5 : wins / (n * (N - n));
    information[c] = Math.max(0, (own + rest - binTerms - terms[n] - terms[N - n] + terms[N]) / N);
    cellTerms += own - terms[n];
  }
  return { areas, information, total: Math.max(0, (cellTerms - binTerms + terms[N]) / N) };
}
