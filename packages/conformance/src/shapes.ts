import type { ArtifactKind, ColumnData } from '@layerwise/contracts';
import type { MemoryArtifact } from './memory.js';

type ArrayType = 'Uint8Array' | 'Uint16Array' | 'Uint32Array' | 'Float32Array' | 'Float64Array';

/** What the contract (`schemas.ts`) says that the rows of a split have, beside `id` and `label`. */
const COLUMNS: Partial<Record<ArtifactKind, Readonly<Record<string, readonly ArrayType[]>>>> = {
  dataset: { pixels: ['Uint8Array'] },
  features: { features: ['Uint8Array', 'Float32Array'] },
  activations: { predicted: ['Uint16Array'], probabilities: ['Float32Array'], hidden1: ['Float32Array'] },
};

const FILES: Readonly<Record<ArtifactKind, readonly string[]>> = {
  dataset: ['train.arrow', 'test.arrow', 'dataset.json'],
  features: ['train.arrow', 'validation.arrow', 'test.arrow', 'features.json'],
  model: ['model.json', 'weights.bin', 'history.parquet', 'evaluation.json'],
  activations: ['train.arrow', 'validation.arrow', 'test.arrow'],
  embedding: ['views.json'],
  nodes: ['nodes.json', 'nodes.parquet', 'classes.parquet'],
  report: ['index.html'],
};

/** What of an artifact is not as its kind must be; empty if it is sound. */
export function misshapen(artifact: MemoryArtifact): readonly string[] {
  const missing = FILES[artifact.kind].filter((file) => !artifact.has(file)).map((file) => `${file} is missing`);
  const splits = COLUMNS[artifact.kind];
  const rows = splits ? [...artifact.matrices].filter(([name]) => ['train', 'validation', 'test'].includes(name)) : [];
  return [...missing, ...[...artifact.matrices].flatMap(([name, table]) => badLengths(name, table)), ...rows.flatMap(([name, { columns }]) => badColumns(name, columns, splits ?? {}))];
}

function badLengths(name: string, { rows, columns }: { rows: number; columns: Readonly<Record<string, { data: ColumnData; width: number }>> }): string[] {
  return Object.entries(columns).flatMap(([column, { data, width }]) => (data.length === rows * width ? [] : [`${name}.arrow column ${column} has ${data.length} values, must have ${rows} x ${width}`]));
}

function badColumns(name: string, columns: Readonly<Record<string, { data: ColumnData; width: number }>>, own: Readonly<Record<string, readonly ArrayType[]>>): string[] {
  const wanted: Record<string, readonly ArrayType[]> = { id: ['Uint32Array'], label: ['Uint16Array'], ...own };
  return Object.entries(wanted).flatMap(([column, types]) => {
    const type = columns[column]?.data.constructor.name;
    return types.includes(type as ArrayType) ? [] : [`${name}.arrow column ${column} must be ${types.join(' or ')}, is ${type ?? 'missing'}`];
  });
}
