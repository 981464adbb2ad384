import {
  LayerwiseError,
  type Affine,
  type ArtifactReader,
  type Column,
  type FeaturesInfo,
  type MatrixTable,
} from '@layerwise/contracts';

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
  readonly about: Readonly<Record<string, Column>>;
}

type Inputs = Readonly<Record<string, ArtifactReader>>;

/** What is to be drawn, in the order pixels, features, hidden1, hidden2, ... Features that are the pixels themselves are left out. */
export async function planSources(inputs: Inputs, wanted: readonly string[]): Promise<SourcePlan[]> {
  const plans: SourcePlan[] = [];
  // Read once: of wide layers it is most of the memory that the stage takes.
  let read: Promise<MatrixTable> | undefined;
  const activations = (): Promise<MatrixTable> => (read ??= (inputs.activations as ArtifactReader).matrix('train'));
  for (const kind of ['pixels', 'features'] as const) {
    const info = await inputs[kind].json<FeaturesInfo>('features');
    if (wanted.includes(kind) && (kind === 'pixels' || info.origin !== 'pixels')) {
      plans.push({
        name: kind,
        kind,
        width: info.columns,
        last: false,
        open: () => openFeatures(inputs, kind, info, activations),
      });
    }
  }
  return wanted.includes('hidden') ? [...plans, ...planHidden(await activations())] : plans;
}

async function openFeatures(
  inputs: Inputs,
  kind: 'pixels' | 'features',
  info: FeaturesInfo,
  activations: () => Promise<MatrixTable>,
): Promise<Source> {
  const table = await inputs[kind].matrix('train');
  const { data, width } = numbers(kind, table, 'features');
  const { id, label } = table.columns;
  const predicted = kind === 'features' ? (await activations()).columns.predicted : undefined;
  return {
    name: kind,
    data,
    width,
    rows: table.rows,
    scale: info.scale,
    about: predicted ? { id, label, predicted } : { id, label },
  };
}

function planHidden(table: MatrixTable): SourcePlan[] {
  const { columns } = table;
  const names = Object.keys(columns).filter((name) => /^hidden\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
  return names.map((name, index) => ({
    name,
    kind: 'hidden',
    width: columns[name].width,
    last: index === names.length - 1,
    open: async () => openHidden(table, name),
  }));
}

function openHidden(table: MatrixTable, name: string): Source {
  const { data, width } = numbers('activations', table, name);
  const { id, label, predicted } = table.columns;
  return { name, data, width, rows: table.rows, scale: { factor: 1, offset: 0 }, about: { id, label, predicted } };
}

function numbers(role: string, table: MatrixTable, name: string): { data: Uint8Array | Float32Array; width: number } {
  const found = table.columns[name];
  if (found && (found.data instanceof Uint8Array || found.data instanceof Float32Array))
    return { data: found.data, width: found.width };
  const received = found ? found.data.constructor.name : 'no such column';
  throw new LayerwiseError(
    'DATA_INVALID',
    `${role} train.arrow: the column '${name}' must hold uint8 or float32 numbers, got ${received}`,
    { remedy: 'correct the stage that wrote it' },
  );
}
