import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nearest, type EmbeddingView, type MeasuredFigures, type SourceRow } from '@layerwise/contracts';
import { ANSWER_RULES, type MeasuredExperiment, type SourceFigures } from '@layerwise/report';
import type { StudyPlan } from '@layerwise/study';
import { invalidSources, parseSources } from '@layerwise/study/sources';
import type { BuiltExperiment } from '../experiment/experiment.js';

/** What {@link readSources} needs of a study. */
type Study = Pick<StudyPlan, 'file' | 'experiments'>;

/** Name of the file of source figures, beside study.yaml. */
const SOURCES = 'sources.csv';

/**
 * The figures that the source of a study prints, from `sources.csv` beside its file; undefined without one.
 * @throws LayerwiseError STUDY_INVALID naming file, line and field
 */
export function readSources(root: string, { file: study, experiments }: Study): readonly SourceRow[] | undefined {
  const file = join(dirname(study), SOURCES);
  const path = join(root, file);
  if (!existsSync(path)) return undefined;
  const names = experiments.map(({ name }) => name);
  const rows = parseSources(textOf(path, file), file, names);
  for (const row of rows) {
    const fault = faultOf(row, names);
    if (fault) throw invalidSources(file, row.at, fault);
  }
  return rows;
}

function textOf(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const rule = `must be a file that can be read, got ${(error as NodeJS.ErrnoException).code}`;
    throw invalidSources(file, undefined, rule);
  }
}

/** Why an answer is of no use. A metric that is not known is none: its row is listed. */
function faultOf({ answer }: SourceRow, names: readonly string[]): string | undefined {
  if (answer === '' || answer.startsWith('none:')) return undefined;
  const [rule, ...of] = answer.split(' ');
  if (!ANSWER_RULES.includes(rule)) {
    const near = nearest(rule, ANSWER_RULES);
    return `answer must begin with ${ANSWER_RULES.join(', ')} or none:, got '${rule}'${near ? `; is it ${near}?` : ''}`;
  }
  const strange = of.find((name) => !names.includes(name));
  return strange === undefined ? undefined : `answer must name experiments of the study, got '${strange}'`;
}

/** The figures of the source of a study, and what was measured of its experiments. */
export async function sourceFigures(
  rows: readonly SourceRow[],
  built: readonly BuiltExperiment[],
): Promise<SourceFigures> {
  const measured = await Promise.all(built.map(measuredExperiment));
  return {
    rows,
    experiments: measured.flatMap((one) => one ?? []),
    unstated: built.flatMap(({ plan }, i) => (measured[i] ? [] : [plan.name])),
  };
}

/** Nothing of an experiment whose report, of another package, does not say what was measured. */
async function measuredExperiment({
  plan,
  artifacts,
  result,
}: BuiltExperiment): Promise<MeasuredExperiment | undefined> {
  const { comparison, train, validation, test, params, features, hidden, classes, epochs, seconds, seeds } = result;
  if (!comparison || !artifacts.report?.has('measured.json')) return undefined;
  return {
    name: plan.name,
    rows: comparison.rows,
    validatesOnTest: comparison.validatesOnTest,
    scores: { train, validation, test },
    params,
    features,
    hidden,
    classes,
    epochs,
    seconds: seconds.train,
    figures: await artifacts.report.json<MeasuredFigures>('measured'),
    seeds:
      seeds.count > 1
        ? {
            count: seeds.count,
            accuracy: { train: seeds.train, validation: seeds.validation, test: seeds.test },
            loss: seeds.loss,
          }
        : undefined,
    views: (await artifacts.embed?.json<readonly EmbeddingView[]>('views')) ?? [],
  };
}
