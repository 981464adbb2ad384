import type { EmbeddingView, MatrixOf, Schemas, Warning } from '@layerwise/contracts';
import { isConstant } from './constant.js';
import { columnView } from './columns.js';
import { drawMap } from './map.js';
import { principalView, principalSpace, sampleWarning, WIDEST } from './principal.js';
import type { ViewPlan } from './plan.js';
import type { Source } from './sources.js';

/** A source and what is needed to draw it. */
export interface Drawing {
  readonly source: Source;
  /** At most so many rows in PCA and column views. */
  readonly points: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly warn: (warning: Warning) => void;
  /** Words for what is being done, and how much of the present view is. */
  readonly step: (detail: string, share?: number) => void;
}

/** `<view>.arrow`. */
type ViewTable = MatrixOf<Schemas['embedding'], string>;

/** A finished view and its `<view>.arrow`. */
export interface View {
  readonly view: EmbeddingView;
  readonly table: ViewTable;
}

/** Draws the views of one source, in the order of the plans; the components are fitted once. */
export async function* drawViews(drawing: Drawing, plans: readonly ViewPlan[]): AsyncGenerator<View> {
  const { source } = drawing;
  const wide = source.columns > WIDEST && plans.some(({ method }) => method !== 'columns');
  if (wide) drawing.warn(sampleWarning(source));
  const deepest = Math.max(0, ...plans.map((plan) => (plan.method === 'pca' ? plan.dimensions : 0)));
  if (deepest > 0) drawing.step(`components of ${source.name}`);
  const space = deepest > 0 ? await principalSpace(drawing, deepest) : undefined;
  if (source.rows > 1 && (await isConstant(source))) {
    drawing.warn({
      code: 'CONSTANT_LAYER',
      message: `${source.name}: every training row is the same, so its maps are a single point`,
    });
  }
  for (const plan of plans) {
    if (plan.method === 'columns') yield await columnView(source, plan, drawing.points);
    else if (plan.method === 'pca' && space) yield principalView(drawing, plan, space);
    else if (plan.method === 'tsne') {
      const map = await drawMap(drawing, plan);
      if (map) yield map;
    }
  }
}

/** The first `rows` rows of the table about the points, with their positions. */
export function viewTable(source: Source, rows: number, position: Float32Array, dimensions: number): ViewTable {
  const { id, label, predicted } = source.about;
  return {
    rows,
    columns: {
      id: { data: id.data.slice(0, rows), width: 1 },
      label: { data: label.data.slice(0, rows), width: 1 },
      ...(predicted && { predicted: { data: predicted.data.slice(0, rows), width: 1 } }),
      position: { data: position, width: dimensions },
    },
  };
}
