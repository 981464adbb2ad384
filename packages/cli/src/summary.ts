import { grouped } from '@layerwise/contracts';
import type { ExperimentPlan } from '@layerwise/study';
import { seedRange } from '@layerwise/workspace/comparison/difference';
import type { Spread } from '@layerwise/workspace/comparison/statistics';
import type { ExperimentResult } from '@layerwise/workspace/experiment/experiment';
import type { JournalEntry } from '@layerwise/workspace/run/journal';
import { duration } from '@layerwise/workspace/run/stopwatch';

/** The figures of one experiment, as lines for a terminal. */
export function describeResult(result: ExperimentResult): string {
  const {
    experiment,
    title,
    dataset,
    published,
    params,
    features,
    classes,
    hidden,
    epochs,
    bestEpoch,
    warnings,
    seeds,
  } = result;
  const net = [features, ...hidden, classes].join('-');
  const several = seeds.count > 1;
  const over = (split: Split): string => `${split} ${several ? spreadOf(seeds[split]) : share(result[split].accuracy)}`;
  const loss = (split: Split): string =>
    `${split} ${nats(several ? (seeds.loss[split]?.mean ?? null) : result[split].loss)}`;
  const rows: [string, string][] = [
    ['data', dataset],
    [
      'net',
      `${net}, ${grouped(params)} parameters${costText(result)}, epoch ${bestEpoch} of ${epochs} kept${several ? ' from the first seed' : ''}`,
    ],
    [
      'accuracy',
      `${over('test')}, ${over('validation')}, ${over('train')} (gap ${points(meanOf(result, 'train') - meanOf(result, 'test'))})`,
    ],
    ['loss', `${loss('test')}, ${loss('validation')}, ${loss('train')}`],
  ];
  if (several)
    rows.push([
      'seeds',
      `${seeds.count} (${seedRange(seeds.runs.map(({ seed }) => seed))}), mean ± standard deviation and range ` +
        `above; the report shows the net of the first: test ${share(result.test.accuracy)}, validation ${share(result.validation.accuracy)}`,
    ]);
  const { accuracy, loss: publishedLoss } = published?.test ?? {};
  if (accuracy !== undefined && !result.fallback)
    rows.push([
      'published',
      `test ${share(accuracy)}${publishedLoss === undefined ? '' : `, loss ${publishedLoss.toFixed(4)}`}; ours ` +
        `is ${points(meanOf(result, 'test') - accuracy)} from it`,
    ]);
  rows.push([
    'took',
    `${duration(sum(result.seconds) * 1000)} of computation, at most ${Math.max(...Object.values(result.peakMemoryMB))} MB`,
  ]);
  rows.push(...warnings.map((message): [string, string] => ['warning', message]));
  rows.push(['report', result.report]);
  const banner = result.fallback ? [...loud(dataset)] : [];
  return [`${experiment}  ${title}`, ...banner, ...rows.map(([name, text]) => `  ${name.padEnd(10)} ${text}`)].join(
    '\n',
  );
}

/** Said where nobody can miss it: the figures are not of the data set that the study names. */
function loud(dataset: string): string[] {
  const lines = [
    `NOT THE DATA SET OF THE STUDY: it could be neither found nor downloaded.`,
    `Every figure below is of generated digits, '${dataset}'.`,
    `'npx layerwise data fetch' tries again; or set LAYERWISE_DATA_DIR to the folder that holds mnist/.`,
  ];
  const width = Math.max(...lines.map((line) => line.length));
  return [
    '',
    `  ┏━${'━'.repeat(width)}━┓`,
    ...lines.map((line) => `  ┃ ${line.padEnd(width)} ┃`),
    `  ┗━${'━'.repeat(width)}━┛`,
    '',
  ];
}

type Split = 'train' | 'validation' | 'test';

/** Accuracy: the mean where there are several seeds. NaN for a split without rows. */
function meanOf({ seeds }: ExperimentResult, split: Split): number {
  return seeds[split]?.mean ?? NaN;
}

/** What an image costs where a projection comes to the net. */
function costText({ params, comparison }: ExperimentResult): string {
  const { numbers, multiplyAdds } = comparison?.cost ?? { numbers: params, multiplyAdds: 0 };
  return numbers > params
    ? `, ${grouped(numbers)} with the projection (${grouped(multiplyAdds)} multiply-adds an image)`
    : '';
}

