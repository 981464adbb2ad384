import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LayerwiseError, nearest, type EmbeddingView, type MeasuredFigures, type SourceRow } from '@layerwise/contracts';
import { ANSWER_RULES, ruleOf, type MeasuredExperiment, type SourceFigures } from '@layerwise/report';
import type { StudyPlan } from '@layerwise/study';
import { parseSources } from '@layerwise/study/sources';
import type { BuiltExperiment } from '../experiment/experiment.js';

/** What {@link readSources} needs of a study. */
type Study = Pick<StudyPlan, 'file' | 'experiments'>;

/** Name of the file of source figures, beside study.yaml. */
const SOURCES = 'sources.csv';

/**
 * The figures that the source of a study prints, from `sources.csv` beside its file; undefined without one.
 * @throws LayerwiseError STUDY_INVALID naming file, line and field
 */
export function readSources(root: string, study: Pick<Study, 'file'>, names: readonly string[]): readonly SourceRow[] | undefined {
  const file = join(dirname(study.file), SOURCES);
  const path = join(root, file);
  if (!existsSync(path)) return undefined;
  const rows = parseSources(readFileSync(path, 'utf8'), file, names);
  for (const row of rows) {
    const fault = faultOf(row, names);
    if (fault)
      throw new LayerwiseError('STUDY_INVALID', `source figures: line ${row.at}: ${fault}`, {
        where: `${file}:${row.at}`,
        remedy: 'docs/decisions/156-figures-of-sources.md lists the metrics and the rules of answers.',
      });
  }
  return rows;
}

/** What the page could make nothing of. */
function faultOf({ metric, answer }: SourceRow, names: readonly string[]): string | undefined {
  if (!ruleOf(metric))
    return `metric must be one that is known, or begin with other_, got '${metric}'`;
  if (answer === '' || answer.startsWith('none:')) return undefined;
  const [rule, ...of] = answer.split(' ');
  if (!ANSWER_RULES.includes(rule)) {
    const near = nearest(rule, ANSWER_RULES);
    return `answer must begin with one of ${ANSWER_RULES.join(', ')} or none:, got '${rule}'${near ? `; is it ${near}?` : ''}`;
  }
  const strange = of.find((name) => !names.includes(name));
  return strange === undefined ? undefined : `answer must name experiments of the study, got '${strange}'`;
}

/** The figures of the source of a study, and what was measured of its experiments; undefined without a file of them. */
export async function sourceFigures(
  root: string,
  study: Study,
  built: readonly BuiltExperiment[],
): Promise<SourceFigures | undefined> {
  const rows = readSources(
    root,
    study,
    study.experiments.map(({ name }) => name),
  );
  if (!rows) return undefined;
  const measured = await Promise.all(built.map(measuredExperiment));
  return { rows, experiments: measured.flatMap((one) => one ?? []) };
}

/** Nothing of an experiment whose report, of another package, does not say what was measured. */
async function measuredExperiment({ plan, artifacts, result }: BuiltExperiment): Promise<MeasuredExperiment | undefined> {
  const { comparison, train, validation, test, params, features, hidden, classes, epochs, seconds } = result;
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
    views: (await artifacts.embed?.json<readonly EmbeddingView[]>('views')) ?? [],
  };
}
