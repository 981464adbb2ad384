import { factorOf, offsetOf } from '@layerwise/contracts';
import { blocksOf } from '@layerwise/kernels/pca';
import type { ViewPlan } from './plan.js';
import type { Source } from './sources.js';
import { viewTable, type View } from './draw.js';

/** Columns of the source drawn against each other, in scaled units. */
export async function columnView(
  source: Source,
  plan: ViewPlan & { method: 'columns' },
  points: number,
): Promise<View> {
  const { columns, name } = plan;
  const rows = Math.min(points, source.rows);
  const dimensions = columns.length;
  const position = new Float32Array(rows * dimensions);
  for await (const { from, values } of blocksOf({ ...source, rows })) {
    columns.forEach((c, k) => {
      const [factor, offset] = [factorOf(source.scale, c), offsetOf(source.scale, c)];
      for (let at = c, r = from; at < values.length; at += source.columns, r++)
        position[r * dimensions + k] = values[at] * factor + offset;
    });
  }
  const view = { name, method: 'columns', source: source.name, split: 'train', dimensions, rows, columns } as const;
  return { view, table: viewTable(source, rows, position, dimensions) };
}
