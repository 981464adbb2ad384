import { check, LayerwiseError, received, unknownField, type Infer, type Problem } from '@layerwise/contracts';
import { experimentFields, namePattern, reservedExperiments, reservedStudies, studyFields } from './fields.js';
import { roleNames, roles, sectionOf, type Role, type RoleName } from './roles.js';
import { readYaml } from './yaml.js';

/** A role's section as written: the package and the parameters, not yet checked against the package's table. */
export interface Section {
  readonly uses: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Seed given in this section, if any. */
  readonly seed?: number;
  /** Whether the experiment itself (not only the study) says something of this role. */
  readonly own: boolean;
  /** Where a field of the section, or the section itself, stands: with the experiment, or with the study. */
  readonly pathOf: (field?: string) => readonly string[];
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
/** Problems said in one message. */
const maxShown = 20;
const nameRule = new RegExp(namePattern);
/** A longer one is not repeated with every problem. */
const longestName = 64;

/**
 * Parses a study.
 * @param text content of study.yaml; see {@link readYaml} for what of YAML it may use
 * @param file its path, relative to the workspace, for messages
 * @throws LayerwiseError STUDY_INVALID with every problem and its line
 */
export function parseStudy(text: string, file: string): StudyDocument {
  const { value: given, where } = readYaml(text, file);
  const name = isFields(given) && typeof given.name === 'string' && given.name.length <= longestName ? given.name : '';
  const invalid = (problems: readonly Problem[]): LayerwiseError => invalidStudy(name, problems, where);
  if (!isFields(given)) throw invalid([{ path: [], message: `must be a group of fields with name and experiments, got ${given === null ? 'an empty file' : received(given)}` }]);
  const problems: Problem[] = [];
  const own = checkOwn(studyFields, given, [], ['experiments', ...sectionNames], problems);
  if (own) checkName(own.name, ['name'], reservedStudies, problems);
  const experiments = checkExperiments(given, problems);
  if (!own || problems.length > 0) throw invalid(problems);
  return { ...own, file, experiments, invalid };
}

function checkName(name: string, path: Problem['path'], reserved: readonly string[], problems: Problem[]): void {
  if (!nameRule.test(name)) problems.push({ path, message: `must be at most 64 letters, digits, - and _, beginning with a letter, got ${received(name)}` });
  else if (reserved.includes(name.toLowerCase())) problems.push({ path, message: `must not be one of ${reserved.join(', ')}, which have a meaning of their own, got '${name}'` });
}

function invalidStudy(study: string, problems: readonly Problem[], where: (path: Problem['path']) => string): LayerwiseError {
  const subject = `study${study ? ` ${study}` : ''}`;
  const all = unique(problems);
  const said = all.slice(0, maxShown).map(({ path, message }) => {
    const shown = path[0] === 'experiments' && path.length > 1 ? path.slice(1) : path;
    return { text: `${subject}: ${shown.length > 0 ? `${shown.join('.')} ` : ''}${message}`, place: where(path) };
  });
  const [first, ...rest] = said as [{ text: string; place: string }, ...{ text: string; place: string }[]];
  if (rest.length === 0) return new LayerwiseError('STUDY_INVALID', first.text, { where: first.place });
  return new LayerwiseError('STUDY_INVALID', [...said.map(({ text, place }) => `${text} (${place})`), ...(all.length > maxShown ? [`and ${all.length - maxShown} more`] : [])].join('\n'));
}

/** Checks the fields that are not sections; names of sections are known too, so that a misspelt one is met with the right suggestion. */
function checkOwn<F extends typeof studyFields | typeof experimentFields>(fields: F, given: Fields, path: readonly (string | number)[], others: readonly string[], problems: Problem[]): Infer<F> | undefined {
  const known = [...Object.keys(fields), ...others];
  const own: Fields = {};
  for (const [field, value] of Object.entries(given)) {
    if (Object.hasOwn(fields, field)) own[field] = value;
    else if (!others.includes(field)) problems.push(unknownField(field, known, path));
  }
  const checked = check(fields, own, path);
  if (checked.problems) problems.push(...checked.problems);
  return checked.value as Infer<F> | undefined;
}

function checkExperiments(given: Fields, problems: Problem[]): ExperimentDocument[] {
  const { experiments } = given;
  if (!isFields(experiments) || Object.keys(experiments).length === 0) {
    problems.push({ path: experiments === undefined ? [] : ['experiments'], message: `needs at least one experiment under experiments, got ${received(experiments)}` });
    return [];
  }
  const seen = new Map<string, string>();
  return Object.entries(experiments).flatMap(([name, experiment]) => {
    const path = ['experiments', name];
    checkName(name, path, reservedExperiments, problems);
    const alike = seen.get(name.toLowerCase());
    if (alike !== undefined) problems.push({ path, message: `must differ from '${alike}' by more than capitals: their folders would be one on some systems` });
    seen.set(name.toLowerCase(), name);
    if (!isFields(experiment)) {
      problems.push({ path, message: `must be a group of fields, got ${received(experiment)}` });
      return [];
    }
    const own = checkOwn(experimentFields, experiment, path, sectionNames, problems);
    const sections = readSections(given, experiment, path, problems);
    return own ? [{ ...own, name, sections }] : [];
  });
}

function readSections(study: Fields, experiment: Fields, path: readonly string[], problems: Problem[]): Partial<Record<RoleName, Section>> {
  const sections: Partial<Record<RoleName, Section>> = {};
  for (const role of roleNames) {
    const name = sectionOf(role);
    const parts = [{ at: [name], value: study[name] }, { at: [...path, name], value: experiment[name] }].filter(({ value }) => value !== undefined);
    const wrong = parts.filter(({ value }) => !isFields(value));
    problems.push(...wrong.map(({ at, value }) => ({ path: at, message: `must be a group of fields, got ${received(value)}` })));
    if (wrong.length > 0 || (parts.length === 0 && !(roles[role] as Role).uses)) continue;
    const section = mergeSection(role, parts as Part[], problems);
    if (section) sections[role] = section;
  }
  return sections;
}

interface Part {
  readonly at: readonly string[];
  readonly value: Fields;
}

/** The study's part and the experiment's, the latter's fields taking the place of the former's. */
function mergeSection(role: RoleName, parts: readonly Part[], problems: Problem[]): Section | undefined {
  const { uses = (roles[role] as Role).uses, seed, ...params } = Object.assign({}, ...parts.map(({ value }) => value)) as Fields;
  const last = parts.at(-1)?.at ?? [sectionOf(role)];
  const pathOf = (field?: string): readonly string[] => (field !== undefined && parts.findLast(({ value }) => Object.hasOwn(value, field))?.at) || last;
  if (uses === undefined) problems.push({ path: last, message: `needs 'uses', the name of a stage package, such as uses: '@layerwise/${role}-pca'` });
  else if (typeof uses !== 'string' || !packageRule.test(uses)) problems.push({ path: [...pathOf('uses'), 'uses'], message: `must be the name of an installed package, got ${received(uses)}` });
  else if (seed !== undefined && !isSeed(seed)) problems.push({ path: [...pathOf('seed'), 'seed'], message: `must be a whole number in [0, 4294967295], got ${received(seed)}` });
  else return { uses, params, own: last.length > 1, pathOf, ...(seed === undefined ? {} : { seed }) };
  return undefined;
}

/** A name that npm accepts: no path, no URL, so that code comes from node_modules alone. */
const packageRule = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

function isSeed(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 4294967295;
}

/** Problems in what experiments have in common are found with each of them. */
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
