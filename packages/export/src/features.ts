import { LayerwiseError, received, type Affine, type ArtifactReader, type FeaturesInfo } from '@layerwise/contracts';

/**
 * `features.json` of the features that a net was trained on, checked as far as a net needs it.
 *
 * @throws LayerwiseError ARTIFACT_CORRUPT naming the field that is not as the contract has it
 */
export async function readFeatures(name: string, features: ArtifactReader): Promise<FeaturesInfo> {
  const value = await features.json<FeaturesInfo>('features');
  const rule = wrongField(value);
  if (rule !== undefined) throw new LayerwiseError('ARTIFACT_CORRUPT', `features.json of ${name} must have ${rule}`, { remedy: `npx nx run ${name}` });
  return value;
}

function wrongField(value: FeaturesInfo): string | undefined {
  const { origin, columns, dataset, scale, sourceScale, selected } = value ?? {};
  const { width, height, classes } = dataset ?? {};
  if (!isCount(width) || !isCount(height)) return `an image's width and height in dataset, got ${received(width)} and ${received(height)}`;
  if (!Array.isArray(classes) || classes.length === 0 || !classes.every((name) => typeof name === 'string')) return `names of classes in dataset, got ${received(classes)}`;
  const pixels = width * height;
  if (!['pixels', 'selected', 'components'].includes(origin)) return `pixels, selected or components for an origin, got ${received(origin)}`;
  if (!isCount(columns) || (origin === 'pixels' && columns !== pixels)) return `a number of columns${origin === 'pixels' ? `, ${pixels}` : ''}, got ${received(columns)}`;
  if (!isAffine(scale, columns)) return `a scale of a factor and an offset, or of one for each column, got ${received(scale)}`;
  if (sourceScale !== undefined && !isAffine(sourceScale, pixels)) return `a sourceScale of a factor and an offset, or of one for each pixel, got ${received(sourceScale)}`;
  const isPixel = (index: unknown): boolean => Number.isInteger(index) && (index as number) >= 0 && (index as number) < pixels;
  if (origin === 'selected' && !(Array.isArray(selected) && selected.length === columns && selected.every(isPixel))) return `${columns} selected pixels below ${pixels}, got ${received(selected)}`;
  return undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isAffine(value: Affine | undefined, columns: number): boolean {
  return [value?.factor, value?.offset].every((part) => (Array.isArray(part) ? part.length === columns && part.every(Number.isFinite) : Number.isFinite(part)));
}
