import { largest } from './net.js';
import type { Rows } from './subject.js';

/** Of more classes than this only the {@link MOST_RIVALS} most frequent runners-up of each are looked at. */
export const ALL_RIVALS = 24;
const MOST_RIVALS = 5;

/** How often each class is mistaken for each other, or nearly. K classes; [of the class][the other]. */
export interface Rivals {
  /** uint32[K][K]: rows told right whose second choice is the other. */
  readonly seconds: Uint32Array;
  /** uint32[K][K]: rows told as the other; on the diagonal those told right. */
  readonly told: Uint32Array;
  /** Per class its most frequent second choice, of equals the first; -1 without rows told right. */
  readonly rival: readonly number[];
  /** Per class the others that it is compared with, the most frequent second choice first; none without rows told right. */
  readonly compared: readonly (readonly number[])[];
}

/** Counts first and second choices over some rows. */
export function findRivals({ count, label, predicted, logits }: Rows, K: number): Rivals {
  const [seconds, told] = [new Uint32Array(K * K), new Uint32Array(K * K)];
  for (let r = 0; r < count; r++) {
    const own = label[r];
    told[own * K + predicted[r]]++;
    if (predicted[r] === own && K > 1) seconds[own * K + largest(logits.subarray(r * K, (r + 1) * K), own)]++;
  }
  const compared = Array.from({ length: K }, (_, c) => {
    if (told[c * K + c] === 0) return [];
    const others = Array.from({ length: K }, (_, k) => k).filter((k) => k !== c);
    others.sort((a, b) => seconds[c * K + b] - seconds[c * K + a] || a - b);
    return K <= ALL_RIVALS ? others : others.filter((k) => seconds[c * K + k] > 0).slice(0, MOST_RIVALS);
  });
  return { seconds, told, rival: compared.map(([first]) => first ?? -1), compared };
}
