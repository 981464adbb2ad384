import type { DenseLayer } from '@layerwise/kernels/layers';
import { onPixels, type FeatureMap } from '@layerwise/nets';

/** Stored pixels run from 0 to this; intensities from 0 to 1. */
const WHITE = 255;

/** A first layer as a layer of pixel intensities: kernel float64[P][units]. */
export function onIntensities(map: FeatureMap, layer: DenseLayer): DenseLayer {
  const { kernel, bias } = onPixels(map, {
    units: layer.units,
    kernel: Float32Array.from(layer.kernel),
    bias: Float32Array.from(layer.bias),
  });
  return { ...layer, inputs: map.pixels, kernel: kernel.map((weight) => weight * WHITE), bias };
}

/** Intensities of one image, 0 to 1. */
export function intensities(stored: Uint8Array | Float32Array, row: number, P: number): Float64Array {
  return Float64Array.from(stored.subarray(row * P, (row + 1) * P), (value) => Math.min(1, Math.max(0, value / WHITE)));
}
