import { choice, integer, list, object, number, type Infer, type StageContext } from '@layerwise/contracts';

/** Parameters of the stage `embed`. */
export const params = {
  sources: list(choice(['pixels', 'features', 'hidden'], { doc: 'what to place on a map' }), {
    doc: 'which data to draw: the pixels, the reduced features if there are any, every hidden layer',
    default: ['pixels', 'features', 'hidden'],
  }),
  pca: list(integer({ doc: 'number of dimensions', min: 1, max: 3 }), {
    doc: 'principal component views to make, by number of dimensions; an empty list makes none',
    default: [2, 3],
    maxItems: 3,
  }),
  columns: list(integer({ doc: 'column number, from 0', min: 0 }), {
    doc: 'two raw pixels drawn against each other; an empty list draws none',
    default: [77, 78],
    maxItems: 2,
  }),
  tsne: list(
    object(
      {
        rows: integer({ doc: 'how many rows to place, the first of the training rows', min: 4, default: 10000 }),
        perplexity: number({
          doc: 'effective number of neighbours; lowered to (rows - 1) / 3 where there are too few rows',
          min: 1,
          default: 40,
        }),
        iterations: integer({ doc: 'all iterations; the first 250 with early exaggeration', min: 1, default: 300 }),
        components: integer({
          doc:
            'place the rows by so many leading components, fitted on all rows, instead of by all nodes; of a layer of ' +
            'fewer nodes by all; without it layers of more than 2,048 nodes by 50',
          min: 2,
          optional: true,
        }),
        layers: choice(['last', 'all'], { doc: 'which hidden layers', default: 'last' }),
      },
      { doc: 'one t-SNE map' },
    ),
    {
      doc: 't-SNE maps of the hidden layers of three and more nodes; an empty list makes none',
      default: [{ rows: 10000, perplexity: 40, iterations: 300, layers: 'last' }],
    },
  ),
  points: integer({
    doc:
      'at most this many rows, the first, appear in PCA and column views (the components are fitted on all rows, of more ' +
      'than 2,048 columns on 1,024 of them)',
    min: 1,
    default: 100000,
  }),
} as const;

/** Checked parameters of the stage `embed`. */
export type Params = Infer<typeof params>;

/** What the stage gets. */
export type EmbedContext = StageContext<
  Params,
  {
    readonly pixels: 'features';
    readonly 'maps?': 'embedding';
    readonly 'features?': 'features';
    readonly 'activations?': 'activations';
  },
  'embedding'
>;
