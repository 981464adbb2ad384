import type { FeaturesInfo } from '@layerwise/contracts';
import { MemoryArtifact } from '@layerwise/conformance';
import { Random } from '@layerwise/kernels/random';

/** Features of 8 x 8 pixels, mostly zero: three classes, each lighting a patch of its own, with noise. */
export async function blobs(counts: Record<'train' | 'validation' | 'test', number>): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('features');
  const random = new Random(new Uint32Array([11, 12, 13, 14]));
  for (const [split, rows] of Object.entries(counts)) {
    const label = Uint16Array.from({ length: rows }, () => random.below(3));
    const features = new Uint8Array(rows * 64);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < 16; j++)
        if (random.float() < 0.7) features[64 * r + 16 * label[r] + j] = 60 + random.below(196);
      for (let n = 0; n < 3; n++) features[64 * r + random.below(64)] = random.below(256);
    }
    await artifact.matrix(split, {
      rows,
      columns: {
        id: { data: Uint32Array.from({ length: rows }, (_, r) => r), width: 1 },
        label: { data: label, width: 1 },
        features: { data: features, width: 64 },
      },
    });
  }
  const info: FeaturesInfo = {
    origin: 'pixels',
    columns: 64,
    scale: { factor: 1 / 255, offset: 0 },
    dataset: { name: 'blobs', width: 8, height: 8, classes: ['left', 'middle', 'right'], origin: 'made for a test' },
  };
  await artifact.json('features', info);
  return artifact;
}
