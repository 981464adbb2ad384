import {
  choice,
  defineStage,
  either,
  boolean,
  integer,
  LayerwiseError,
  list,
  MOST_CLASSES,
  object,
  number,
  string,
  type DatasetInfo,
  type Output,
} from '@layerwise/contracts';
import type { RawDataset, Split } from './samples/dataset.js';
import { describeFormats } from './formats/list.js';
import { ORIENTATIONS } from './interpretation/orientation.js';
import { MOST_SIDE } from './samples/size.js';
import { mnist } from './datasets/mnist.js';
import { customFiles } from './datasets/custom-files.js';
import { syntheticDigits } from './datasets/synthetic-digits.js';

const sources = { mnist, strokes: syntheticDigits };

/** Parameters that go with `from` alone. */
const customFields = [
  'test',
  'validation',
  'testShare',
  'size',
  'classes',
  'label',
  'range',
  'invert',
  'orientation',
] as const;

/** Raw files or generated strokes -> dataset. */
export const stage = defineStage({
  id: 'ingest',
  summary: 'reads raw images and labels, or generates them',
  params: {
    use: choice(['mnist', 'strokes'], {
      doc: 'data set: mnist (found in a folder, or downloaded) or strokes (generated)',
      default: 'mnist',
    }),
    from: string({
      path: true,
      doc: `data of your own instead, below the workspace or the data folder: ${describeFormats()}`,
      optional: true,
    }),
    test: string({
      path: true,
      doc: 'custom data: file or folder of the test rows, if they are not with the others',
      optional: true,
    }),
    validation: string({ path: true, doc: 'custom data: file or folder of the validation rows', optional: true }),
    testShare: number({
      doc: 'custom data: share of each class that is split off for testing where there are no test rows; a seventh if not said',
      above: 0,
      below: 1,
      optional: true,
    }),
    size: integer({
      doc:
        'custom data: side in pixels that images are scaled to; if not said, tables stay as they are, and folders ' +
        'of images are scaled to 28 unless all are alike and small',
      min: 1,
      max: MOST_SIDE,
      optional: true,
    }),
    classes: list(string({ doc: 'name of a class' }), {
      doc: 'custom data: names of the classes; labels are these names, or their numbers from 0',
      optional: true,
      minItems: 2,
      maxItems: MOST_CLASSES,
    }),
    orientation: choice(ORIENTATIONS, {
      doc:
        "custom data: how the files' images stand, so that they are brought upright: transposed (as EMNIST's " +
        'are), mirrored (left and right), flipped (top and bottom), rotated by degrees clockwise, transverse ' +
        '(transposed and rotated180)',
      optional: true,
    }),
    label: either(
      [
        integer({ doc: 'place of the column from 0, from the end if negative', min: -1_048_577, max: 1_048_576 }),
        string({ doc: 'name of the column' }),
      ],
      {
        doc:
          'custom data: the column of labels in a table, by its name or its place, 0 for the first, -1 for the ' +
          'last; if not said, the one called label, class, target, y or digit, or the only one that is no pixel; ' +
          'the first one of a table without names, unless only the last can be labels',
        optional: true,
      },
    ),
    range: either(
      [
        list(number({ doc: 'a pixel value' }), {
          doc: 'pixel values without ink and of full ink',
          minItems: 2,
          maxItems: 2,
          unique: true,
        }),
        choice(['auto'], { doc: 'by the training rows' }),
      ],
      {
        doc:
          'custom data: pixel values without ink and of full ink, such as [0, 16]; auto takes 0, or the smallest ' +
          'value if that is negative, and the largest of the training rows; if not said, 0 and 255, or 0 and 1 ' +
          'where pixels are fractions of 1',
        optional: true,
      },
    ),
    invert: boolean({ doc: 'custom data: whether images are dark on light and are to be inverted', optional: true }),
    offline: choice(['strokes'], {
      doc: 'data set to use instead where the wanted one can be neither found nor downloaded',
      optional: true,
    }),
    strokes: object(
      {
        train: integer({ doc: 'training images to generate', min: 0, max: 1_000_000, default: 60_000 }),
        test: integer({ doc: 'test images to generate', min: 0, max: 1_000_000, default: 10_000 }),
        seed: integer({ doc: 'seed of the generated images', min: 0, max: 4_294_967_295, default: 1998 }),
      },
      { doc: 'the generated data set', default: {} },
    ),
    mirrors: list(string({ doc: 'address below which <file>.gz is found' }), {
      doc: 'addresses to download from instead of the public mirrors',
      optional: true,
      minItems: 1,
      maxItems: 20,
    }),
  },
  reads: {},
  writes: 'dataset',
  // The generated set has a seed of its own: a data set stays the same whatever a study's seed is.
  seeded: () => false,
  rawFiles: (params, places) =>
    (params.from === undefined ? sources[params.use] : customFiles).rawFiles(params, places),
  async run({ params, output, places, progress, warn, signal }) {
    const context = { places, progress, warn, signal };
    if (params.from !== undefined) return publish(await customFiles.load(params, context), output);
    const stray = customFields.find((field) => params[field] !== undefined);
    if (stray)
      throw new LayerwiseError(
        'PARAMS_INVALID',
        `dataset.${stray} must come with dataset.from, the path of your data`,
        {
          remedy: `name the data under dataset.from, or leave ${stray} out`,
        },
      );
    try {
      await publish(await sources[params.use].load(params, context), output);
    } catch (error) {
      if (
        !(error instanceof LayerwiseError) ||
        error.code !== 'DATA_MISSING' ||
        params.offline === undefined ||
        params.offline === params.use
      )
        throw error;
      warn({
        code: 'OFFLINE_DATA',
        message:
          `the data set ${params.use} is not here and could not be downloaded: '${params.offline}' is used instead, ` +
          `so no figure below is a figure of ${params.use}. 'layerwise data fetch' tries again and says what went wrong`,
      });
      const reason = `${params.use} could be neither found nor downloaded`;
      await publish(await sources[params.offline].load(params, context), output, { wanted: params.use, reason });
    }
  },
});

async function publish(data: RawDataset, output: Output<'dataset'>, fallback?: DatasetInfo['fallback']): Promise<void> {
  const { name, width, height, classes, origin, validationRows, testSplitOff } = data;
  for (const part of ['train', 'test'] as const) await writeSplit(part, data[part], width * height, output);
  const info: DatasetInfo = {
    name,
    width,
    height,
    classes,
    origin,
    ...(validationRows === undefined ? {} : { validationRows }),
    ...(testSplitOff === undefined ? {} : { testSplitOff }),
    ...(fallback ? { fallback } : {}),
  };
  await output.json('dataset', info);
}

async function writeSplit(
  name: 'train' | 'test',
  { rows, labels, pixels }: Split,
  width: number,
  output: Output<'dataset'>,
): Promise<void> {
  const id = Uint32Array.from({ length: rows }, (_, row) => row);
  await output.matrix(name, {
    rows,
    columns: { id: { data: id, width: 1 }, label: { data: labels, width: 1 }, pixels: { data: pixels, width } },
  });
}
