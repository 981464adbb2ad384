import { describe, expect, it } from 'vitest';
import type { EmbeddingView, MeasuredFigures, SourceRow } from '@layerwise/contracts';
import { renderSourceEpochs, renderStudy, type ComparedExperiment, type MeasuredExperiment } from '@layerwise/report';

/** Counts of three classes, true by rows; 16 training, 8 validation, 10 test images. */
const confusion = {
  train: [5, 1, 0, 0, 4, 1, 2, 0, 3],
  validation: [2, 0, 0, 1, 3, 0, 0, 0, 2],
  test: [3, 0, 1, 0, 2, 1, 0, 1, 2],
};
const figures: MeasuredFigures = {
  confusion,
  history: { loss: [0.9, 0.5], accuracy: [0.6, 0.8], valLoss: [0.7, 0.75], valAccuracy: [0.5, 0.875] },
  layers: [
    {
      largest: [9, 9],
      byClass: [
        [
          [0, 9],
          [0, 9],
          [0, 9],
        ],
      ],
    },
    {
      largest: [4.5, 2],
      byClass: [
        [
          [0, 1],
          [2, 3],
          [2.5, 4.5],
        ],
      ],
    },
  ],
  variance: 0.95,
};
const net = (given: Partial<MeasuredExperiment> = {}): MeasuredExperiment => ({
  name: 'exp1',
  rows: { train: 16, validation: 8, test: 10 },
  validatesOnTest: false,
  scores: {
    train: { accuracy: 0.75, loss: 0.4 },
    validation: { accuracy: 0.875, loss: 0.7 },
    test: { accuracy: 0.7, loss: 0.8 },
  },
  params: 26,
  features: 4,
  hidden: [2, 2],
  classes: 3,
  epochs: 2,
  seconds: 3,
  figures,
  views: [
    {
      ...{ name: 'pixels-pca3', source: 'pixels', method: 'pca', dimensions: 3, split: 'train', rows: 16 },
      explained: [0.5, 0.25, 0.125],
    } as unknown as EmbeddingView,
  ],
  ...given,
});
let line = 1;
const row = (metric: string, value: string, rows = '', given: Partial<SourceRow> = {}): SourceRow => {
  const [, part, count] = /^([a-z]+)(\d+)$/.exec(rows) ?? [];
  return {
    ...{ at: ++line, experiment: 'exp1', run: 1, metric, value, unit: 'fraction', line: 7, note: '', answer: '' },
    ...(part ? { rows: { part, count: Number(count) } as SourceRow['rows'] & object } : {}),
    ...given,
  };
};
const compared: ComparedExperiment = {
  ...{ name: 'exp1', net: '4-2-2-3', inputs: '4 pixels', params: 26, train: 0.75, validation: 0.875, test: 0.7 },
  ...{ bestEpoch: 1, epochs: 2 },
};
const pageOf = (rows: readonly SourceRow[], experiments = [net()]): string =>
  renderStudy({ study: 'tiny', experiments: [compared], sources: { rows, experiments } });
const textOf = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
/** What stands beside a row; empty where nothing does. */
const beside = (one: SourceRow, experiments?: MeasuredExperiment[]): string => {
  const [, text = ''] =
    new RegExp(`data-ours="${one.at}"[^>]*>(.*?)</(?:td|span)>`, 's').exec(pageOf([one], experiments)) ?? [];
  return textOf(text).trim();
};

