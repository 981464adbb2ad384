import {
  column,
  isAffine,
  isIdentity,
  LayerwiseError,
  received,
  type Affine,
  type ArtifactReader,
  type FeaturesInfo,
} from '@layerwise/contracts';
import type { FeatureMap, FeatureStep } from './feature-map.js';

/**
 * Reads how features were made from pixels.
 * @param name of the experiment, for messages
 * @param features the artifact that the net was trained on: of the reduction, or else of the preprocessing
 * @throws LayerwiseError ARTIFACT_CORRUPT naming the field that is not as the contract has it
 */
export async function readFeatureMap(
  name: string,
  features: ArtifactReader,
): Promise<{ readonly info: FeaturesInfo; readonly map: FeatureMap }> {
  const info = (await features.json('features')) as FeaturesInfo;
  const rule = wrongField(info);
  if (rule !== undefined)
    throw new LayerwiseError('ARTIFACT_CORRUPT', `features.json of ${name} must have ${rule}`, {
      remedy: `Run ${name} again; a damaged file is computed again.`,
    });
  const pixels = info.dataset.width * info.dataset.height;
  return { info, map: { pixels, columns: info.columns, steps: await stepsOf(info, features) } };
}

async function stepsOf(info: FeaturesInfo, features: ArtifactReader): Promise<FeatureStep[]> {
  const scale = (affine: Affine | undefined): FeatureStep[] =>
    affine && !isIdentity(affine) ? [{ kind: 'scale', scale: affine }] : [];
  if (info.origin === 'selected') return [{ kind: 'select', columns: info.selected ?? [] }, ...scale(info.scale)];
  if (info.origin === 'pixels') return scale(info.scale);
  const mean = column(await features.matrix('mean'), 'mean', Float64Array).data;
  const components = column(await features.matrix('components'), 'component', Float64Array, mean.length).data;
  return [...scale(info.sourceScale), { kind: 'project', components, mean }, ...scale(info.scale)];
}

/** The first rule that the document breaks, as it goes on after "must have". */
function wrongField(value: FeaturesInfo): string | undefined {
  const info = value ?? {};
  const wrong = wrongDataset(info.dataset ?? {});
  if (wrong !== undefined) return wrong;
  const pixels = info.dataset.width * info.dataset.height;
  return wrongColumns(info, pixels) ?? wrongScales(info, pixels) ?? wrongSelection(info, pixels);
}

function wrongDataset({ width, height, classes }: FeaturesInfo['dataset']): string | undefined {
  if (!isCount(width) || !isCount(height))
    return `an image's width and height in dataset, got ${received(width)} and ${received(height)}`;
  if (!Array.isArray(classes) || classes.length === 0 || !classes.every((name) => typeof name === 'string'))
    return `names of classes in dataset, got ${received(classes)}`;
  return undefined;
}

function wrongColumns({ origin, columns }: FeaturesInfo, pixels: number): string | undefined {
  if (!['pixels', 'selected', 'components'].includes(origin))
    return `pixels, selected or components for an origin, got ${received(origin)}`;
  if (!isCount(columns) || (origin === 'pixels' && columns !== pixels))
    return `a number of columns${origin === 'pixels' ? `, ${pixels}` : ''}, got ${received(columns)}`;
  return undefined;
}

function wrongScales({ columns, scale, sourceScale }: FeaturesInfo, pixels: number): string | undefined {
  if (!isAffine(scale, columns))
    return `a scale of a factor and an offset, or of one for each column, got ${received(scale)}`;
  if (sourceScale !== undefined && !isAffine(sourceScale, pixels))
    return `a sourceScale of a factor and an offset, or of one for each pixel, got ${received(sourceScale)}`;
  return undefined;
}

function wrongSelection({ origin, columns, selected }: FeaturesInfo, pixels: number): string | undefined {
  if (origin !== 'selected') return undefined;
  const isPixel = (index: unknown): boolean =>
    Number.isInteger(index) && (index as number) >= 0 && (index as number) < pixels;
  if (!Array.isArray(selected) || selected.length !== columns || !selected.every(isPixel))
    return `${columns} selected pixels below ${pixels}, got ${received(selected)}`;
  return undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
