import { integer, type Infer, type StageContext } from '@layerwise/contracts';

/** Parameters of the stage. */
export const params = {
  images: integer({
    doc: 'how many real images are named that activate a node most, least and around its median',
    min: 1,
    max: 100,
    default: 8,
  }),
  bootstrap: integer({ doc: 'samples with replacement for the intervals; 0: none', min: 0, max: 1000, default: 100 }),
  steps: integer({
    doc: "steps of the ascent to a deeper node's preferred input; fewer for very large nets",
    min: 1,
    max: 1000,
    default: 30,
  }),
} as const;

/** Checked parameters. */
export type Params = Infer<typeof params>;

/** What the stage gets. */
export type NodesContext = StageContext<
  Params,
  {
    readonly pixels: 'features';
    readonly features: 'features';
    readonly model: 'model';
    readonly activations: 'activations';
  },
  'nodes'
>;