describe('a figure of a source', () => {
  it.each([
    ['accuracy of test images', row('accuracy', '0.7123', 'test10'), '0.7000'],
    ['accuracy in per cent', row('accuracy', '71.23', 'test10', { unit: '%' }), '70.00'],
    // 12 of 16 and 7 of 8 are right.
    ['accuracy of training and validation images', row('accuracy', '0.7123', 'train24'), (19 / 24).toFixed(4)],
    ['loss of both', row('loss', '0.7123', 'train24', { unit: '' }), ((16 * 0.4 + 8 * 0.7) / 24).toFixed(4)],
    // As told: 3 of 4 are right; of the class: 3 of 4; 2 of 3; 2 of 3.
    ['precision of a class', row('precision_class_1', '0.51', 'test10'), (2 / 3).toFixed(3)],
    ['recall of a class', row('recall_class_0', '0.51', 'test10'), (3 / 4).toFixed(3)],
    ['F1 of a class', row('f1_class_2', '0.51', 'test10'), ((2 * 2 * (2 / 4)) / 3 / (2 / 4 + 2 / 3)).toFixed(3)],
    ['macro recall', row('recall_macro', '0.5123', 'test10'), ((3 / 4 + 2 / 3 + 2 / 3) / 3).toFixed(4)],
    ['images of a class', row('support_class_1', '3', 'test10', { unit: 'images' }), '3'],
    // Off by 2, by 1 and by 1.
    ['root mean square of labels', row('rmse_label', '0.5123', 'test10', { unit: '' }), Math.sqrt(6 / 10).toFixed(4)],
    ['a confusion', row('confusion_1_as_0', '0', 'train24', { unit: 'images' }), '1'],
    ['an epoch', row('epoch2_val_accuracy', '0.9000', 'validation8'), '0.8750'],
    ['the best epoch', row('best_epoch', '2', 'validation8', { unit: 'epoch' }), '1'],
    ['the best epoch by accuracy', row('best_epoch_by_accuracy', '2', 'validation8', { unit: 'epoch' }), '2'],
    ['explained variance', row('pixels_explained_variance_ratio_2', '0.2123', 'train16'), '0.2500'],
    ['the end of a range', row('activation_node_0_min_class_1', '1.1234', 'train16', { unit: '' }), '2.0000'],
    ['the largest activation of a node, counted from 1', row('activation_max_node_2', '1.5', 'train16'), '2.000'],
    ['parameters of a layer', row('params_layer_2', '6', '', { unit: 'weights' }), '6'],
    ['training less test', row('gap_train_test', '0.0123', 'train24'), (19 / 24 - 0.7).toFixed(4)],
  ])('has ours beside it: %s', (_what, one, expected) => {
    expect(beside(one)).toBe(expected);
  });

  it('that is of other images than ours says so', () => {
    expect(textOf(pageOf([row('accuracy', '0.7', 'test12')]))).toContain('12 test images; ours 10 test images');
    expect(textOf(pageOf([row('accuracy', '0.7', 'held10')]))).toContain('10 held-out training images; ours 10 test');
    expect(textOf(pageOf([row('accuracy', '0.7', 'test10')]))).not.toContain('; ours');
    expect(textOf(pageOf([row('activation_max', '4.4', 'train24', { unit: '' })]))).toContain('; ours 16 training');
  });

  it('has the range over seeds where there are several', () => {
    const spread = { mean: 0.7, deviation: 0.1, lowest: 0.6, highest: 0.8125 };
    const all = { train: spread, validation: spread, test: spread };
    const seeds = { count: 3, accuracy: all, loss: all };
    expect(beside(row('accuracy', '0.7123', 'test10'), [net({ seeds })])).toBe('0.7000 3 seeds: 0.6000 to 0.8125');
    expect(beside(row('accuracy', '71.2', 'test10', { unit: '%' }), [net({ seeds })])).toContain('60.0 to 81.3');
  });

  it('of validation images that are the test images is not one of training images too', () => {
    const one = row('accuracy', '0.7123', 'train24');
    const own = net({ validatesOnTest: true, rows: { train: 16, validation: 8, test: 8 } });
    expect(beside(one, [own])).toBe('0.7500');
  });

  it.each([
    ['a metric that nothing is known of', row('sharpness', '3'), 'no figure of this kind is measured'],
    ['a setting', row('optimizer', 'adam'), 'a setting, not a result'],
    ['an experiment that is not built', row('accuracy', '0.7', 'test10', { experiment: 'exp2' }), 'has not been run'],
    [
      'an epoch that training did not reach',
      row('epoch9_loss', '0.1', 'train16'),
      'our training ended before that epoch',
    ],
    [
      'a node that there is not',
      row('activation_max_node_7', '1', 'train16'),
      'the artifacts of the experiment do not',
    ],
  ])('without one of ours is listed with the reason: %s', (_what, one, reason) => {
    const text = pageOf([one]);
    expect(text).toContain(`data-source="${one.at}"`);
    expect(text).not.toContain(`data-ours="${one.at}"`);
    expect(textOf(text)).toContain(reason);
  });
});

