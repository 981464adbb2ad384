import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { column, type DatasetInfo, type Warning } from '@layerwise/contracts';
import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/ingest';
import { encodePng } from '@layerwise/images';

/** The folder of files that other programs wrote; see goldens/make.py. */
export const goldens = join(import.meta.dirname, 'goldens');

/** Pixels and labels of a part. */
export interface Loaded {
  readonly labels: readonly number[];
  readonly pixels: readonly (readonly number[])[];
}

/** What the ingest stage makes of data below a folder. */
export async function load(
  folder: string,
  params: object,
): Promise<{ info: DatasetInfo; train: Loaded; test: Loaded; warnings: readonly Warning[] }> {
  const { output, warnings } = await runInMemory(stage, { params, places: { data: [folder], download: '' } });
  const part = async (name: string): Promise<Loaded> => {
    const table = await output.matrix(name);
    const { data, width } = column(table, 'pixels', Uint8Array);
    return {
      labels: [...column(table, 'label', Uint16Array).data],
      pixels: Array.from({ length: table.rows }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]),
    };
  };
  return {
    info: await output.json<DatasetInfo>('dataset'),
    train: await part('train'),
    test: await part('test'),
    warnings,
  };
}

/** Writes files below a folder. */
export function write(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A grey PNG. */
export function png(width: number, height: number, pixel: (x: number, y: number) => number): Uint8Array {
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++)
    data.set([...new Array<number>(3).fill(pixel(i % width, Math.floor(i / width))), 255], 4 * i);
  return encodePng({ width, height, data });
}

/** A CSV table of a label and 4 pixels a line. */
export function csv(rows: readonly (readonly (string | number)[])[], head = 'label,p0,p1,p2,p3\n'): string {
  return head + rows.map((row) => `${row.join(',')}\n`).join('');
}
