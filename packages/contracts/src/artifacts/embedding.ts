import * as form from '../form.js';
import { labelled } from './rows.js';
import { artifact, document, matrix } from './schema.js';
import { equal, asGroup, asList } from './sketched.js';

/** One entry of `views.json`. */
export interface EmbeddingView {
  /** File name without extension, such as `hidden1-tsne`. */
  readonly name: string;
  readonly method: 'pca' | 'tsne' | 'columns';
  /** `pixels`, `features`, `hidden1`, ... */
  readonly source: string;
  readonly split: 'train' | 'validation' | 'test';
  readonly dimensions: number;
  readonly rows: number;
  /** For PCA: explained-variance ratio of each dimension. */
  readonly explained?: readonly number[];
  /** For t-SNE. */
  readonly perplexity?: number;
  readonly iterations?: number;
  readonly klDivergence?: number;
  /** For t-SNE of principal components: how many of the source. */
  readonly components?: number;
  /** For `columns`: which two columns of the source are plotted. */
  readonly columns?: readonly number[];
  /** Of two rows and more. */
  readonly purity?: MapPurity;
}

/** How far true classes keep to themselves on a map: shares among the nearest other rows of each row, in all dimensions of the view. */
export interface MapPurity {
  /** How many nearest rows were looked at: 10, or all others where there are fewer. */
  readonly neighbours: number;
  /** Share of them that are of the row's own true class, over all rows. */
  readonly share: number;
  /** The classes that have rows on the map; `rival` is the other class that their neighbours are most often of, null if there is none. */
  readonly classes: readonly {
    readonly class: number;
    readonly rows: number;
    readonly share: number;
    readonly rival: number | null;
  }[];
}

const viewForm = form.group({
  name: form.text,
  method: form.oneOf(['pca', 'tsne', 'columns']),
  source: form.text,
  split: form.oneOf(['train', 'validation', 'test']),
  dimensions: form.count,
  rows: form.count,
  explained: form.optional(form.listOf(form.known)),
  columns: form.optional(form.listOf(form.count)),
  purity: form.optional(
    form.group({
      neighbours: form.count,
      share: form.known,
      classes: form.listOf(
        form.group({ class: form.count, rows: form.count, share: form.known, rival: form.orNull(form.count) }),
      ),
    }),
  ),
});

/** Maps of rows in two and three dimensions. */
export const embedding = artifact({
  meaning: 'maps of rows in two and three dimensions',
  letters: {},
  files: {
    'views.json': document<readonly EmbeddingView[]>(
      'EmbeddingView[]',
      form.listOf(viewForm),
      'the maps, and how each was made',
    ),
    '<view>.arrow': matrix({
      meaning: 'one map',
      namedBy: { file: 'views.json', names: (views) => asList(views).map((view) => String(asGroup(view).name)) },
      rows: 'row drawn',
      columns: {
        id: labelled.id,
        label: { dtype: 'uint16', meaning: 'class' },
        predicted: { dtype: 'uint16', meaning: 'class that the net gives', optional: 'of features and hidden layers' },
        position: { dtype: 'float32', width: '2 or 3', meaning: 'place on the map' },
      },
    }),
  },
  relations: (sketch) =>
    asList(sketch.values.get('views'))
      .map(asGroup)
      .flatMap(({ name, dimensions, rows }) => {
        const map = sketch.matrices.get(String(name));
        return [
          ...equal(
            `views.json: dimensions of ${String(name)}`,
            dimensions,
            map?.columns.get('position')?.width,
            `the width of position in ${String(name)}.arrow`,
          ),
          ...equal(`views.json: rows of ${String(name)}`, rows, map?.rows, `the rows of ${String(name)}.arrow`),
        ];
      }),
});
