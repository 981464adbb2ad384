import type { Source } from './sources.js';

/** One view to be drawn; `name` is its file. */
export type ViewPlan = { readonly name: string; readonly method: 'pca'; readonly dimensions: number } | { readonly name: string; readonly method: 'columns'; readonly columns: readonly number[] };

/** What the plan depends on. */
export interface ViewParams {
  readonly pca: readonly number[];
  readonly columns: readonly number[];
}

/**
 * The views of one source. A layer of one node is drawn as a line and a layer of two nodes as a plane, node against
 * node: components would only turn them. Pixels get a view of two fixed columns, where both exist.
 */
export function planViews(source: Pick<Source, 'name' | 'kind' | 'width'>, params: ViewParams): ViewPlan[] {
  const { name, kind, width } = source;
  const plans: ViewPlan[] = [];
  if (kind === 'pixels' && params.columns.length > 0 && params.columns.every((c) => c < width)) {
    plans.push({ name: `${name}-columns`, method: 'columns', columns: params.columns });
  }
  if (width <= 2) return [...plans, { name: `${name}-nodes`, method: 'columns', columns: width === 1 ? [0] : [0, 1] }];
  for (const dimensions of new Set(params.pca)) plans.push({ name: `${name}-pca${dimensions}`, method: 'pca', dimensions });
  return plans;
}
