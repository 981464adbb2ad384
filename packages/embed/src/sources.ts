import type {
  Affine,
  Column,
  ColumnData,
  FeaturesInfo,
  MatrixOf,
  MatrixRows,
  Reader,
  RowsOf,
  Schemas,
} from '@layerwise/contracts';
import type { MatrixSource } from '@layerwise/kernels/pca';
import type { EmbedContext } from './params.js';

/** What can be drawn, before it is read. */
export interface SourcePlan {
  /** `pixels`, `features`, `hidden1`, ... */
  readonly name: string;
  readonly kind: 'pixels' | 'features' | 'hidden';
  /** D: number of columns. */
  readonly width: number;
  /** Whether this is the last hidden layer. */
  readonly last: boolean;
  /** Opens the rows; to be closed. */
  open(): Promise<Source>;
}

/** Rows of the train split to be drawn, read as they are needed: N rows of D columns. */
export interface Source extends MatrixSource {
  readonly name: string;
  /** Value used = stored value * factor + offset. */
  readonly scale: Affine;
  /** `id`, `label` and, but for pixels, `predicted`. */
  readonly about: About;
  close(): Promise<void>;
}

/** The first rows of a source, in memory: [rows x D]. */
export async function firstRows(source: Source, rows: number): Promise<Uint8Array | Float32Array> {
  return (await source.read(0, rows)).slice();
}

/** Columns that say what a drawn row is. */
export interface About {
  readonly id: Column<Uint32Array>;
  readonly label: Column<Uint16Array>;
  readonly predicted?: Column<Uint16Array>;
}

type Inputs = EmbedContext['inputs'];
type Activations = RowsOf<MatrixOf<Schemas['activations'], 'train'>>;

/** What is to be drawn; to be closed. */
export interface Sources {
  readonly plans: readonly SourcePlan[];
  close(): Promise<void>;
}

/**
 * What is to be drawn of what is given, in the order pixels, features, hidden1, hidden2, ... Features that are the pixels themselves are left
 * out, and pixels whose maps are given.
 */
export async function planSources(inputs: Inputs, wanted: readonly string[]): Promise<Sources> {
  const activations = await inputs.activations?.rows('train');
  const close = async (): Promise<void> => activations?.close();
  try {
    const about = activations && (await aboutOf(activations, true));
    const features = await planFeatures(inputs, wanted, about?.predicted);
    const hidden = activations && about && wanted.includes('hidden') ? planHidden(activations, about) : [];
    return { plans: [...features, ...hidden], close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function planFeatures(
  inputs: Inputs,
  wanted: readonly string[],
  predicted: About['predicted'],
): Promise<SourcePlan[]> {
  const plans: SourcePlan[] = [];
  for (const kind of ['pixels', 'features'] as const) {
    const input = kind === 'pixels' && inputs.maps ? undefined : inputs[kind];
    if (!input || !wanted.includes(kind)) continue;
    const info = await input.json('features');
    if (kind === 'pixels' || info.origin !== 'pixels') {
      const open = (): Promise<Source> => openFeatures(kind, info, input, kind === 'features' ? predicted : undefined);
      plans.push({ name: kind, kind, width: info.columns, last: false, open });
    }
  }
  return plans;
}

async function aboutOf(table: MatrixRows, predicted: boolean): Promise<About> {
  const all = async <T>(name: string): Promise<Column<T & ColumnData>> => ({
    data: (await table.read(name, 0, table.rows)).slice() as T & ColumnData,
    width: 1,
  });
  return {
    id: await all<Uint32Array>('id'),
    label: await all<Uint16Array>('label'),
    ...(predicted && { predicted: await all<Uint16Array>('predicted') }),
  };
}

async function openFeatures(
  name: 'pixels' | 'features',
  info: FeaturesInfo,
  input: Reader<'features'>,
  predicted: About['predicted'],
): Promise<Source> {
  const table = await input.rows('train');
  try {
    return sourceOf(table, name, 'features', info.scale, {
      ...(await aboutOf(table, false)),
      ...(predicted && { predicted }),
    });
  } catch (error) {
    await table.close();
    throw error;
  }
}

function planHidden(table: Activations, about: About): SourcePlan[] {
  const names = Object.keys(table.columns).filter((name) => /^hidden\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
  return names.map((name, index) => ({
    name,
    kind: 'hidden',
    width: table.columns[name].width,
    last: index === names.length - 1,
    open: async () => ({ ...sourceOf(table, name, name, { factor: 1, offset: 0 }, about), close: async () => {} }),
  }));
}

function sourceOf(table: MatrixRows, name: string, column: string, scale: Affine, about: About): Source {
  const { dtype, width: columns } = table.columns[column];
  return {
    name,
    dtype: dtype as Source['dtype'],
    rows: table.rows,
    columns,
    read: (from, to) => table.read(column, from, to) as ReturnType<Source['read']>,
    scale,
    about,
    close: () => table.close(),
  };
}