describe('the chapter on a source', () => {
  const rows = [
    row('accuracy', '0.7123', 'test10', { note: 'of run <b>' }),
    row('recall_class_0', '0.745', 'test10'),
    row('loss', '0.8', 'test10', { unit: '' }),
    row('recommendation', 'The larger net', '', { experiment: 'all', answer: 'recommended exp1' }),
    row('claim', 'It overfits', '', { answer: 'gaps exp1 exp2' }),
    row('claim', 'A view', '', { answer: 'none: a view' }),
  ];

  it('begins with how many shares are near ours, and escapes what the file says', () => {
    // 0.7 and 0.7123 are apart by more than a point; 0.75 and 0.745 are not; a loss is no share.
    expect(textOf(pageOf(rows))).toContain('1 of 2 shares within 1 point of the source');
    expect(textOf(pageOf(rows))).toContain('exp1: 1 of 2 shares within 1 point; 3 figures beside ours');
    expect(pageOf(rows)).toContain('of run &lt;b&gt;');
  });

  it('answers the recommendation and each claim by what was measured', () => {
    const text = textOf(pageOf(rows));
    expect(text).toContain(
      'Nothing is recommended here. exp1 reaches 70.00% on test images, 5.00 points below training.',
    );
    expect(text).toContain(
      'Training less test accuracy, in points: exp1 +5.00 (75.00% less 70.00%). exp2 has not been run.',
    );
    expect(text).toContain('Not answered by a figure: a view.');
    const above = net({ figures: { ...figures, confusion: { ...confusion, test: [5, 0, 0, 0, 3, 0, 0, 0, 2] } } });
    expect(textOf(pageOf(rows, [above]))).toContain('100.00% on test images, 25.00 points above training');
  });

  it.each([
    ['accuracies exp1', 'Accuracy on test images: exp1 70.00%.'],
    ['variance exp1', 'In exp1 4 components keep 95.00% of the variance.'],
    ['unpredicted exp1', 'Here exp1 tells some training image as each class.'],
    [
      'cells exp1',
      'The most frequent mistakes of exp1 on training images: 2 told as 0 (2), 0 told as 1 (1) and 1 told as 2 (1).',
    ],
    ['pairs exp1', 'The pairs that exp1 confuses most, test images both ways: 1 and 2 (2) and 0 and 2 (1).'],
    ['ranges exp1', 'overlap in 1 of 3 pairs of true classes.'],
    ['curves exp1', 'Validation loss of exp1 is lowest at epoch 1 of 2 (0.7000) and 0.7500 at the end'],
    ['balance', 'Of 24 training images fewest are the 2s, 7 or 29.2%; most are the 1s, 9 or 37.5%.'],
  ])('has a sentence for the rule %s', (answer, sentence) => {
    expect(beside(row('claim', 'x', '', { answer }))).toContain(sentence);
  });

  it('draws confusions as two matrices, with the cells that the source lacks left out', () => {
    const cells = [0, 1, 2].flatMap((a) =>
      [0, 1, 2].map((b) => row(`confusion_${a}_as_${b}`, String(10 * a + b), 'test10', { unit: 'images' })),
    );
    const text = pageOf(cells.slice(1));
    const [theirs, ours] = [...text.matchAll(/<table class="matrix">(.*?)<\/table>/gs)].map(([, table = '']) =>
      [...table.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell),
    );
    expect(theirs).toEqual(['–', '1', '2', '10', '11', '12', '20', '21', '22']);
    expect(ours).toEqual(['–', ...confusion.test.slice(1).map(String)]);
  });

  it('is not there without a source', () => {
    expect(renderStudy({ study: 'tiny', experiments: [compared] })).not.toContain('id="sources"');
  });
});

describe("the source's epochs on an experiment's page", () => {
  it('are points on our curves, at their epoch and value', () => {
    const rows = [row('epoch1_loss', '0.9', 'train16'), row('epoch2_val_loss', '0.75', 'validation8')];
    const text = renderSourceEpochs(net(), rows);
    const [first, second] = [...text.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)];
    const lines = [...text.matchAll(/points="([^"]+)"/g)].map(([, points = '']) => points.split(' '));
    // The source's values are ours, so that its points lie on our lines.
    expect(`${first?.[1]},${first?.[2]}`).toBe(lines[0]?.[0]);
    expect(`${second?.[1]},${second?.[2]}`).toBe(lines[1]?.[1]);
    expect(renderSourceEpochs(net({ name: 'exp2' }), rows)).toBe('');
  });
});
