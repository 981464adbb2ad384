import {
  featuresOf,
  onPixels,
  weightedSums,
  type DenseLayer,
  type FeatureMap,
  type FeatureStep,
} from '@layerwise/nets';
import { Random } from '@layerwise/kernels/random';
import { describe, expect, it } from 'vitest';

const random = new Random(Uint32Array.of(3, 5, 7, 9));
const around = (scale: number) => (): number => scale * (2 * random.float() - 1);
const P = 12;
const scale = (columns: number): FeatureStep => ({
  kind: 'scale',
  scale: { factor: Array.from({ length: columns }, around(2)), offset: Array.from({ length: columns }, around(1)) },
});
const project = (E: number): FeatureStep => ({
  kind: 'project',
  components: Float64Array.from({ length: E * P }, around(1)),
  mean: Float64Array.from({ length: P }, around(1)),
});

const MAPS: Record<string, FeatureMap> = {
  nothing: { pixels: P, columns: P, steps: [] },
  'one factor for all': { pixels: P, columns: P, steps: [{ kind: 'scale', scale: { factor: 1 / 255, offset: -0.5 } }] },
  'a scale per column': { pixels: P, columns: P, steps: [scale(P)] },
  'pixels selected and scaled': {
    pixels: P,
    columns: 4,
    steps: [{ kind: 'select', columns: [7, 2, 11, 0] }, scale(4)],
  },
  'components of scaled pixels, scaled': { pixels: P, columns: 3, steps: [scale(P), project(3), scale(3)] },
};

describe('a feature map composed with the first layer', () => {
  it.each(Object.entries(MAPS))('gives the sums that the layer gives of the features: %s', (_, map) => {
    const H = 5;
    const kernel = Float32Array.from({ length: map.columns * H }, around(1));
    const layer: DenseLayer = {
      name: 'hidden1',
      inputs: map.columns,
      units: H,
      activation: 'relu',
      kernel,
      bias: Float32Array.from({ length: H }, around(1)),
      hasBias: true,
      inputDropout: 0,
    };
    const composed = onPixels(map, layer);
    for (let trial = 0; trial < 10; trial++) {
      const pixels = Float64Array.from({ length: P }, () => random.below(256));
      const wanted = weightedSums(layer, featuresOf(map, pixels));
      for (let h = 0; h < H; h++) {
        let sum = composed.bias[h]!;
        for (let p = 0; p < P; p++) sum += pixels[p]! * composed.kernel[p * H + h]!;
        expect(sum).toBeCloseTo(wanted[h]!, 8);
      }
    }
  });
});
