import {
  column,
  factorOf,
  LayerwiseError,
  offsetOf,
  type ArtifactReader,
  type FeaturesInfo,
} from '@layerwise/contracts';
import type { DenseLayer } from '@layerwise/kernels/nodes';

/** Stored pixels run from 0 to this; intensities from 0 to 1. */
const WHITE = 255;

/** How features come from pixel intensities u: feature = sum over pixels of u * map + offset. P pixels, D features. */
export interface PixelMap {
  readonly pixels: number;
  /** For each feature the pixels it is made of and their factors. */
  readonly terms: readonly { readonly pixels: ArrayLike<number>; readonly factors: Float64Array }[];
  readonly offset: Float64Array;
}

/** Reads how the net's inputs were made from pixels: pixels themselves, chosen pixels, or principal components. */
export async function readPixelMap(pixels: ArtifactReader, features: ArtifactReader): Promise<PixelMap> {
  const source = await pixels.json<FeaturesInfo>('features');
  const info = await features.json<FeaturesInfo>('features');
  if (info.origin === 'components') return componentMap(features, source);
  const chosen = info.selected ?? Array.from({ length: info.columns }, (_, j) => j);
  if (chosen.length !== info.columns || chosen.some((p) => p >= source.columns)) {
    throw new LayerwiseError(
      'DATA_INVALID',
      `nodes: the features must be ${source.columns} pixels or some of them, got ${info.columns} columns`,
      { remedy: 'check the stage that wrote the features' },
    );
  }
  return {
    pixels: source.columns,
    terms: chosen.map((p, j) => ({ pixels: [p], factors: Float64Array.of(WHITE * factorOf(info.scale, j)) })),
    offset: Float64Array.from(chosen, (_, j) => offsetOf(info.scale, j)),
  };
}

async function componentMap(features: ArtifactReader, { columns: P, scale }: FeaturesInfo): Promise<PixelMap> {
  const table = await features.matrix('components');
  const components = column(table, 'component', Float64Array, P).data;
  const mean = column(await features.matrix('mean'), 'mean', Float64Array, P).data;
  const all = Uint32Array.from({ length: P }, (_, p) => p);
  const offset = new Float64Array(table.rows);
  const terms = Array.from(offset, (_, k) => {
    const loadings = components.subarray(k * P, (k + 1) * P);
    for (let p = 0; p < P; p++) offset[k] += loadings[p] * (offsetOf(scale, p) - mean[p]);
    return { pixels: all, factors: loadings.map((loading, p) => loading * factorOf(scale, p) * WHITE) };
  });
  return { pixels: P, terms, offset };
}

/** A first layer as a layer of pixel intensities: kernel float64[P][units]. */
export function onPixels(layer: DenseLayer, { pixels: P, terms, offset }: PixelMap): DenseLayer {
  const { units } = layer;
  const kernel = new Float64Array(P * units);
  const bias = Float64Array.from(layer.bias);
  for (const [j, { pixels, factors }] of terms.entries()) {
    for (let h = 0; h < units; h++) bias[h] += offset[j] * layer.kernel[j * units + h];
    for (let i = 0; i < pixels.length; i++)
      for (let h = 0; h < units; h++) kernel[pixels[i] * units + h] += factors[i] * layer.kernel[j * units + h];
  }
  return { inputs: P, units, activation: layer.activation, kernel, bias };
}

/** Intensities of one image, 0 to 1. */
export function intensities(stored: Uint8Array | Float32Array, row: number, P: number): Float64Array {
  return Float64Array.from(stored.subarray(row * P, (row + 1) * P), (value) => Math.min(1, Math.max(0, value / WHITE)));
}
