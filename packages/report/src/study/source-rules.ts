import type { SourceRow } from '@layerwise/contracts';
import { classification, type Confusion } from '../analysis/confusion.js';
import {
  confusedCells,
  countsOf,
  epochOf,
  historyOf,
  rightOf,
  type MeasuredExperiment,
  type Part,
} from './measured.js';
import type { SeedSpread } from './seeds.js';

/** A figure of ours beside one of the source. */
export interface Ours {
  /** In the unit of the row; undefined where the artifacts do not hold it. */
  readonly value: number | string | undefined;
  /** Images that it is of, such as `test10000`, where these are not the source's. */
  readonly rows?: string;
  /** Over several seeds, where the value is that of the first. */
  readonly seeds?: { readonly count: number; readonly spread: SeedSpread };
}

/** How the rows of a metric are answered: by a figure of ours, or by the reason why there is none. */
export type Rule =
  | { readonly ours: (experiment: MeasuredExperiment, row: SourceRow, found: RegExpExecArray) => Ours }
  | { readonly reason: string };

/** The splits that hold the images of a row: the same images, or the nearest that there are, then named. */
interface Chosen {
  readonly parts: readonly Part[];
  readonly rows?: string;
}

function splitsOf({ rows, validatesOnTest }: MeasuredExperiment, { rows: wanted }: SourceRow): Chosen {
  if (!wanted) return { parts: ['train'] };
  const { part, count } = wanted;
  const isWhole = part === 'train' && !validatesOnTest && count === rows.train + rows.validation;
  const parts: readonly Part[] = isWhole ? ['train', 'validation'] : [part === 'held' ? 'test' : part];
  const own = parts.reduce((sum, name) => sum + rows[name], 0);
  return { parts, ...(own === count && part !== 'held' ? {} : { rows: `${parts[0]}${own}` }) };
}

function ours(value: number | string | null | undefined, { rows }: { readonly rows?: string }): Ours {
  return { value: value ?? undefined, ...(rows === undefined ? {} : { rows }) };
}

/** A figure of the confusion counts of a row's images. */
function counted(take: (matrix: Confusion, found: RegExpExecArray) => number | string | undefined): Rule {
  return {
    ours: (experiment, row, found) => {
      const chosen = splitsOf(experiment, row);
      return ours(take(countsOf(experiment, chosen.parts), found), chosen);
    },
  };
}

/** A figure that depends on no images. */
function plain(take: (experiment: MeasuredExperiment, found: RegExpExecArray) => number | undefined): Rule {
  return { ours: (experiment, _row, found) => ours(take(experiment, found), {}) };
}

/** A figure of an epoch. */
function ofEpoch(column: string): Rule {
  return {
    ours: (experiment, row, [, epoch]) =>
      ours(historyOf(experiment, column)[Number(epoch) - 1], splitsOf(experiment, row)),
  };
}

/** The epoch at which a column is at its end. */
function bestEpoch(column: string, end: 'lowest' | 'highest'): Rule {
  return {
    ours: (experiment, row) => ours(epochOf(historyOf(experiment, column), end), splitsOf(experiment, row)),
  };
}

/** A figure of the first principal components of what a view is of. */
function explained(source: string, take: (ratios: readonly number[], n: number) => number | undefined): Rule {
  return {
    ours: ({ views }, { rows }, [, n]) => {
      const [view] = views
        .filter((one) => one.method === 'pca' && one.source === source && (one.explained?.length ?? 0) >= Number(n))
        .sort((a, b) => b.dimensions - a.dimensions);
      const isSame = !view || view.rows === rows?.count;
      return ours(view && take(view.explained ?? [], Number(n)), isSame ? {} : { rows: `${view.split}${view.rows}` });
    },
  };
}

const ratio = (ratios: readonly number[], n: number): number | undefined => ratios[n - 1];
const total = (ratios: readonly number[], n: number): number => ratios.slice(0, n).reduce((sum, x) => sum + x, 0);

const accuracy: Rule = {
  ours: (experiment, row) => {
    const chosen = splitsOf(experiment, row);
    const { right, rows } = rightOf(countsOf(experiment, chosen.parts));
    return { ...ours(rows > 0 ? right / rows : undefined, chosen), ...overSeeds(experiment, chosen, 'accuracy') };
  },
};

const loss: Rule = {
  ours: (experiment, row) => {
    const chosen = splitsOf(experiment, row);
    const rows = chosen.parts.reduce((sum, part) => sum + experiment.rows[part], 0);
    const sum = chosen.parts.reduce((all, part) => all + experiment.scores[part].loss * experiment.rows[part], 0);
    return { ...ours(rows > 0 ? sum / rows : undefined, chosen), ...overSeeds(experiment, chosen, 'loss') };
  },
};