/** `97.50% ± 0.12 (97.31% to 97.66%)`: mean, standard deviation in points, range. */
function spreadOf(spread: Spread | null): string {
  return spread ? `${meanText(spread)} (${share(spread.lowest)} to ${share(spread.highest)})` : '–';
}

/** `97.50% ± 0.12`: mean and standard deviation in points. */
function meanText(spread: Spread | null): string {
  return spread ? `${share(spread.mean)} ± ${((spread.deviation ?? 0) * 100).toFixed(2)}` : '–';
}

/**
 * One line for each experiment.
 * @param study whose name is left out of the lines; '' keeps it
 * @param counts of stages that ran, by experiment
 */
export function describeStudy(
  study: string,
  results: readonly ExperimentResult[],
  counts: ReadonlyMap<string, number>,
): string {
  const repeated = results.some(({ seeds }) => seeds.count > 1);
  const rows = results.map((result) => {
    const { experiment, features, hidden, classes, params, published, seeds } = result;
    const { accuracy } = published?.test ?? {};
    const ran = counts.get(experiment);
    const over = (split: Split): string => (seeds.count > 1 ? meanText(seeds[split]) : share(result[split].accuracy));
    const range =
      seeds.count > 1
        ? `${seeds.count}${seeds.test ? `: ${share(seeds.test.lowest)} to ${share(seeds.test.highest)}` : ''}`
        : '1';
    return [
      study ? experiment.slice(study.length + 1) : experiment,
      [features, ...hidden, classes].join('-'),
      grouped(params),
      over('train'),
      over('validation'),
      over('test'),
      accuracy === undefined ? '' : share(accuracy),
      ...(repeated ? [range] : []),
      ran === undefined ? '' : `${ran} ran`,
    ];
  });
  const table = [
    [
      'experiment',
      'net',
      'parameters',
      'train',
      'validation',
      'test',
      'published',
      ...(repeated ? ['seeds: test'] : []),
      '',
    ],
    ...rows,
  ];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd())
    .join('\n');
}

/** Which stages ran in this run, which were found intact, and which Nx took from its cache. */
export function describeRun(
  plan: ExperimentPlan,
  entries: ReadonlyMap<string, JournalEntry>,
  started: number,
  now: number,
): string {
  const stages = Object.entries(plan.stages).map(([role, id]) => ({ role, entry: entries.get(id) }));
  const others = plan.repeats.slice(1);
  const ran = others.filter(({ id }) => entries.get(id)?.status === 'computed').length;
  const repeats =
    others.length > 0 ? [`  ${'repeats'.padEnd(10)} ${ran} of ${others.length} trainings from other seeds ran`] : [];
  const named = (wanted: (entry: JournalEntry | undefined) => boolean): string =>
    stages
      .filter(({ entry }) => wanted(entry))
      .map(({ role }) => role)
      .join(', ') || 'nothing';
  return [
    `  ${'ran'.padEnd(10)} ${named((entry) => entry?.status === 'computed')}`,
    `  ${'cached'.padEnd(10)} ${named((entry) => entry?.status !== 'computed')}`,
    ...describeWaits([
      ...stages.flatMap(({ entry }) => entry ?? []),
      ...others.flatMap(({ id }) => entries.get(id) ?? []),
    ]),
    ...repeats,
    `  ${'time'.padEnd(10)} ${duration(now - started)}`,
  ].join('\n');
}

/** A line of the stages that another run was computing, if there are any. */
export function describeWaits(entries: Iterable<JournalEntry>): string[] {
  const waits = [...entries]
    .filter(({ waited }) => waited > 0)
    .map(({ id, waited }) => `${id} ${duration(waited * 1000)}`);
  return waits.length > 0 ? [`  ${'waited'.padEnd(10)} for another run: ${waits.join(', ')}`] : [];
}

/** A split without rows has no figures: `–`. */
function share(accuracy: number | null): string {
  return accuracy === null ? '–' : `${(accuracy * 100).toFixed(2)}%`;
}

function nats(loss: number | null): string {
  return loss === null ? '–' : loss.toFixed(4);
}

function points(difference: number): string {
  return Number.isNaN(difference) ? '–' : `${difference >= 0 ? '+' : ''}${(difference * 100).toFixed(2)} points`;
}

function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}
