import { labelled } from './rows.js';
import { artifact, matrix } from './schema.js';
import { widths } from './sketched.js';

const split = (of: string) =>
  matrix({
    meaning: of,
    rows: 'row of the split',
    columns: {
      ...labelled,
      predicted: { dtype: 'uint16', below: 'K', meaning: 'class of the largest probability' },
      probabilities: { dtype: 'float32', width: 'K', unit: 'share', meaning: 'of each class' },
      'hidden<l>': {
        dtype: 'float32',
        width: 'H<l>',
        meaning: 'activations of hidden layer l, from 1',
        optional: 'for each hidden layer',
      },
    },
  });

/** What a net makes of every row. */
export const activations = artifact({
  meaning: 'what a net makes of every row',
  letters: { K: 'classes', 'H<l>': 'nodes of hidden layer l' },
  files: {
    'train.arrow': split('training rows'),
    'validation.arrow': split('validation rows'),
    'test.arrow': split('test rows'),
  },
  dimensions: (sketch) => ({
    K: {
      size: sketch.matrices.get('train')?.columns.get('probabilities')?.width ?? 0,
      because: 'the width of probabilities in train.arrow',
    },
  }),
  relations: (sketch) => {
    const layers = [...(sketch.matrices.get('train')?.columns ?? [])].filter(([name]) => /^hidden\d+$/.test(name));
    return layers.flatMap(([name, { width }]) => widths(sketch, name, width, 'as in train.arrow'));
  },
});
