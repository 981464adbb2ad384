import { boolean, integer, list, object, number, string, type Infer } from '@layerwise/contracts';

const score = (split: string) =>
  object(
    {
      accuracy: number({ doc: 'share of images right', min: 0, max: 1, optional: true }),
      loss: number({ doc: 'mean cross-entropy in nats', min: 0, optional: true }),
      labelRmse: number({ doc: 'root mean squared error of the predicted label', min: 0, optional: true }),
      reruns: list(number({ doc: 'accuracy of another run', min: 0, max: 1 }), {
        doc: 'accuracies of further published runs',
        optional: true,
      }),
    },
    { doc: `published figures on the ${split} split`, optional: true },
  );

/** Parameters of the report stage. */
export const params = {
  study: string({ doc: 'name of the study', default: 'study' }),
  experiment: string({ doc: 'name of the experiment', default: 'experiment' }),
  studyTitle: string({ doc: 'one line on the study', optional: true }),
  title: string({ doc: 'one line over the report; by default the net and the data set', optional: true }),
  published: object(
    {
      train: score('training'),
      validation: score('validation'),
      test: score('test'),
      source: string({ doc: 'where the figures come from', optional: true }),
    },
    { doc: 'figures others published for this experiment, shown beside the measured ones', optional: true },
  ),
  interactive: boolean({
    doc: 'embed images and positions, so that hovering a map and clicking a confusion cell shows digits',
    default: true,
  }),
  hoverImages: integer({ doc: 'at most so many images per split can be hovered', default: 10000, min: 0, max: 20000 }),
  topNodes: integer({ doc: 'hidden nodes per layer drawn without scripts', default: 12, min: 1, max: 64 }),
} as const;

/** Checked parameters of the report stage. */
export type ReportParams = Infer<typeof params>;

/** Figures published elsewhere; all parts optional. */
export type Published = {
  readonly [split in 'train' | 'validation' | 'test']?:
    | {
        readonly accuracy?: number | undefined;
        readonly loss?: number | undefined;
        readonly labelRmse?: number | undefined;
        readonly reruns?: readonly number[] | undefined;
      }
    | undefined;
} & { readonly source?: string | undefined };
