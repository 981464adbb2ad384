import type { ArtifactKind } from '../artifact.js';
import type { ColumnSketch, MatrixSketch, Sketch, TableSketch } from '../sketch.js';
import { schemas } from './index.js';
import type { ArtifactSchema, FileSchema, MatrixColumnSchema } from './schema.js';
import { badWidth } from './sketched.js';

/**
 * What of an artifact is not as its schema says: files that are missing, columns of another type or length, and JSON
 * that says something else than the matrices beside it. Empty if it is sound.
 */
export function misshapen(kind: ArtifactKind, sketch: Sketch): readonly string[] {
  const schema: ArtifactSchema = schemas[kind];
  const steps: (() => readonly string[])[] = [
    () => [
      ...missingFiles(kind, sketch.files).map((file) => `${file} is missing`),
      ...[...sketch.values].flatMap(([name, value]) => wrongForm(kind, name, value) ?? []),
      ...Object.entries(schema.files).flatMap(([file, one]) => notThere(file, one, sketch)),
      ...badColumns(schema, sketch),
    ],
    () => schema.documents?.(sketch) ?? [],
    () => badDimensions(schema, sketch),
    () => schema.relations?.(sketch) ?? [],
  ];
  for (const step of steps) {
    const faults = step();
    if (faults.length > 0) return faults;
  }
  return [];
}

/** The schema of a file of a kind, by its name with extension; undefined for a file that the kind does not have. */
export function schemaOf({ files }: ArtifactSchema, file: string): FileSchema | undefined {
  const exact = Object.hasOwn(files, file) ? files[file] : undefined;
  return exact ?? Object.entries(files).find(([pattern]) => fits(pattern, file))?.[1];
}

/** Whether a name is one that a schema's name with `<…>` in it stands for. */
function fits(pattern: string, name: string): boolean {
  if (!pattern.includes('<')) return pattern === name;
  const parts = pattern.split(/<[^>]*>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`).test(name);
}

/** The files that every artifact of a kind has, and that are not among these. */
export function missingFiles(kind: ArtifactKind, files: ReadonlySet<string>): readonly string[] {
  return Object.entries<FileSchema>(schemas[kind].files)
    .filter(([file, { optional, namedBy }]) => optional === undefined && namedBy === undefined && !files.has(file))
    .map(([file]) => file);
}

/**
 * The first rule that a JSON file of an artifact breaks, with the name of the file; undefined if it is sound.
 * @param name without `.json`
 */
export function wrongForm(kind: ArtifactKind, name: string, value: unknown): string | undefined {
  const found = schemaOf(schemas[kind], `${name}.json`);
  return found?.format === 'document' ? found.form(value, `${name}.json`) : undefined;
}

/** Files that a document names and that are not there. */
function notThere(file: string, { namedBy }: FileSchema, { files, values }: Sketch): string[] {
  if (!namedBy) return [];
  return namedBy
    .names(values.get(namedBy.file.slice(0, -'.json'.length)))
    .map((name) => file.replace(/<[^>]*>/, name))
    .filter((name) => !files.has(name))
    .map((name) => `${name} is missing, which ${namedBy.file} names`);
}

function badColumns(schema: ArtifactSchema, { matrices, tables }: Sketch): string[] {
  return [
    ...[...matrices].flatMap(([name, matrix]) => matrixFaults(schema, `${name}.arrow`, matrix)),
    ...[...tables].flatMap(([name, table]) => tableFaults(schema, `${name}.parquet`, table)),
  ];
}

/** Columns of a matrix that are missing, of another dtype, or not of rows x width values. */
export function matrixFaults(schema: ArtifactSchema, file: string, { rows, columns }: MatrixSketch): string[] {
  const found = schemaOf(schema, file);
  const lengths = [...columns]
    .filter(([, { length, width }]) => length !== rows * width)
    .map(
      ([column, { length, width }]) => `${file} column ${column} has ${length} values, must have ${rows} x ${width}`,
    );
  return found?.format === 'matrix'
    ? [...lengths, ...badTypes(file, found.columns, new Map([...columns].map(([name, { dtype }]) => [name, dtype])))]
    : lengths;
}

/** Columns of a table that are missing or of another type. */
export function tableFaults(schema: ArtifactSchema, file: string, { columns }: TableSketch): string[] {
  const found = schemaOf(schema, file);
  return found?.format === 'table' ? badTypes(file, found.columns, columns) : [];
}

type Typed = Readonly<Record<string, { readonly dtype: string | readonly string[]; readonly optional?: string }>>;

function badTypes(file: string, wanted: Typed, got: ReadonlyMap<string, string>): string[] {
  const absent = Object.entries(wanted)
    .filter(([name, { optional }]) => optional === undefined && !got.has(name))
    .map(([name, { dtype }]) => `${file} column ${name} must be ${[dtype].flat().join(' or ')}, is missing`);
  const wrong = [...got].flatMap(([name, type]) => {
    const dtypes = [columnOf(wanted, name)?.dtype ?? type].flat();
    return dtypes.includes(type) ? [] : [`${file} column ${name} must be ${dtypes.join(' or ')}, is ${type}`];
  });
  return [...absent, ...wrong];
}

function columnOf<C>(columns: Readonly<Record<string, C>>, name: string): C | undefined {
  return Object.hasOwn(columns, name)
    ? columns[name]
    : Object.entries(columns).find(([pattern]) => fits(pattern, name))?.[1];
}

/** Columns that are not as wide as a dimension, or hold values that are not below one. */
function badDimensions(schema: ArtifactSchema, sketch: Sketch): string[] {
  const dimensions = schema.dimensions?.(sketch) ?? {};
  return [...sketch.matrices].flatMap(([name, { columns }]) => {
    const file = schemaOf(schema, `${name}.arrow`);
    if (file?.format !== 'matrix') return [];
    return [...columns].flatMap(([column, found]) => {
      const wanted = columnOf(file.columns, column);
      return wanted ? badColumn(`${name}.arrow column ${column}`, found, wanted, dimensions) : [];
    });
  });
}

function badColumn(
  column: string,
  { width, largest }: ColumnSketch,
  { width: letter = '1', below }: MatrixColumnSchema,
  dimensions: ReturnType<NonNullable<ArtifactSchema['dimensions']>>,
): string[] {
  const wanted = letter === '1' ? { size: 1, because: 'one value a row' } : dimensions[letter];
  const most = below === undefined ? undefined : dimensions[below];
  return [
    ...(wanted ? badWidth(column, width, wanted.size, wanted.because) : []),
    ...(most && largest >= (most.size as number)
      ? [`${column} must be below ${String(most.size)}, ${most.because}, got ${largest}`]
      : []),
  ];
}
