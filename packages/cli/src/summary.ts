import type { JournalEntry } from './journal.js';
import type { ExperimentResult } from './experiment.js';
import { duration } from './progress.js';
import { seedRange } from './difference.js';
import type { Spread } from './statistics.js';
import type { ExperimentPlan } from '@layerwise/study';

/** The figures of one experiment, as lines for a terminal. */
export function describeResult(result: ExperimentResult): string {
  const { experiment, title, dataset, train, validation, test, published, params, features, classes, hidden, epochs, bestEpoch, warnings } = result;
  const net = [features, ...hidden, classes].join('-');
  const rows: [string, string][] = [
    ['data', dataset],
    ['net', `${net}, ${count(params)} parameters, epoch ${bestEpoch} of ${epochs} kept`],
    ['accuracy', `test ${share(test.accuracy)}, validation ${share(validation.accuracy)}, train ${share(train.accuracy)} (gap ${points(train.accuracy - test.accuracy)})`],
    ['loss', `test ${nats(test.loss)}, validation ${nats(validation.loss)}, train ${nats(train.loss)}`],
  ];
  const { seeds } = result;
  if (seeds.count > 1) rows.push(['seeds', `${seeds.count} (${seedRange(seeds.runs.map(({ seed }) => seed))}): test ${spreadOf(seeds.test)}, validation ${spreadOf(seeds.validation)}`]);
  const { accuracy, loss } = published?.test ?? {};
  if (accuracy !== undefined && !result.fallback) rows.push(['published', `test ${share(accuracy)}${loss === undefined ? '' : `, loss ${loss.toFixed(4)}`}; ours is ${points(test.accuracy - accuracy)} from it`]);
  rows.push(['took', `${duration(sum(result.seconds) * 1000)} of computing, at most ${Math.max(...Object.values(result.peakMemoryMB))} MB`]);
  rows.push(...warnings.map((message): [string, string] => ['warning', message]));
  rows.push(['report', result.report]);
  const banner = result.fallback ? [...loud(dataset)] : [];
  return [`${experiment}  ${title}`, ...banner, ...rows.map(([name, text]) => `  ${name.padEnd(10)} ${text}`)].join('\n');
}

/** Said where nobody can miss it: the figures are not of the data set that the study names. */
function loud(dataset: string): string[] {
  const lines = [`NOT THE DATA SET OF THE STUDY: it could be neither found nor downloaded.`, `Every figure below is of generated digits, '${dataset}'.`, `'npx layerwise data fetch' tries again; or set LAYERWISE_DATA_DIR to the folder that holds mnist/.`];
  const width = Math.max(...lines.map((line) => line.length));
  return ['', `  ┏━${'━'.repeat(width)}━┓`, ...lines.map((line) => `  ┃ ${line.padEnd(width)} ┃`), `  ┗━${'━'.repeat(width)}━┛`, ''];
}

/** `97.50% ± 0.12 (97.31% to 97.66%)`: mean, standard deviation in points, range. */
function spreadOf(spread: Spread | null): string {
  return spread ? `${share(spread.mean)} ± ${((spread.deviation ?? 0) * 100).toFixed(2)} (${share(spread.lowest)} to ${share(spread.highest)})` : '–';
}

/**
 * One line for each experiment.
 * @param study whose name is left out of the lines; '' keeps it
 * @param counts of stages that ran, by experiment
 */
export function describeStudy(study: string, results: readonly ExperimentResult[], counts: ReadonlyMap<string, number>): string {
  const repeated = results.some(({ seeds }) => seeds.count > 1);
  const rows = results.map(({ experiment, features, hidden, classes, params, train, validation, test, published, seeds }) => {
    const { accuracy } = published?.test ?? {};
    const ran = counts.get(experiment);
    const over = seeds.count > 1 ? `${seeds.count}: ${spreadOf(seeds.test)}` : '1';
    return [study ? experiment.slice(study.length + 1) : experiment, [features, ...hidden, classes].join('-'), count(params), share(train.accuracy), share(validation.accuracy), share(test.accuracy), accuracy === undefined ? '' : share(accuracy), ...(repeated ? [over] : []), ran === undefined ? '' : `${ran} ran`];
  });
  const table = [['experiment', 'net', 'parameters', 'train', 'validation', 'test', 'published', ...(repeated ? ['seeds: test'] : []), ''], ...rows];
  const widths = (table[0] as string[]).map((_, column) => Math.max(...table.map((row) => (row[column] as string).length)));
  return table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ')}`.trimEnd()).join('\n');
}

/** Which stages ran in this run, which were found intact, and which Nx took from its cache. */
export function describeRun(plan: ExperimentPlan, entries: ReadonlyMap<string, JournalEntry>, started: number, now: number): string {
  const stages = Object.entries(plan.stages).map(([role, id]) => ({ role, entry: entries.get(id) }));
  const others = plan.repeats.slice(1);
  const repeats = others.length > 0 ? [`  ${'repeats'.padEnd(10)} ${others.filter(({ id }) => entries.get(id)?.status === 'computed').length} of ${others.length} trainings from other seeds ran`] : [];
  const named = (wanted: (entry: JournalEntry | undefined) => boolean): string => stages.filter(({ entry }) => wanted(entry)).map(({ role }) => role).join(', ') || 'nothing';
  return [
    `  ${'ran'.padEnd(10)} ${named((entry) => entry?.status === 'computed')}`,
    `  ${'cached'.padEnd(10)} ${named((entry) => entry?.status !== 'computed')}`,
    ...describeWaits([...stages.flatMap(({ entry }) => entry ?? []), ...others.flatMap(({ id }) => entries.get(id) ?? [])]),
    ...repeats,
    `  ${'time'.padEnd(10)} ${duration(now - started)}`,
  ].join('\n');
}

/** A line of the stages that another run was computing, if there are any. */
export function describeWaits(entries: Iterable<JournalEntry>): string[] {
  const waits = [...entries].filter(({ waited }) => waited > 0).map(({ id, waited }) => `${id} ${duration(waited * 1000)}`);
  return waits.length > 0 ? [`  ${'waited'.padEnd(10)} for another run: ${waits.join(', ')}`] : [];
}

/** A split without rows has no figures: `–`. */
function share(accuracy: number | null): string {
  return accuracy === null ? '–' : `${(accuracy * 100).toFixed(2)}%`;
}

function nats(loss: number | null): string {
  return loss === null ? '–' : loss.toFixed(4);
}

/** `101,770`, without Intl: loading its tables takes as long as all the rest of saying how a cached run went. */
function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

function points(difference: number): string {
  return `${difference >= 0 ? '+' : ''}${(difference * 100).toFixed(2)} points`;
}

function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}
