import { sha256 } from '@layerwise/contracts';
import type { MemoryArtifact } from './memory.js';

/** A fingerprint of every file of an artifact: equal if and only if names, types, shapes and bytes are. */
export function digest(artifact: MemoryArtifact): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const [name, { rows, columns }] of artifact.matrices) {
    const parts = Object.entries(columns).map(
      ([column, { data, width }]) =>
        `${column} ${data.constructor.name} ${width} ${sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))}`,
    );
    result.set(`${name}.arrow`, `${rows} rows: ${parts.join('; ')}`);
  }
  for (const [name, table] of artifact.tables) {
    const parts = Object.entries(table).map(
      ([column, { type, values }]) =>
        `${column} ${type} ${sha256(Array.from(values as ArrayLike<unknown>, show).join('|'))}`,
    );
    result.set(`${name}.parquet`, parts.join('; '));
  }
  // Key order counts: it is in the bytes of the file.
  for (const [name, value] of artifact.values) result.set(`${name}.json`, sha256(JSON.stringify(value)));
  for (const [file, bytes] of artifact.blobs) result.set(file, sha256(bytes));
  return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function show(value: unknown): string {
  return Object.is(value, -0) ? '-0' : JSON.stringify(value) === 'null' ? String(value) : JSON.stringify(value);
}

/** Names of the files in which two artifacts differ. */
export function differences(one: ReadonlyMap<string, string>, two: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...one.keys(), ...two.keys()])].filter((file) => one.get(file) !== two.get(file));
}

/**
 * Where an artifact holds a number that is none: NaN or infinite in a matrix or in JSON, infinite in a table (NaN is a missing value there).
 * @param missing whether NaN is a missing value in JSON too
 */
export function notNumbers(artifact: MemoryArtifact, missing = false): readonly string[] {
  const result: string[] = [];
  for (const [name, { columns }] of artifact.matrices) {
    for (const [column, { data }] of Object.entries(columns)) {
      const bad = data.findIndex((value: number) => !Number.isFinite(value));
      if (bad >= 0) result.push(`${name}.arrow column ${column} holds ${data[bad]} at ${bad}`);
    }
  }
  for (const [name, table] of artifact.tables) {
    for (const [column, { type, values }] of Object.entries(table)) {
      if (type === 'float64' && Array.from(values).some((value) => Math.abs(value) === Infinity))
        result.push(`${name}.parquet column ${column} holds an infinite number`);
      if (type === 'int32' && Array.from(values).some((value) => !Number.isInteger(value)))
        result.push(`${name}.parquet column ${column} holds a number that is not whole`);
    }
  }
  return [...result, ...artifact.notJson.filter((fault) => !missing || !fault.includes(' holds NaN '))];
}
