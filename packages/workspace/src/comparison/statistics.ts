/** Mean, and standard deviation with ddof 1 (null for fewer than two values), and the ends of the range. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number | null;
  readonly lowest: number;
  readonly highest: number;
}

/** The spread of one value or more. @throws RangeError without values */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('spread: there must be at least one value, got none');
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null,
    lowest: Math.min(...values),
    highest: Math.max(...values),
  };
}

/** Result of a paired test of differences; `p` is two-sided. */
export interface PairedTest {
  readonly t: number;
  readonly degrees: number;
  readonly p: number;
}

/**
 * Paired t-test: whether the mean of the differences is 0 (Student, "The probable error of a mean", Biometrika 6, 1908).
 * @param differences at least two
 * @returns undefined if all are equal but for rounding, where t does not exist
 */
export function pairedT(differences: readonly number[]): PairedTest | undefined {
  const { mean, deviation, lowest, highest } = spread(differences);
  if (deviation === null || highest - lowest <= 1e-12 * Math.max(Math.abs(lowest), Math.abs(highest))) return undefined;
  const t = mean / (deviation / Math.sqrt(differences.length));
  const degrees = differences.length - 1;
  return { t, degrees, p: studentTails(t, degrees) };
}

/**
 * Probability that |T| of Student's distribution exceeds |t|, for whole degrees of freedom, by the finite sums
 * of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 (odd) and 26.7.4 (even).
 */
export function studentTails(t: number, degrees: number): number {
  const cosine2 = degrees / (degrees + t * t);
  const sine = Math.sqrt(1 - cosine2);
  const odd = degrees % 2 === 1;
  let term = odd ? Math.sqrt(cosine2) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine2;
    sum += term;
  }
  const inside = odd ? (2 / Math.PI) * (Math.atan(Math.abs(t) / Math.sqrt(degrees)) + sine * sum) : sine * sum;
  return Math.min(1, Math.max(0, 1 - inside));
}

/** Differences up to which every choice of signs is tried. */
export const SIGN_FLIP_LIMIT = 12;

/**
 * Exact two-sided sign-flip permutation test (Fisher, The Design of Experiments, 1935, section 21): the share of the 2^n ways
 * to choose the signs whose sum is at least as far from 0 as that of the differences given.
 * @returns undefined beyond {@link SIGN_FLIP_LIMIT} differences
 */
export function signFlip(differences: readonly number[]): number | undefined {
  const n = differences.length;
  if (n === 0 || n > SIGN_FLIP_LIMIT) return undefined;
  const scale = differences.reduce((sum, value) => sum + Math.abs(value), 0);
  const given = Math.abs(differences.reduce((sum, value) => sum + value, 0)) - 1e-12 * scale;
  let count = 0;
  for (let signs = 0; signs < 2 ** n; signs++) {
    const sum = differences.reduce((total, value, i) => total + ((signs >> i) & 1 ? -value : value), 0);
    if (Math.abs(sum) >= given) count++;
  }
  return count / 2 ** n;
}

/**
 * McNemar's test, exact (McNemar, Psychometrika 12, 1947; two-sided binomial test at 1/2): the probability of rows
 * on which one of two classifiers alone is right to fall at least as unevenly, if both are equally good.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  const few = Math.min(onlyFirst, onlySecond);
  if (2 * few >= n - 1) return 1;
  // Binomial coefficients relative to the middle one, so that none overflows.
  const middle = Math.floor(n / 2);
  let [tail, whole] = [0, 0];
  for (let k = middle, weight = 1; k >= 0 && weight > 0; weight *= k / (n - k + 1), k--) {
    whole += weight * (2 * k === n ? 1 : 2);
    if (k <= few) tail += weight;
  }
  return (2 * tail) / whole;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