/** Over the seeds, which are known for each split alone. */
function overSeeds(
  { seeds }: MeasuredExperiment,
  { parts }: Chosen,
  measure: 'accuracy' | 'loss',
): Pick<Ours, 'seeds'> {
  const spread = parts.length === 1 ? seeds?.[measure][parts[0]] : undefined;
  return seeds && spread ? { seeds: { count: seeds.count, spread } } : {};
}

/** Training accuracy less that on other images. */
function gap(other: Part): Rule {
  return {
    ours: (experiment, row) => {
      const whole = row.rows?.part === 'train' ? splitsOf(experiment, row) : { parts: ['train'] as const };
      const share = (parts: readonly Part[]): number => {
        const { right, rows } = rightOf(countsOf(experiment, parts));
        return right / rows;
      };
      return ours(share(whole.parts) - share([other]), whole);
    },
  };
}

const score = counted((matrix, [, name, of]) => {
  const { perClass, macro, weighted } = classification(matrix);
  const figures = of === 'macro' ? macro : of === 'weighted' ? weighted : perClass[Number(of.slice('class_'.length))];
  return figures?.[name as 'precision' | 'recall' | 'f1' | 'support'];
});

/** The end of the range of the first node of the last hidden layer. */
const rangeEnd: Rule = {
  ours: (experiment, row, [, node, end, c]) =>
    ours(
      experiment.figures.layers.at(-1)?.byClass[Number(node)]?.[Number(c)]?.[end === 'min' ? 0 : 1],
      trainOnly(experiment, row),
    ),
};

/** The largest activation in the last hidden layer, or of a node of it, which sources count from 1. */
const largest: Rule = {
  ours: (experiment, row, [, node]) => {
    const all = experiment.figures.layers.at(-1)?.largest ?? [];
    const value = node === undefined ? all.reduce((a, b) => Math.max(a, b), -Infinity) : all[Number(node) - 1];
    return ours(all.length > 0 ? value : undefined, trainOnly(experiment, row));
  },
};

/** Activations are kept of the training rows alone. */
function trainOnly({ rows }: MeasuredExperiment, row: SourceRow): { readonly rows?: string } {
  return row.rows?.count === rows.train ? {} : { rows: `train${rows.train}` };
}

const sizes = ({ features, hidden, classes }: MeasuredExperiment): readonly number[] => [features, ...hidden, classes];

const reason = (text: string): Rule => ({ reason: text });
const setting = reason('a setting, not a result: those of each net stand on its page');
const shown = reason('a choice of what to show, not a figure');
const machine = reason('a time on another machine');
const image = reason(
  'probabilities of single images differ from seed to seed; those of the first images stand on the page',
);
const map = reason('of a map drawn from other random numbers; ours stands on the page of the experiment');
const data = reason('of the data as they are read, the same for everyone');
const literature = reason('of the literature, not of an experiment of the study');
const unplaced = reason('the source does not tell of which net');

