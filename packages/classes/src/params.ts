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
  controls: list(choice(['untrained'], { doc: 'a net of the same form with first weights, never trained' }), {
    doc: 'nets that the main figures are also found of, to compare with',
    unique: true,
    default: ['untrained'],
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
  },
  'classes'
>;
