import { LayerwiseError, type Problem } from '@layerwise/contracts';
import type { YamlFile } from './yaml.js';

/** A violated rule and the experiment in which it is violated; the path may lead to the study or to an experiment that it extends. */
export interface StudyProblem extends Problem {
  readonly experiment?: string;
}

/** What problems are problems of. */
export interface Flawed extends Pick<YamlFile, 'where' | 'line'> {
  /** Name of the study, or empty. */
  readonly name: string;
  /** How many experiments it has. */
  readonly experiments: number;
}

/** Problems said in one message. */
const maxShown = 20;
/** A longer name is not said, or cut short. */
export const longestName = 64;

/** One `STUDY_INVALID` error that names the line of each problem. */
export function invalidStudy(study: Flawed, problems: readonly StudyProblem[]): LayerwiseError {
  const subject = `study${study.name ? ` ${study.name}` : ''}`;
  const all = distinct(problems, study);
  const lines = all.slice(0, maxShown).map(({ path, message }) => {
    const shown = (path[0] === 'experiments' && path.length > 1 ? path.slice(1) : path).map(shortened);
    return { text: `${subject}: ${shown.length > 0 ? `${shown.join('.')} ` : ''}${message}`, place: study.where(path) };
  });
  const [first, ...rest] = lines as [{ text: string; place: string }, ...{ text: string; place: string }[]];
  if (rest.length === 0) return new LayerwiseError('STUDY_INVALID', first.text, { where: first.place });
  return new LayerwiseError(
    'STUDY_INVALID',
    [
      ...lines.map(({ text, place }) => `${text} (${place})`),
      ...(all.length > maxShown ? [`and ${all.length - maxShown} more`] : []),
    ].join('\n'),
  );
}

/** Problems in what experiments have in common are found with each of them, and said once. */
function distinct(problems: readonly StudyProblem[], study: Flawed): Problem[] {
  const alike = new Map<string, StudyProblem[]>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.path, problem.message]);
    const found = alike.get(key);
    if (found) found.push(problem);
    else alike.set(key, [problem]);
  }
  return [...alike.values()].map((same) => blamed(same as [StudyProblem, ...StudyProblem[]], study));
}

/** What is right with the experiment or the study where it stands, but not with one that has it from there, is said of the latter. */
function blamed(same: readonly [StudyProblem, ...StudyProblem[]], { experiments, line }: Flawed): Problem {
  const [{ path, message, experiment }] = same;
  const [group, owner, ...rest] = path;
  if (group === 'experiments') {
    if (same[0].isNote || experiment === undefined || same.some((problem) => problem.experiment === owner))
      return { path, message };
    return {
      path: [group, experiment, ...rest],
      message: `${message}; ${experiment} has it from ${owner} (line ${line(path)}) by extends`,
    };
  }
  const inheritors = [...new Set(same.flatMap((problem) => problem.experiment ?? []))];
  if (same[0].isNote || inheritors.length === 0 || inheritors.length === experiments) return { path, message };
  return {
    path: ['experiments', inheritors[0], ...path],
    message: `${message}; ${inheritors.slice(0, maxShown).join(', ')} ${inheritors.length > 1 ? 'have' : 'has'} it from the study (line ${line(path)})`,
  };
}

function shortened(step: string | number): string {
  const name = String(step);
  return name.length > longestName ? `${name.slice(0, longestName)}...` : name;
}
