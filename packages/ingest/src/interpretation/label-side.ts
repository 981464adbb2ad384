const WHOLE = /^\d+$/;

/**
 * Whether the first or the last column of a table without names holds the labels. Values may be labels if they are at least two
 * different whole numbers without gaps from 0 or 1 on; a pixel seldom is, and one that is always 0 never.
 * @param first different values of the first column @param last those of the last one, not more than there may be classes
 * @param binary whether no pixel is above 1: then a column of more than two values holds no pixels
 */
export function labelSide(
  first: readonly string[],
  last: readonly string[],
  binary: boolean,
): 'first' | 'last' | 'both' | 'neither' {
  const [one, other] = [mayBeLabels(first), mayBeLabels(last)];
  if (one && other) return binary && first.length > 2 ? 'first' : 'both';
  if (one || first.some((value) => !Number.isFinite(Number(value)))) return 'first';
  return other ? 'last' : 'neither';
}

function mayBeLabels(values: readonly string[]): boolean {
  if (values.length < 2 || !values.every((value) => WHOLE.test(value))) return false;
  const numbers = values.map(Number);
  const lowest = Math.min(...numbers);
  return lowest <= 1 && Math.max(...numbers) - lowest === values.length - 1;
}
