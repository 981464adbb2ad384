import { received } from '../check.js';
import type { Sketch } from '../sketch.js';

/** Any group of JSON. */
export type Group = Readonly<Record<string, unknown>>;

/** A value as a group; an empty one if it is none. */
export function asGroup(value: unknown): Group {
  return value !== null && typeof value === 'object' ? (value as Group) : {};
}

/** A value as a list; an empty one if it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Rows of a matrix; 0 if there is none. */
export function rowsOf(sketch: Sketch, name: string): number {
  return sketch.matrices.get(name)?.rows ?? 0;
}

/** Pixels of an image of a data set. */
export function pixelsOf({ width, height }: Group): number {
  return Number(width) * Number(height);
}

/** Where a column is not as wide as it must be, in every split. */
export function widths(sketch: Sketch, column: string, wanted: unknown, what: string): string[] {
  return ['train', 'validation', 'test'].flatMap((name) => {
    const matrix = sketch.matrices.get(name);
    return matrix ? badWidth(`${name}.arrow column ${column}`, matrix.columns.get(column)?.width, wanted, what) : [];
  });
}

/** @param width undefined if the column is not there */
export function badWidth(column: string, width: number | undefined, wanted: unknown, what: string): string[] {
  if (width === wanted) return [];
  return [`${column} is ${width === undefined ? 'not there' : `${width} wide`}, must be ${received(wanted)} (${what})`];
}

/** Where two figures that must be the same are not. */
export function equal(what: string, got: unknown, wanted: unknown, because: string): string[] {
  return got === wanted ? [] : [`${what} must be ${received(wanted)}, ${because}, got ${received(got)}`];
}

/** Where a figure is no whole number within bounds. */
export function between(what: string, got: unknown, least: number, most: number): string[] {
  return Number.isInteger(got) && (got as number) >= least && (got as number) <= most
    ? []
    : [`${what} must be a whole number in [${least}, ${most}], got ${received(got)}`];
}