/** The metrics that are known, the first that fits; a row of another metric is listed without a figure of ours. */
const RULES: readonly (readonly [RegExp, Rule])[] = [
  [/^accuracy(?:_rounded|_from_matrix|_quoted)?$/, accuracy],
  [/^loss$/, loss],
  [/^gap_train_test$/, gap('test')],
  [/^gap_train_val$/, gap('validation')],
  [/^(precision|recall|f1|support)_(class_\d+|macro|weighted)$/, score],
  [/^confusion_(\d+)_as_(\d+)$/, counted(({ classes, counts }, [, own, told]) => counts[+own * classes + +told])],
  [/^images$/, counted((matrix) => rightOf(matrix).rows)],
  [
    /^rmse_label$/,
    counted(({ classes, counts }) => {
      const squares = counts.reduce((sum, n, i) => sum + n * (Math.floor(i / classes) - (i % classes)) ** 2, 0);
      return Math.sqrt(squares / counts.reduce((sum, n) => sum + n, 0));
    }),
  ],
  [
    /^predicted_count_class_(\d+)$/,
    counted(({ classes, counts }, [, c]) => counts.reduce((sum, n, i) => sum + (i % classes === +c ? n : 0), 0)),
  ],
  [
    /^worst_confusion_(\d+)$/,
    counted((matrix, [, n]) => {
      const cell = confusedCells(matrix)[+n - 1];
      return cell && `${cell.own}, ${cell.told}`;
    }),
  ],
  [/^epoch(\d+)_loss$/, ofEpoch('loss')],
  [/^epoch(\d+)_accuracy$/, ofEpoch('accuracy')],
  [/^epoch(\d+)_val_loss$/, ofEpoch('valLoss')],
  [/^epoch(\d+)_val_accuracy$/, ofEpoch('valAccuracy')],
  [/^epochs_run$/, plain(({ epochs }) => epochs)],
  [/^best_epoch$/, bestEpoch('valLoss', 'lowest')],
  [/^best_epoch_by_accuracy$/, bestEpoch('valAccuracy', 'highest')],
  [/^pixels_explained_variance_ratio_(\d+)$/, explained('pixels', ratio)],
  [/^components_explained_variance_ratio_(\d+)$/, explained('features', ratio)],
  [/^activations_explained_variance_ratio_(\d+)$/, explained('hidden1', ratio)],
  [/^activations_explained_variance_(\d+)$/, explained('hidden1', total)],
  [/^activation_max(?:_node_(\d+))?$/, largest],
  [/^activation_node_(\d+)_(min|max)_class_(\d+)$/, rangeEnd],
  [/^params_total$/, plain(({ params }) => params)],
  [
    /^params_layer_(\d+)$/,
    plain((experiment, [, n]) => {
      const [inputs, units] = sizes(experiment).slice(+n - 1);
      return units === undefined ? undefined : (inputs + 1) * units;
    }),
  ],
  [/^hidden_units(?:_(\d+))?$/, plain(({ hidden }, [, n = '1']) => hidden[+n - 1])],
  [/^nodes_per_layer$/, plain(({ hidden }) => hidden[0])],
  [/^layers$/, plain(({ hidden }) => hidden.length)],
  [/^inputs$/, plain(({ features }) => features)],
  [
    /^components$/,
    plain(({ figures, features, views }) =>
      figures.variance === null ? views.find(({ components }) => components)?.components : features,
    ),
  ],
  [/^seconds$/, plain(({ seconds }) => seconds)],
  [/_step_time$|^tsne_wall_time$|^tsne_neighbour_seconds$/, machine],
  [/^(test_)?image_\d+_probability_(top|class_\d+)$/, image],
  [/^tsne_/, map],
  [/^literature_/, literature],
  [/^article\d+_accuracy$/, unplaced],
  [/^(labels_first_ten|distinct_pixel_values_image_\d+|pixel_min|pixel_max)$/, data],
  [
    /^(sample_images_shown|images_shown|images_shown_from|image_shown_as_numbers|confused_pair_shown|worst_errors_shown|probability_plot_of_image|probability_histogram_class|loss_axis|epochs_evaluated_on)$/,
    shown,
  ],
  [
    /^(scale|seed|optimizer|loss_function|batch|steps_per_epoch|checkpoint|epochs_asked|early_stop_patience|dropout|input_dropout|l2|validation_rows|validation_split|train_rows|test_size|pca_variance|tensorflow_version|keras_version|recommended|forest_[a-z_]+)$/,
    setting,
  ],
  [/^(claim|recommendation)$/, reason('answered by a sentence')],
  [/^defect$/, reason('a fault of the source, which the experiments here do not repeat')],
];

/** The rule for a metric, and what of it the rule takes. */
export function ruleOf(metric: string): { readonly rule: Rule; readonly found: RegExpExecArray } | undefined {
  for (const [pattern, rule] of RULES) {
    const found = pattern.exec(metric);
    if (found) return { rule, found };
  }
  return undefined;
}

/** A row with a figure of ours. */
export interface Beside {
  readonly row: SourceRow;
  readonly ours: Ours;
}

/** A row without a figure of ours, and why. */
export interface Listed {
  readonly row: SourceRow;
  readonly reason: string;
}

/** The figure of ours for a row, in the row's unit; or why there is none. @param experiment the row's, or why there is none */
export function answer(row: SourceRow, experiment: MeasuredExperiment | string): Beside | Listed {
  const known = ruleOf(row.metric);
  if (!known) return { row, reason: 'no figure of this kind is measured' };
  if ('reason' in known.rule) return { row, reason: known.rule.reason };
  if (typeof experiment === 'string') return { row, reason: experiment };
  const found = known.rule.ours(experiment, row, known.found);
  if (found.value === undefined || Number.isNaN(found.value)) return { row, reason: missing(row, experiment) };
  return { row, ours: row.unit === '%' ? inPercent(found) : found };
}

/** Why an experiment has no figure for a row. */
function missing({ metric }: SourceRow, experiment: MeasuredExperiment): string {
  const [, epoch] = /^epoch(\d+)_/.exec(metric) ?? [];
  return epoch !== undefined && Number(epoch) > experiment.epochs
    ? 'our training ended before that epoch'
    : 'the artifacts of the experiment do not hold it';
}

function inPercent({ value, seeds, ...rest }: Ours): Ours {
  const times = (share: number): number => share * 100;
  return {
    ...rest,
    value: typeof value === 'number' ? times(value) : value,
    ...(seeds
      ? {
          seeds: {
            ...seeds,
            spread: {
              mean: times(seeds.spread.mean),
              deviation: seeds.spread.deviation === null ? null : times(seeds.spread.deviation),
              lowest: times(seeds.spread.lowest),
              highest: times(seeds.spread.highest),
            },
          },
        }
      : {}),
  };
}
