import { choice, integer, list } from '@layerwise/contracts';

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
  points: integer({ doc: 'at most this many rows, the first, appear in PCA and column views (the components are fitted on all rows)', min: 1, default: 100000 }),
} as const;
