import { LayerwiseError, throwIfAborted, type EmbeddingView } from '@layerwise/contracts';
import type { NumericMatrix } from '@layerwise/kernels/pca';
import type { TsneProgress } from '@layerwise/kernels/tsne';
import { isConstant } from './constant.js';
import { viewTable, type Drawing, type View } from './draw.js';
import type { ViewPlan } from './plan.js';
import { principalSpace, WIDE_COMPONENTS, WIDEST } from './principal.js';
import { firstRows } from './sources.js';

/** Fewest rows of which a t-SNE map can be made. */
const FEWEST_ROWS = 4;

/**
 * The t-SNE map of the first rows of a hidden layer, or of their leading components; nothing, with a warning, where there are too few
 * rows or all are equal.
 */
export async function drawMap(drawing: Drawing, plan: ViewPlan & { method: 'tsne' }): Promise<View | undefined> {
  const { source, warn } = drawing;
  const rows = Math.min(plan.rows, source.rows);
  if (rows < FEWEST_ROWS || (await isConstant({ ...source, rows }))) {
    const reason =
      rows < FEWEST_ROWS ? `it needs at least ${FEWEST_ROWS} rows, got ${rows}` : `all ${rows} rows are the same`;
    warn({ code: 'MAP_SKIPPED', message: `${source.name}: no t-SNE map was made, ${reason}` });
    return undefined;
  }
  const perplexity = fittingPerplexity(drawing, plan.perplexity, rows);
  const components = plan.components ?? (source.columns > WIDEST ? WIDE_COMPONENTS : undefined);
  const reduced = components === undefined ? undefined : await principalSpace({ ...drawing, points: rows }, components);
  const placed = reduced
    ? { name: source.name, data: reduced.positions, rows, columns: reduced.count }
    : { name: source.name, data: await firstRows(source, rows), rows, columns: source.columns };
  const { embedding, klDivergence } = await embed(drawing, placed, { perplexity, iterations: plan.iterations });
  const view: EmbeddingView = {
    name: plan.name,
    method: 'tsne',
    source: source.name,
    split: 'train',
    dimensions: 2,
    rows,
    perplexity,
    iterations: plan.iterations,
    klDivergence,
    ...(reduced && { components: reduced.count }),
  };
  return { view, table: viewTable(source, rows, embedding, 2) };
}

async function embed(
  { signal, workers, step }: Drawing,
  { name, ...matrix }: NumericMatrix & { readonly name: string },
  asked: { perplexity: number; iterations: number },
) {
  const { tsne } = await import('@layerwise/kernels/tsne');
  throwIfAborted(signal);
  try {
    return await tsne(matrix, { ...asked, workers, signal, progress: (at) => step(...report(name, at)) });
  } catch (error) {
    if (error instanceof TypeError)
      throw new LayerwiseError('DATA_INVALID', `t-SNE of ${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

function fittingPerplexity({ source, warn }: Drawing, wanted: number, rows: number): number {
  const largest = (rows - 1) / 3;
  if (wanted <= largest) return wanted;
  warn({
    code: 'PERPLEXITY_LOWERED',
    message: `${source.name}: perplexity ${wanted} is too large for ${rows} rows; used (rows - 1) / 3 = ${largest.toFixed(2)}`,
  });
  return largest;
}

function report(name: string, { phase, done, total, klDivergence }: TsneProgress): [detail: string, share: number] {
  if (phase === 'neighbours') return [`neighbours of ${name}`, (done / total) * 0.3];
  if (phase === 'affinities') return [`affinities of ${name}`, 0.4];
  const divergence = klDivergence === undefined ? '' : `  KL ${klDivergence.toFixed(3)}`;
  return [`t-SNE of ${name}: iteration ${done} of ${total}${divergence}`, 0.4 + (done / total) * 0.6];
}
