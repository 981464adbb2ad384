import { factorOf, offsetOf } from '@layerwise/contracts';
import type { ViewPlan } from './plan.js';
import type { Source } from './sources.js';
import { viewTable, type View } from './draw.js';

/** Columns of the source drawn against each other, in scaled units. */
export function columnView(source: Source, plan: ViewPlan & { method: 'columns' }, points: number): View {
  const { columns, name } = plan;
  const rows = Math.min(points, source.rows);
  const dimensions = columns.length;
  const position = new Float32Array(rows * dimensions);
  columns.forEach((c, k) => {
    const [factor, offset] = [factorOf(source.scale, c), offsetOf(source.scale, c)];
    for (let r = 0; r < rows; r++) position[r * dimensions + k] = source.data[r * source.width + c] * factor + offset;
  });
  const view = { name, method: 'columns', source: source.name, split: 'train', dimensions, rows, columns } as const;
  return { view, table: viewTable(source, rows, position, dimensions) };
}
