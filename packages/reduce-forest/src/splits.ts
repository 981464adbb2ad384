import { LayerwiseError, type Affine, type ArtifactReader, type FeaturesInfo, type MatrixTable } from '@layerwise/contracts';
import type { LabelledMatrix } from '@layerwise/kernels/forest';

/** The splits of a features artifact. */
export const splitNames = ['train', 'validation', 'test'] as const;

/** A split's table, checked. @throws LayerwiseError `DATA_INVALID` without features of uint8 or float32 and labels of uint16 */
export async function readSplit(artifact: ArtifactReader, name: (typeof splitNames)[number]): Promise<MatrixTable> {
  const table = await artifact.matrix(name);
  const { features, label } = table.columns;
  const numeric = features?.data instanceof Uint8Array || features?.data instanceof Float32Array;
  if (!numeric || !(label?.data instanceof Uint16Array)) {
    throw new LayerwiseError('DATA_INVALID', `${name}.arrow must have columns 'features' of uint8 or float32 and 'label' of uint16, got ${describe(table)}`, {
      remedy: 'the package named by preprocess.uses must write features as docs/architecture.md says',
    });
  }
  return table;
}

const describe = ({ columns }: MatrixTable): string =>
  Object.entries(columns)
    .map(([name, { data }]) => `'${name}' of ${data.constructor.name}`)
    .join(', ');

/** What the forest reads of a table. */
export function labelled({ rows, columns }: MatrixTable, classes: number): LabelledMatrix {
  return { data: columns.features!.data as Uint8Array | Float32Array, rows, columns: columns.features!.width, labels: columns.label!.data as Uint16Array, classes };
}

/** The table with only the `selected` columns of its features, in their type. */
export function pickColumns({ rows, columns }: MatrixTable, selected: readonly number[]): MatrixTable {
  const { data, width: D } = columns.features!;
  const width = selected.length;
  const picked = data instanceof Float32Array ? new Float32Array(rows * width) : new Uint8Array(rows * width);
  for (let r = 0; r < rows; r++) for (let k = 0; k < width; k++) picked[r * width + k] = data[r * D + selected[k]!]!;
  return { rows, columns: { ...columns, features: { data: picked, width } } };
}

/** What `features.json` says of the selected columns. */
export function pickedInfo({ dataset, scale, selected: before }: FeaturesInfo, selected: readonly number[]): FeaturesInfo {
  return { origin: 'selected', columns: selected.length, scale: pickScale(scale, selected), dataset, selected: selected.map((j) => before?.[j] ?? j), sourceScale: scale };
}

function pickScale({ factor, offset }: Affine, selected: readonly number[]): Affine {
  const pick = (value: number | readonly number[]): number | readonly number[] => (typeof value === 'number' ? value : selected.map((j) => value[j]!));
  return { factor: pick(factor), offset: pick(offset) };
}
