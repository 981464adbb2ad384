import type { ResultColumn } from '@layerwise/contracts';
import { significant } from './significant.js';

/** A column of whole numbers. */
export const ints = (values: ArrayLike<number>): ResultColumn => ({ type: 'int32', values });
/** A column of real numbers, rounded to six significant digits. */
export const reals = (values: ArrayLike<number>): ResultColumn => {
  const rounded = new Float64Array(values.length);
  for (let i = 0; i < rounded.length; i++) rounded[i] = significant(values[i]);
  return { type: 'float64', values: rounded };
};
/** A column of texts. */
export const texts = (values: readonly string[]): ResultColumn => ({ type: 'string', values });
