import { LayerwiseError, type Affine, type ArtifactReader, type Column, type FeaturesInfo, type MatrixTable } from '@layerwise/contracts';

/** Rows of the train split to be drawn: N rows, D columns. */
export interface Source {
  /** `pixels`, `features`, `hidden1`, ... */
  readonly name: string;
  readonly kind: 'pixels' | 'features' | 'hidden';
  /** uint8 or float32, [N x D]. */
  readonly data: Uint8Array | Float32Array;
  readonly rows: number;
  readonly width: number;
  /** Value used = stored value * factor + offset. */
  readonly scale: Affine;
  /** `id`, `label` and, but for pixels, `predicted`. */
  readonly about: Readonly<Record<string, Column>>;
  /** Whether this is the last hidden layer. */
  readonly last: boolean;
}

interface Wanted {
  readonly pixelsInfo: FeaturesInfo;
  readonly featuresInfo: FeaturesInfo;
  readonly wanted: readonly string[];
}

/** Opens what is to be drawn, in the order pixels, features, hidden1, hidden2, ... Features that are the pixels themselves are left out. */
export async function openSources(inputs: Readonly<Record<string, ArtifactReader>>, { pixelsInfo, featuresInfo, wanted }: Wanted): Promise<Source[]> {
  const sources: Source[] = [];
  const activations = await inputs.activations.matrix('train');
  if (wanted.includes('pixels')) sources.push(featureSource('pixels', await inputs.pixels.matrix('train'), pixelsInfo));
  if (wanted.includes('features') && featuresInfo.origin !== 'pixels') {
    sources.push(featureSource('features', await inputs.features.matrix('train'), featuresInfo, activations));
  }
  if (wanted.includes('hidden')) sources.push(...hiddenSources(activations));
  return sources;
}

function featureSource(kind: 'pixels' | 'features', table: MatrixTable, info: FeaturesInfo, activations?: MatrixTable): Source {
  const { data, width } = numbers(kind, table, 'features');
  const about = { id: table.columns.id, label: table.columns.label };
  const predicted = activations?.rows === table.rows ? activations.columns.predicted : undefined;
  return { name: kind, kind, data, width, rows: table.rows, scale: info.scale, about: predicted ? { ...about, predicted } : about, last: false };
}

function hiddenSources(table: MatrixTable): Source[] {
  const { id, label, predicted } = table.columns;
  const names = Object.keys(table.columns).filter((name) => /^hidden\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
  return names.map((name, index) => {
    const { data, width } = numbers('activations', table, name);
    return { name, kind: 'hidden', data, width, rows: table.rows, scale: { factor: 1, offset: 0 }, about: { id, label, predicted }, last: index === names.length - 1 };
  });
}

function numbers(role: string, table: MatrixTable, name: string): { data: Uint8Array | Float32Array; width: number } {
  const found = table.columns[name];
  if (found && (found.data instanceof Uint8Array || found.data instanceof Float32Array)) return { data: found.data, width: found.width };
  const received = found ? found.data.constructor.name : 'no such column';
  throw new LayerwiseError('DATA_INVALID', `${role} train.arrow: the column '${name}' must hold uint8 or float32 numbers, got ${received}`, { remedy: 'correct the stage that wrote it' });
}
