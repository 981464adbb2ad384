import type { Affine, Column, FeaturesInfo, MatrixOf, Schemas } from '@layerwise/contracts';
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
  /** Reads the rows; nothing keeps those of pixels and features afterwards. */
  open(): Promise<Source>;
}

/** Rows of the train split to be drawn: N rows, D columns. */
export interface Source {
  readonly name: string;
  /** uint8 or float32, [N x D]. */
  readonly data: Uint8Array | Float32Array;
  readonly rows: number;
  readonly width: number;
  /** Value used = stored value * factor + offset. */
  readonly scale: Affine;
  /** `id`, `label` and, but for pixels, `predicted`. */
  readonly about: About;
}

/** Columns that say what a drawn row is. */
export interface About {
  readonly id: Column<Uint32Array>;
  readonly label: Column<Uint16Array>;
  readonly predicted?: Column<Uint16Array>;
}

type Inputs = EmbedContext['inputs'];
type Activations = MatrixOf<Schemas['activations'], 'train'>;

/**
 * What is to be drawn of what is given, in the order pixels, features, hidden1, hidden2, ... Features that are the pixels themselves are left
 * out, and pixels whose maps are given.
 */
export async function planSources(inputs: Inputs, wanted: readonly string[]): Promise<SourcePlan[]> {
  const plans: SourcePlan[] = [];
  // Read once: of wide layers it is most of the memory that the stage takes.
  let read: Promise<Activations> | undefined;
  const activations = async (): Promise<Activations | undefined> => (read ??= inputs.activations?.matrix('train'));
  for (const kind of ['pixels', 'features'] as const) {
    const input = kind === 'pixels' && inputs.maps ? undefined : inputs[kind];
    if (!input || !wanted.includes(kind)) continue;
    const info = await input.json('features');
    if (kind === 'pixels' || info.origin !== 'pixels') {
      plans.push({
        name: kind,
        kind,
        width: info.columns,
        last: false,
        open: async () =>
          openFeatures(kind, info, await input.matrix('train'), kind === 'features' ? await activations() : undefined),
      });
    }
  }
  const layers = wanted.includes('hidden') ? await activations() : undefined;
  return layers ? [...plans, ...planHidden(layers)] : plans;
}

function openFeatures(
  kind: 'pixels' | 'features',
  info: FeaturesInfo,
  { rows, columns }: MatrixOf<Schemas['features'], 'train'>,
  activations: Activations | undefined,
): Source {
  const { id, label, features } = columns;
  const predicted = activations?.columns.predicted;
  return {
    name: kind,
    data: features.data,
    width: features.width,
    rows,
    scale: info.scale,
    about: predicted ? { id, label, predicted } : { id, label },
  };
}

function planHidden(table: Activations): SourcePlan[] {
  const { columns } = table;
  const names = Object.keys(columns).filter((name): name is `hidden${number}` => /^hidden\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
  return names.map((name, index) => ({
    name,
    kind: 'hidden',
    width: columns[name].width,
    last: index === names.length - 1,
    open: async () => openHidden(table, name),
  }));
}

function openHidden({ rows, columns }: Activations, name: `hidden${number}`): Source {
  const { id, label, predicted } = columns;
  return { name, ...columns[name], rows, scale: { factor: 1, offset: 0 }, about: { id, label, predicted } };
}
