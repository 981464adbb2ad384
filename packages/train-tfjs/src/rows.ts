import { LayerwiseError, type Affine, type ArtifactReader } from '@layerwise/contracts';

/** N rows of one split. */
export interface Split {
  readonly rows: number;
  /** uint16[N]. */
  readonly labels: Uint16Array;
  /** Rows at the given positions, scaled: float32[count * D]. */
  batch(rows: ArrayLike<number>, from: number, to: number): Float32Array;
}

/** Opens a split of a features artifact. @throws LayerwiseError DATA_INVALID where a column is not as the contract says */
export async function openSplit(features: ArtifactReader, name: string, columns: number, scale: Affine): Promise<Split> {
  const { rows, columns: found } = await features.matrix(name);
  const values = found.features?.data;
  const labels = found.label?.data;
  if (!(values instanceof Uint8Array || values instanceof Float32Array) || found.features?.width !== columns || !(labels instanceof Uint16Array)) {
    throw new LayerwiseError('DATA_INVALID', `train-tfjs: ${name}.arrow must hold features uint8[${columns}] or float32[${columns}] and label uint16`, { remedy: 'check the stage that wrote the features' });
  }
  const [factor, offset] = [perColumn(scale.factor, columns), perColumn(scale.offset, columns)];
  return {
    rows,
    labels,
    batch(positions, from, to) {
      const batch = new Float32Array((to - from) * columns);
      for (let i = from, at = 0; i < to; i++) {
        const start = (positions[i] as number) * columns;
        for (let column = 0; column < columns; column++, at++) {
          batch[at] = (values[start + column] as number) * (factor[column] as number) + (offset[column] as number);
        }
      }
      return batch;
    },
  };
}

function perColumn(value: number | readonly number[], columns: number): Float64Array {
  return typeof value === 'number' ? new Float64Array(columns).fill(value) : Float64Array.from(value);
}

/** 0 … n-1. */
export function inOrder(n: number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, row) => row);
}
