import { LayerwiseError, type ArtifactReader, type FeaturesInfo, type MatrixTable } from '@layerwise/contracts';
import type { NumericMatrix } from '@layerwise/kernels/pca';

/** One split: its table and the features in it. */
export interface FeatureSplit {
  readonly table: MatrixTable;
  readonly matrix: NumericMatrix;
}

/** The splits of a features artifact. */
export class FeatureSplits {
  static readonly names = ['train', 'validation', 'test'] as const;
  private readonly artifact: ArtifactReader;

  constructor(artifact: ArtifactReader) {
    this.artifact = artifact;
  }

  info(): Promise<FeaturesInfo> {
    return this.artifact.json<FeaturesInfo>('features');
  }

  /** @throws LayerwiseError `DATA_INVALID` when the split has no features column of bytes or float32 */
  async read(name: (typeof FeatureSplits.names)[number]): Promise<FeatureSplit> {
    const table = await this.artifact.matrix(name);
    const features = table.columns.features;
    if (!features || !(features.data instanceof Uint8Array || features.data instanceof Float32Array)) {
      throw new LayerwiseError('DATA_INVALID', `${name}.arrow must have a column 'features' of uint8 or float32, got ${features ? features.data.constructor.name : Object.keys(table.columns).join(', ')}`, {
        remedy: 'the package named by preprocess.uses must write features as docs/architecture.md says',
      });
    }
    return { table, matrix: { data: features.data, rows: table.rows, columns: features.width } };
  }
}
