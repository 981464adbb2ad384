import * as form from '../form.js';
import { columns, evidence } from './classes-columns.js';
import { artifact, document, matrix, table } from './schema.js';
import { equal, asGroup, asList } from './sketched.js';

/** `classes.json`: how the figures about the classes were found. */
export interface ClassesInfo {
  /** Training rows; what is ranked, chosen and worded comes from them. */
  readonly rows: number;
  /** What is said of effects comes from this split: the test rows, without any the validation rows, else the training rows. */
  readonly held: { readonly split: 'train' | 'validation' | 'test'; readonly rows: number };
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** The hidden layers. */
  readonly layers: readonly ClassLayerInfo[];
  /** How evidence was found along the line from the mean training image to an image. */
  readonly evidence: {
    /**
     * `closed form` and `pieces` are exact; in `steps` until what is left out of a logit is below 0.001, or the steps are very many;
     * by `secants` in deep nets, in at most 32 equal steps: nothing is left out, and each part is near to the integral.
     */
    readonly method: 'closed form' | 'pieces' | 'steps' | 'secants';
    /** Training rows of a class at most, of those told right, evenly spaced. */
    readonly rows: number;
    /** The largest difference between what all pixels give and the change of a logit. */
    readonly remainder: number;
  };
  /**
   * The decisive test: how many pixels at most are erased and how many inked, to what intensity; with how many random choices it is
   * compared, and on how many held rows of a class at most each of these is tried.
   */
  readonly changes: {
    readonly pixels: number;
    readonly ink: number;
    readonly draws: number;
    readonly drawRows: number;
  };
}

/** One hidden layer in `classes.json`. */
export interface ClassLayerInfo {
  /** `hidden1`, ... */
  readonly name: string;
  readonly units: number;
  readonly activation: string;
  /** How many nodes are set to their means at a time, on how many rows of a class and of all others at most, and how many random draws there are. */
  readonly removals: {
    readonly counts: readonly number[];
    readonly rows: number;
    readonly draws: number;
    readonly drawRows: number;
  };
}

const layerForm = form.group({
  name: form.text,
  units: form.count,
  activation: form.text,
  removals: form.group({ counts: form.listOf(form.count), rows: form.count, draws: form.count, drawRows: form.count }),
});
const classesForm = form.group({
  rows: form.count,
  held: form.group({ split: form.oneOf(['train', 'validation', 'test']), rows: form.count }),
  classes: form.listOf(form.text),
  layers: form.listOf(layerForm),
  evidence: form.group({
    method: form.oneOf(['closed form', 'pieces', 'steps', 'secants']),
    rows: form.count,
    remainder: form.real,
  }),
  changes: form.group({ pixels: form.count, ink: form.real, draws: form.count, drawRows: form.count }),
});

const named = (file: string) => `number of a class, as in ${file}`;
const hidden = (meaning: string) =>
  ({ dtype: 'float32', width: 'H<l>', meaning, optional: 'for each hidden layer' }) as const;

