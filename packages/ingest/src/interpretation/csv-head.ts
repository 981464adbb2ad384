const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** What the one text of a line of names may be where all others are numbers. */
const LABEL = /^(labels?|class|target|y|digit)$/i;
/** Fewest numbers one after another that are a count of columns and not pixels. */
const COUNT = 9;

/** What the first line of a CSV table is. */
export interface Head {
  /** Names of columns, their numbers, or a row. */
  readonly kind: 'names' | 'numbers' | 'data';
  readonly names: readonly string[] | undefined;
  /** The only column of a row that is no number. */
  readonly onlyLabel: number | undefined;
}

/**
 * Tells a line of names from a row, which may have a text for its label at most.
 * @param label name or place of the column of labels, if the study gives it
 */
export function headOf(fields: readonly string[], label: string | number | undefined): Head {
  const texts = fields.filter((field) => !isNumber(field));
  const [text] = texts;
  const counted = isCount(fields.filter(isNumber));
  if (text === undefined) return { kind: counted ? 'numbers' : 'data', names: undefined, onlyLabel: undefined };
  const isLabel = typeof label === 'string' && text.toLowerCase() === label.trim().toLowerCase();
  if (texts.length > 1 || counted || isLabel || LABEL.test(text))
    return { kind: 'names', names: fields, onlyLabel: undefined };
  return { kind: 'data', names: undefined, onlyLabel: fields.indexOf(text) };
}

/** Whether a field is a number in any notation. */
export function isNumber(field: string): boolean {
  return NUMBER.test(field);
}

/** Whether fields are 0, 1, 2, … or 1, 2, 3, …, as pandas names columns that have no names. */
function isCount(fields: readonly string[]): boolean {
  const first = Number(fields[0]);
  return (
    fields.length >= COUNT && (first === 0 || first === 1) && fields.every((field, i) => field === String(first + i))
  );
}
