import type { Warning } from '@layerwise/contracts';
import type { Layout } from '../samples/layout.js';
import { labelColumn, NO_PIXELS, shown } from './label-column.js';
import { invalid } from '../samples/invalid.js';
import { isSquare } from '../samples/size.js';
import { pixelNames } from './pixel-names.js';
import type { Columns, Wanted } from './table.js';

/**
 * Finds the columns of labels and pixels. Pixels whose names count them are put in the order of their numbers. The tables of
 * test and validation rows are matched with that of the training rows by the names of the columns, whatever their order, case
 * and the blanks around them; where one of the two has no names, by their places.
 * @throws LayerwiseError DATA_INVALID if they cannot be told, or names do not match
 */
export function layoutOf(columns: Columns, wanted: Wanted): Layout {
  const { file, names, count } = columns;
  const { like, warn } = wanted;
  if (names) refuseRepeated(names, columns);
  const labelAt = labelColumn(columns, wanted);
  const layout = { file, names, count, labelAt };
  if (like && !names !== !like.names) warn(byPosition(columns, like));
  if (!names) {
    const alike = like?.count === count && like.labelAt === labelAt;
    return { ...layout, pixelsAt: alike ? like.pixelsAt : without(count, [labelAt]) };
  }
  const own = ownPixels(columns, names, labelAt);
  const isMatched = like?.names && (own.pixelsAt.length === like.pixelsAt.length || !isSquare(own.pixelsAt.length));
  const { pixelsAt, ignored } = isMatched ? matched(columns, names, labelAt, like, like.names, warn) : own;
  warnOfIgnored(
    file,
    ignored.map((at) => names[at]),
    wanted,
  );
  if (pixelsAt === own.pixelsAt && !own.sorted)
    warn({
      code: 'COLUMNS_SORTED',
      message:
        `the columns of pixels of ${file} do not stand in the order of their numbers ` +
        `(${shown(inFile(own.pixelsAt, names))}) and were put in it (${shown(own.pixelsAt.map((at) => names[at]))})`,
    });
  return { ...layout, pixelsAt };
}

/** Said where one of two tables has no names to match the other's by. */
function byPosition({ file, names }: Columns, like: Layout): Warning {
  const [bare, other] = names ? [like.file, file] : [file, like.file];
  return {
    code: 'COLUMNS_BY_POSITION',
    message: `${bare} has no names of columns: they are taken to stand in the same order as those of ${other}`,
  };
}

/** @param ignored names of the columns that are neither label nor pixel; what the training rows have too was said of them */
function warnOfIgnored(file: string, ignored: readonly string[], { like, warn }: Wanted): void {
  const unheard = ignored.filter((name) => !like?.names?.some((other) => keyOf(other) === keyOf(name)));
  if (unheard.length > 0)
    warn({
      code: 'COLUMNS_IGNORED',
      message: `columns of ${file} that are neither label nor pixel are left out: ${shown(unheard)}`,
    });
}

interface Own {
  readonly pixelsAt: readonly number[];
  /** Columns that are neither label nor pixel. */
  readonly ignored: readonly number[];
  readonly sorted: boolean;
}

function ownPixels({ onlyLabel }: Columns, names: readonly string[], labelAt: number): Own {
  const counted = countedPixels(names, labelAt);
  const used =
    counted?.order ?? without(names.length, [labelAt]).filter((at) => at !== onlyLabel && !NO_PIXELS.test(names[at]));
  return { pixelsAt: used, ignored: without(names.length, [labelAt, ...used]), sorted: counted?.sorted ?? true };
}

/** The pixels that names count, of a whole square image, without the label. */
function countedPixels(names: readonly string[], labelAt: number): ReturnType<typeof pixelNames> {
  const found = pixelNames(names.map((name, at) => (at === labelAt ? '' : name)));
  return found && isSquare(found.order.length) ? found : undefined;
}

function matched(
  { file, subject, where }: Columns,
  names: readonly string[],
  labelAt: number,
  like: Layout,
  likeNames: readonly string[],
  warn: Wanted['warn'],
): Own {
  const key = [names, likeNames].every((all) => new Set(all.map(keyOf)).size === all.length)
    ? keyOf
    : (name: string) => name.trim();
  const places = new Map(names.map((name, at) => [key(name), at]));
  places.delete(key(names[labelAt]));
  const found = like.pixelsAt.map((at) => places.get(key(likeNames[at])));
  const pixelsAt = found.filter((at) => at !== undefined);
  const ignored = without(names.length, [labelAt, ...pixelsAt]);
  if (pixelsAt.length < found.length) {
    const missing = like.pixelsAt.filter((_, i) => found[i] === undefined).map((at) => likeNames[at]);
    const extra = ignored.filter((at) => !NO_PIXELS.test(names[at])).map((at) => names[at]);
    const instead = extra.length > 0 ? `, and ${shown(extra)} instead` : '';
    throw invalid(
      where,
      `${subject} must have the columns of the training rows (${like.file}), but has no ${shown(missing)}${instead}`,
      'give columns that mean the same pixel the same name in both tables',
    );
  }
  const order = (at: readonly number[]): string =>
    Array.from(at.keys())
      .sort((a, b) => at[a] - at[b])
      .join();
  if (order(pixelsAt) !== order(like.pixelsAt))
    warn({
      code: 'COLUMNS_MATCHED',
      message: `the columns of ${file} stand in another order than those of ${like.file}: they were matched by their names`,
    });
  return { pixelsAt, ignored, sorted: true };
}

function refuseRepeated(names: readonly string[], { where, subject }: Columns): void {
  const seen = new Set<string>();
  for (const name of names.map((one) => one.trim())) {
    if (seen.has(name))
      throw invalid(
        where,
        `${subject} must have a name of its own for each column, got '${name.slice(0, 40)}' twice`,
        'rename or leave out one of them; where the first line holds no names, leave it out',
      );
    seen.add(name);
  }
}

/** A name without what people do not see as a difference. */
function keyOf(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

function inFile(pixelsAt: readonly number[], names: readonly string[]): string[] {
  return [...pixelsAt].sort((a, b) => a - b).map((at) => names[at]);
}

/** The numbers below `count` that are not among `others`. */
function without(count: number, others: readonly number[]): number[] {
  const left = new Set(others);
  return Array.from({ length: count }, (_, at) => at).filter((at) => !left.has(at));
}