/** What tells each class from its rivals. */
export const classes = artifact({
  meaning: 'what tells each class from its rivals, by hidden node and by pixel, and what happens without it',
  letters: { P: 'pixels of an image', 'H<l>': 'nodes of hidden layer l', n: 'nodes named of a way' },
  files: {
    'classes.json': document<ClassesInfo>('ClassesInfo', classesForm, 'which rows, and how evidence was found'),
    'classes.parquet': table({ meaning: 'figures of each class', rows: 'class', columns: columns.class }),
    'rivals.parquet': table({ meaning: 'figures of each pair', rows: 'class and rival', columns: columns.rival }),
    'rivals.arrow': matrix({
      meaning: 'evidence for a class against a rival, by pixel and by node',
      rows: 'pair that is looked at; over 24 classes the five most frequent second choices of each',
      columns: {
        class: { dtype: 'uint16', meaning: named('classes.json') },
        rival: { dtype: 'uint16', meaning: named('classes.json') },
        ink: { dtype: 'float32', width: 'P', meaning: `by pixels brighter than in the mean image, ${evidence}` },
        absence: { dtype: 'float32', width: 'P', meaning: 'by pixels darker than in the mean image' },
        'hidden<l>': hidden(
          'by the nodes of hidden layer l, from 1; in the last they add up to the change of the margin',
        ),
      },
    }),
    'blobs.parquet': table({
      meaning: 'where the evidence for a class against a rival lies',
      rows: 'connected pixels of at least a quarter of the largest evidence, corners included',
      columns: columns.blob,
    }),
    'means.arrow': matrix({
      meaning: 'mean image and mean activations of each class',
      rows: 'class; zeros for one without training rows',
      columns: {
        class: { dtype: 'uint16', meaning: named('classes.json') },
        image: { dtype: 'float32', width: 'P', unit: 'intensity, 0 to 1', meaning: 'mean of the training rows' },
        'hidden<l>': hidden('mean activations of hidden layer l, from 1'),
      },
    }),
    'baseline.arrow': matrix({
      meaning: 'the mean training image, from which all evidence is counted, and what the net makes of it',
      rows: 'artifact',
      columns: {
        image: { dtype: 'float32', width: 'P', unit: 'intensity, 0 to 1', meaning: 'mean of all training rows' },
        'hidden<l>': hidden('activations of hidden layer l, from 1'),
      },
    }),
    'nodes.parquet': table({
      meaning: 'what each node is to each class',
      rows: 'layer, class and node; of a layer with very many nodes and classes only the first by evidence',
      columns: columns.node,
    }),
    'removals.parquet': table({
      meaning: 'how each class fares without some nodes',
      rows: 'layer, class, choice and number of nodes',
      columns: columns.removal,
    }),
    'changes.parquet': table({
      meaning: 'how images of a class are told when the pixels that speak for it are changed',
      rows: 'class and kind',
      columns: columns.change,
    }),
    'changes.arrow': matrix({
      meaning: 'which pixels are changed',
      rows: 'class',
      columns: {
        class: { dtype: 'uint16', meaning: named('classes.json') },
        pixels: { dtype: 'uint8', width: 'P', meaning: '1 where a pixel is erased, 2 where it is inked, else 0' },
        stroke: { dtype: 'uint8', width: 'P', meaning: '2 where a pixel of the stroke is inked, else 0' },
      },
    }),
    'ways.parquet': table({
      meaning:
        'ways in which each class is written: clusters of its activations in the last hidden layer, one to four by silhouette',
      rows: 'class and way, that with most of the clustered rows first',
      columns: columns.way,
    }),
    'ways.arrow': matrix({
      meaning: 'mean image of each way, and the nodes that tell it from the others of its class',
      rows: 'class and way',
      columns: {
        class: { dtype: 'uint16', meaning: named('classes.json') },
        way: { dtype: 'uint16', meaning: 'from 0' },
        image: { dtype: 'float32', width: 'P', unit: 'intensity, 0 to 1', meaning: 'mean of the training rows' },
        nodes: { dtype: 'uint32', width: 'n', meaning: 'of the last hidden layer, the one that differs most first' },
        differences: {
          dtype: 'float32',
          width: 'n',
          unit: 'standard deviations of the class',
          meaning: "mean activation less that in the class's other rows",
        },
      },
    }),
    'least.parquet': table({
      meaning: 'least changes found that turn single images of a class into its rival, within [0, 1]',
      rows: 'image; none where there is no time for them',
      columns: columns.least,
    }),
    'least.arrow': matrix({
      meaning: 'these images',
      rows: 'image, as in least.parquet',
      columns: {
        class: { dtype: 'uint16', meaning: named('classes.json') },
        id: { dtype: 'uint32', meaning: "the image's id in the held split" },
        before: { dtype: 'float32', width: 'P', unit: 'intensity, 0 to 1', meaning: 'as it is' },
        after: { dtype: 'float32', width: 'P', unit: 'intensity, 0 to 1', meaning: 'told as the rival' },
      },
    }),
    'errors.parquet': table({
      meaning: 'which nodes tipped the wrong images of each class',
      rows: 'class and node',
      columns: columns.error,
    }),
    'wrong.parquet': table({
      meaning: 'which nodes tipped each wrong image',
      rows: 'image and node; a thousand images at most',
      columns: columns.wrong,
    }),
    'confusions.parquet': table({
      meaning: 'why held images of a class are told as another',
      rows: 'class and class that was told, of pairs that are looked at; none where there is no such image',
      columns: columns.confusion,
    }),
    'confusions.arrow': matrix({
      meaning: 'what tips these images by pixel, beyond what the pixels of images told right give',
      rows: 'pair, as in confusions.parquet',
      columns: {
        class: { dtype: 'uint16', meaning: named('classes.json') },
        told: { dtype: 'uint16', meaning: named('classes.json') },
        ink: { dtype: 'float32', width: 'P', meaning: 'where they have more ink in the mean; 0 elsewhere' },
        absence: { dtype: 'float32', width: 'P', meaning: 'where they have no more; 0 elsewhere' },
      },
    }),
    'between.parquet': table({
      meaning: 'held images of two classes that are least clearly told as one of them',
      rows: 'pair and image, the least clear first; six of a pair at most',
      columns: columns.between,
    }),
    'controls.parquet': table({
      meaning: 'the main figures of the net beside those of nets that cannot know anything',
      rows: 'net and class',
      columns: columns.control,
    }),
  },
  relations: (sketch) => {
    const info = asGroup(sketch.values.get('classes'));
    const K = asList(info.classes).length;
    return [
      ...equal('classes.parquet: its rows', sketch.tables.get('classes')?.rows, K, 'the classes of classes.json'),
      ...['means', 'changes'].flatMap((name) =>
        equal(`${name}.arrow: its rows`, sketch.matrices.get(name)?.rows, K, 'the classes of classes.json'),
      ),
      ...asList(info.layers)
        .map(asGroup)
        .flatMap(({ name, units }) =>
          equal(
            `baseline.arrow: width of ${String(name)}`,
            sketch.matrices.get('baseline')?.columns.get(String(name))?.width,
            units,
            'the units of classes.json',
          ),
        ),
    ];
  },
});
