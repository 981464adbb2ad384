import { choice, integer, list, type Infer, type StageContext } from '@layerwise/contracts';

/** Parameters of the stage. */
export const params = {
  rows: integer({
    doc: 'training images of a class whose evidence by pixel is averaged; fewer for large nets',
    min: 1,
    max: 1_000_000,
    default: 1000,
  }),
  pixels: integer({
    doc: 'pixels erased, and pixels inked, to turn a class into its rival; fewer where the net reads few',
    min: 1,
    max: 1000,
    default: 15,
  }),
  draws: integer({
    doc: 'random choices of nodes and of pixels that each effect is compared with',
    min: 1,
    max: 1000,
    default: 20,
  }),
  controls: list(
    choice(['untrained', 'shuffled'], {
      doc: 'a net of the same form with first weights, never trained; one trained on shuffled labels, which costs a training',
    }),
    {
      doc: 'nets that the main figures are also found of, to compare with',
      unique: true,
      default: ['untrained'],
    },
  ),
  seeds: list(integer({ doc: 'a seed', min: 0, max: 2 ** 32 - 1 }), {
    doc: 'seeds of the further trainings that are given, which name them; a study with repeats fills them in',
    default: [],
  }),
} as const;

/** Checked parameters. */
export type Params = Infer<typeof params>;

/** What the stage gets. */
export type ClassesContext = StageContext<
  Params,
  {
    readonly pixels: 'features';
    readonly features: 'features';
    readonly model: 'model';
    readonly activations: 'activations';
    readonly 'shuffled?': 'model';
    readonly 'repeat2?': 'model';
    readonly 'repeat3?': 'model';
    readonly 'repeat4?': 'model';
    readonly 'repeat5?': 'model';
  },
  'classes'
>;
