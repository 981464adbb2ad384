import { Random } from '../random.js';
import type { Session } from './session.js';

const DEVIATION = 1e-4;
const NOISE = 1e-6;

/**
 * Where a descent starts, in tile order: the first two components, both divided by what makes the first's standard
 * deviation 1e-4 (as scikit-learn and openTSNE do), float64 [N x 2]. Where a component has no variance, seeded noise
 * of 1e-6, so that points do not stay on a line.
 */
export function startingMap({ pool, search, rows }: Session): Float64Array {
  const { projected, order, m } = search;
  const components = pool.view(projected);
  const places = pool.view(order);
  const y = new Float64Array(2 * rows);
  const deviation = [0, 1].map((c) => {
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += components[i * m + c] ** 2 / rows;
    return Math.sqrt(squares);
  });
  const random = new Random(Uint32Array.of(2, 7, 1, 8));
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < 2; c++) {
      const noise = (random.float() - 0.5) * 2 * NOISE;
      y[2 * i + c] =
        deviation[c] > deviation[0] * 1e-6 ? (components[places[i] * m + c] / deviation[0]) * DEVIATION : noise;
    }
  }
  return y;
}
