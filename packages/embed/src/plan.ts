import type { SourcePlan } from './sources.js';

/** One view to be drawn; `name` is its file. */
export type ViewPlan =
  | { readonly name: string; readonly method: 'pca'; readonly dimensions: number }
  | { readonly name: string; readonly method: 'columns'; readonly columns: readonly number[] }
  | ({ readonly name: string; readonly method: 'tsne' } & MapParams);

/** A t-SNE map that is asked for. */
export interface MapParams {
  readonly rows: number;
  readonly perplexity: number;
  readonly iterations: number;
  /** Leading components to which the rows are reduced first. */
  readonly components?: number | undefined;
}

/** What the plan depends on. */
export interface ViewParams {
  readonly pca: readonly number[];
  readonly columns: readonly number[];
  readonly tsne: readonly (MapParams & { readonly layers: 'last' | 'all' })[];
}

/**
 * The views of one source. A layer of one node is drawn as a line and a layer of two nodes as a plane, node against
 * node: components would only turn them. Pixels get a view of two fixed columns, where both exist. Of several t-SNE maps
 * of a layer the first is called `<layer>-tsne`, the others `<layer>-tsne2`, ...
 */
export function planViews(source: Omit<SourcePlan, 'open'>, params: ViewParams): ViewPlan[] {
  const { name, kind, width } = source;
  const plans: ViewPlan[] = [];
  if (kind === 'pixels' && params.columns.length > 0 && params.columns.every((c) => c < width)) {
    plans.push({ name: `${name}-columns`, method: 'columns', columns: params.columns });
  }
  if (width <= 2) return [...plans, { name: `${name}-nodes`, method: 'columns', columns: width === 1 ? [0] : [0, 1] }];
  for (const dimensions of new Set(params.pca))
    plans.push({ name: `${name}-pca${dimensions}`, method: 'pca', dimensions });
  const maps = kind === 'hidden' ? params.tsne.filter(({ layers }) => layers === 'all' || source.last) : [];
  maps.forEach(({ rows, perplexity, iterations, components }, i) => {
    const reduced = components !== undefined && components < width && { components };
    plans.push({
      name: `${name}-tsne${i === 0 ? '' : i + 1}`,
      method: 'tsne',
      rows,
      perplexity,
      iterations,
      ...reduced,
    });
  });
  return plans;
}
