/** Names of pixels, and the order in which they stand in an image. */
export interface PixelNames {
  /** Places among the names given, pixel after pixel from the top left. */
  readonly order: readonly number[];
  /** Whether the names stand in that order already. */
  readonly sorted: boolean;
}

/** A name as the texts around its numbers, and these. */
interface Form {
  readonly at: number;
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

/**
 * The names among `names` that count pixels: by one number without gaps (`pixel0`, `p1`, `784`), or by row and column of a
 * square (`1x1`, `r0c0`, `pixel_0_0`; `x0y0` and `c0r0` have the column first), and nothing different between them. Of several
 * such groups the largest is taken.
 * @returns undefined if there are not at least 2
 */
export function pixelNames(names: readonly string[]): PixelNames | undefined {
  const groups = new Map<string, Form[]>();
  names.forEach((name, at) => {
    const form = formOf(name, at);
    if (form.numbers.length === 0) return;
    const key = JSON.stringify(form.texts);
    const group = groups.get(key);
    if (group) group.push(form);
    else groups.set(key, [form]);
  });
  const [largest] = [...groups.values()].sort((a, b) => b.length - a.length);
  if (!largest || largest.length < 2) return undefined;
  const keys = keysOf(largest);
  if (!keys) return undefined;
  const order = largest.map(({ at }, i) => [keys[i], at] as const).sort(([a], [b]) => a - b);
  return { order: order.map(([, at]) => at), sorted: order.every(([, at], i) => i === 0 || at > order[i - 1][1]) };
}

function formOf(name: string, at: number): Form {
  const parts = name.trim().toLowerCase().split(/(\d+)/);
  return { at, texts: parts.filter((_, i) => i % 2 === 0), numbers: parts.filter((_, i) => i % 2 === 1).map(Number) };
}

/** Of each name its place in the image; undefined unless the names count all of an image's pixels. */
function keysOf(forms: readonly Form[]): readonly number[] | undefined {
  const [{ numbers, texts }] = forms as [Form];
  const varying = numbers.map((_, i) => i).filter((i) => forms.some((form) => form.numbers[i] !== numbers[i]));
  if (varying.length === 1) {
    const keys = forms.map((form) => form.numbers[varying[0]]);
    return isCount(keys) ? keys : undefined;
  }
  if (varying.length !== 2) return undefined;
  const [first, second] = varying as [number, number];
  const columnFirst =
    /(^|[^a-z])(p?x|c|col|column)[^a-z]*$/.test(texts[first]) && /(^|[^a-z])(p?y|r|row)[^a-z]*$/.test(texts[second]);
  const [row, column] = columnFirst ? [second, first] : [first, second];
  const [rows, columns] = [forms.map((form) => form.numbers[row]), forms.map((form) => form.numbers[column])];
  const side = new Set(columns).size;
  if (new Set(rows).size !== side || !isCount([...new Set(rows)]) || !isCount([...new Set(columns)])) return undefined;
  const keys = forms.map((_, i) => rows[i] * side + columns[i]);
  return isCount(keys) && keys.length === side * side ? keys : undefined;
}

/** Whether numbers are different and without gaps, in any order. */
function isCount(numbers: readonly number[]): boolean {
  const lowest = numbers.reduce((a, b) => Math.min(a, b));
  const highest = numbers.reduce((a, b) => Math.max(a, b));
  return new Set(numbers).size === numbers.length && highest - lowest === numbers.length - 1;
}
