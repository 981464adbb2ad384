import type { ResultColumn } from '@layerwise/contracts';
import { significant } from '../page/format.js';

/** A column of whole numbers. */
export const ints = (values: ArrayLike<number>): ResultColumn => ({ type: 'int', values });
/** A column of real numbers, rounded to six significant digits. */
export const reals = (values: ArrayLike<number>): ResultColumn => ({ type: 'real', values: Float64Array.from(values, (value) => significant(value)) });
/** A column of texts. */
export const texts = (values: readonly string[]): ResultColumn => ({ type: 'text', values });
