import { check, LayerwiseError, nearest, type Infer, type Problem } from '@layerwise/contracts';
import { LineCounter, parseDocument } from 'yaml';
import { experimentFields, studyFields } from './fields.js';
import { lineOf } from './position.js';
import { roleNames, roles, sectionOf, type Role, type RoleName } from './roles.js';

/** A role's section as written: the package and the parameters, not yet checked against the package's table. */
export interface Section {
  readonly uses: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Seed given in this section, if any. */
  readonly seed?: number;
  /** Whether the experiment itself (not only the study) says something of this role. */
  readonly own: boolean;
}

/** One experiment as written. */
export interface ExperimentDocument extends Infer<typeof experimentFields> {
  readonly name: string;
  readonly sections: Readonly<Partial<Record<RoleName, Section>>>;
}

/** study.yaml, parsed; its shape is right, parameters of stages are still to be checked. */
export interface StudyDocument extends Infer<typeof studyFields> {
  readonly file: string;
  readonly experiments: readonly ExperimentDocument[];
  /** Turns problems at paths in the file into one `STUDY_INVALID` error that names each line. */
  readonly invalid: (problems: readonly Problem[]) => LayerwiseError;
}

type Fields = Record<string, unknown>;
const sectionNames = roleNames.map(sectionOf);
const nameRule = /^[A-Za-z][A-Za-z0-9_-]*$/;

/**
 * Parses a study.
 * @param text content of study.yaml (YAML 1.2; no tags, at most 100 alias expansions)
 * @param file its path, relative to the workspace, for messages
 * @throws LayerwiseError STUDY_INVALID with every problem and its line
 */
export function parseStudy(text: string, file: string): StudyDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core', customTags: [], resolveKnownTags: false });
  const [syntax] = document.errors;
  if (syntax) throw syntaxError(syntax.message, `${file}:${lines.linePos(syntax.pos[0]).line}`);
  let given: unknown;
  try {
    given = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw syntaxError((error as Error).message, file);
  }
  let name = '';
  const invalid = (problems: readonly Problem[]): LayerwiseError => invalidStudy(name, problems, (path) => `${file}:${lineOf(document, lines, path)}`);
  if (!isFields(given)) throw invalid([{ path: [], message: 'must have the fields name, dataset and experiments' }]);
  if (typeof given.name === 'string') name = given.name;
  const problems: Problem[] = [];
  const own = checkOwn(studyFields, given, [], ['experiments', ...sectionNames], problems);
  if (own && !nameRule.test(own.name)) problems.push({ path: ['name'], message: `must be letters, digits, - and _, beginning with a letter, got ${JSON.stringify(own.name)}` });
  const experiments = checkExperiments(given, problems);
  if (!own || problems.length > 0) throw invalid(problems);
  return { ...own, file, experiments, invalid };
}

function syntaxError(message: string, where: string): LayerwiseError {
  const tab = /tab/i.test(message) ? ' Indent with spaces.' : '';
  return new LayerwiseError('STUDY_INVALID', `study file is not valid YAML: ${message.trim()}`, { where, remedy: `Mend the line and run again.${tab}` });
}

function invalidStudy(study: string, problems: readonly Problem[], where: (path: Problem['path']) => string): LayerwiseError {
  const subject = `study${study ? ` ${study}` : ''}`;
  const said = problems.map(({ path, message }) => {
    const shown = path[0] === 'experiments' && path.length > 1 ? path.slice(1) : path;
    return { text: `${subject}: ${shown.length > 0 ? `${shown.join('.')} ` : ''}${message}`, place: where(path) };
  });
  const [first, ...rest] = said as [{ text: string; place: string }, ...{ text: string; place: string }[]];
  if (rest.length === 0) return new LayerwiseError('STUDY_INVALID', first.text, { where: first.place });
  return new LayerwiseError('STUDY_INVALID', said.map(({ text, place }) => `${text} (${place})`).join('\n'));
}

/** Checks the fields that are not sections; names of sections are known too, so that a misspelt one is met with the right suggestion. */
function checkOwn<F extends typeof studyFields | typeof experimentFields>(fields: F, given: Fields, path: readonly (string | number)[], others: readonly string[], problems: Problem[]): Infer<F> | undefined {
  const known = [...Object.keys(fields), ...others];
  const own: Fields = {};
  for (const [field, value] of Object.entries(given)) {
    if (Object.hasOwn(fields, field)) own[field] = value;
    else if (!others.includes(field)) {
      const close = nearest(field, known);
      problems.push({ path: [...path, field], message: `is not a known field; ${close ? `did you mean '${close}'?` : `known: ${known.join(', ')}`}` });
    }
  }
  const checked = check(fields, own, path);
  if (checked.problems) problems.push(...checked.problems);
  return checked.value as Infer<F> | undefined;
}

function checkExperiments(given: Fields, problems: Problem[]): ExperimentDocument[] {
  const { experiments } = given;
  if (!isFields(experiments) || Object.keys(experiments).length === 0) {
    problems.push({ path: experiments === undefined ? [] : ['experiments'], message: 'needs at least one experiment under experiments' });
    return [];
  }
  return Object.entries(experiments).flatMap(([name, experiment]) => {
    const path = ['experiments', name];
    if (!nameRule.test(name) || name === 'all') problems.push({ path, message: "must be letters, digits, - and _, beginning with a letter, and not 'all'" });
    if (!isFields(experiment)) {
      problems.push({ path, message: `must be a group of fields, got ${JSON.stringify(experiment)}` });
      return [];
    }
    const own = checkOwn(experimentFields, experiment, path, sectionNames, problems);
    const sections = readSections(given, experiment, path, problems);
    return own ? [{ ...own, name, sections }] : [];
  });
}

function readSections(study: Fields, experiment: Fields, path: readonly (string | number)[], problems: Problem[]): Partial<Record<RoleName, Section>> {
  const sections: Partial<Record<RoleName, Section>> = {};
  for (const role of roleNames) {
    const name = sectionOf(role);
    const parts: { at: readonly (string | number)[]; value: unknown }[] = [{ at: [name], value: study[name] }, { at: [...path, name], value: experiment[name] }].filter(({ value }) => value !== undefined);
    const wrong = parts.filter(({ value }) => !isFields(value));
    problems.push(...wrong.map(({ at, value }) => ({ path: at, message: `must be a group of fields, got ${JSON.stringify(value)}` })));
    if (wrong.length > 0) continue;
    const { uses = (roles[role] as Role).uses, seed, ...params } = Object.assign({}, ...parts.map(({ value }) => value)) as Fields;
    if (parts.length === 0 && uses === undefined) continue;
    const at = parts.at(-1)?.at ?? path;
    if (typeof uses !== 'string' || uses === '') problems.push({ path: at, message: `needs 'uses', the name of a stage package, such as uses: '@layerwise/reduce-pca'` });
    else if (seed !== undefined && !(Number.isInteger(seed) && (seed as number) >= 0 && (seed as number) <= 4294967295)) problems.push({ path: [...at, 'seed'], message: `must be a whole number in [0, 4294967295], got ${JSON.stringify(seed)}` });
    else sections[role] = { uses, params, own: experiment[name] !== undefined, ...(seed === undefined ? {} : { seed: seed as number }) };
  }
  return sections;
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
