import { check, received, unknownField, type Infer, type LayerwiseError, type Problem } from '@layerwise/contracts';
import { experimentFields, experimentNameRules, nameFault, studyFields, studyNameRules } from './fields.js';
import { inheritanceOf, readBases } from './inheritance.js';
import { invalidStudy, longestName, type StudyProblem } from './problem.js';
import { roles, sectionOf, sectionRoles, type Role, type RoleName } from './roles.js';
import { readYaml, type YamlFile } from './yaml.js';

/** A role's section as written: the package and the parameters, not yet checked against the package's table. */
export interface Section {
  readonly uses: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Seed given in this section, if any. */
  readonly seed?: number;
  /** Where a field of the section, or the section itself, stands: with the experiment, one that it extends, or the study. */
  readonly pathOf: (field?: string) => readonly string[];
}

/** One experiment, with what it has from those that it extends. */
export interface ExperimentDocument extends Infer<typeof experimentFields> {
  readonly name: string;
  readonly sections: Readonly<Partial<Record<RoleName, Section>>>;
}

/** study.yaml, parsed; its shape is right, parameters of stages are still to be checked. */
export interface StudyDocument extends Infer<typeof studyFields> {
  readonly file: string;
  readonly experiments: readonly ExperimentDocument[];
  /** Turns problems at paths in the file into one `STUDY_INVALID` error that names each line. */
  readonly invalid: (problems: readonly StudyProblem[]) => LayerwiseError;
}

type Fields = Record<string, unknown>;
const sectionNames = sectionRoles.map(sectionOf);
/**
 * Parses a study.
 * @param text content of study.yaml; see {@link readYaml} for what of YAML it may use
 * @param file its path, relative to the workspace, for messages
 * @throws LayerwiseError STUDY_INVALID with every problem and its line
 */
export function parseStudy(text: string, file: string): StudyDocument {
  return checkStudy(readYaml(text, file), file);
}

/** As {@link parseStudy}, of YAML that has been read. */
export function checkStudy({ value: given, where, line }: YamlFile, file: string): StudyDocument {
  const name = isFields(given) && typeof given.name === 'string' && given.name.length <= longestName ? given.name : '';
  const count = isFields(given) && isFields(given.experiments) ? Object.keys(given.experiments).length : 0;
  const invalid = (problems: readonly StudyProblem[]): LayerwiseError =>
    invalidStudy({ name, experiments: count, where, line }, problems);
  if (!isFields(given))
    throw invalid([
      {
        path: [],
        message: `must be a group of fields with name and experiments, got ${given === null ? 'an empty file' : received(given)}`,
      },
    ]);
  const problems: Problem[] = [];
  const own = checkOwn(studyFields, given, [], ['experiments', ...sectionNames], problems);
  const fault = own && nameFault(own.name, studyNameRules);
  if (fault) problems.push({ path: ['name'], message: fault });
  const experiments = checkExperiments(given, line, problems);
  if (!own || problems.length > 0) throw invalid(problems);
  return { ...own, file, experiments, invalid };
}

/** Checks the fields that are not sections; names of sections are known too, so that a misspelt one is met with the right suggestion. */
function checkOwn<F extends typeof studyFields | typeof experimentFields>(
  fields: F,
  given: Fields,
  path: readonly (string | number)[],
  others: readonly string[],
  problems: Problem[],
): Infer<F> | undefined {
  const known = [...Object.keys(fields), ...others];
  const own: Fields = {};
  for (const [field, value] of Object.entries(given)) {
    if (Object.hasOwn(fields, field)) own[field] = value;
    else if (!others.includes(field)) problems.push(unknownField(field, known, path));
  }
  const checked = check(fields, own, path);
  if (checked.problems) problems.push(...checked.problems);
  return checked.value;
}

function checkExperiments(given: Fields, line: YamlFile['line'], problems: Problem[]): ExperimentDocument[] {
  const { experiments } = given;
  if (!isFields(experiments) || Object.keys(experiments).length === 0) {
    problems.push({
      path: experiments === undefined ? [] : ['experiments'],
      message: `needs at least one experiment${experiments === undefined ? ' under experiments' : ''}, such as exp1: {}, got ${received(experiments)}`,
    });
    return [];
  }
  refuseAlike(Object.keys(experiments), problems);
  const groups = new Map(
    Object.entries(experiments).map(([name, experiment]) => [name, isFields(experiment) ? experiment : {}]),
  );
  const bases = readBases(new Map([...groups].map(([name, experiment]) => [name, experiment.extends])), line, problems);
  return Object.entries(experiments).flatMap(([name, experiment]) => {
    const path = ['experiments', name];
    const fault = nameFault(name, experimentNameRules);
    if (fault) problems.push({ path, message: fault });
    if (!isFields(experiment)) {
      problems.push({
        path,
        message: `must be a group of fields, got ${received(experiment)}${experiment === null ? '; {} is one that leaves all to the study' : ''}`,
      });
      return [];
    }
    const own = checkOwn(experimentFields, experiment, path, sectionNames, problems);
    checkExpected(own?.expect, path, problems);
    const layers = inheritanceOf(name, bases).map((from) => ({
      at: ['experiments', from],
      value: groups.get(from) as Fields,
    }));
    // What an experiment would have from one that is not there cannot be missed.
    const isWhole = !Object.hasOwn(layers[0]?.value, 'extends');
    const sections = !isWhole ? {} : readSections([{ at: [], value: given }, ...layers], problems);
    return own ? [{ ...(isWhole ? inherited(layers) : {}), ...own, name, sections }] : [];
  });
}

function checkExpected(expect: ExperimentDocument['expect'], path: readonly string[], problems: Problem[]): void {
  for (const [figure, range] of Object.entries(expect ?? {})) {
    const [lowest, highest] = range as [number, number];
    if (lowest > highest)
      problems.push({
        path: [...path, 'expect', figure],
        message: `must be [lowest, highest], got ${received(range)}`,
      });
  }
}

function refuseAlike(names: readonly string[], problems: Problem[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const alike = seen.get(name.toLowerCase());
    if (alike !== undefined)
      problems.push({
        path: ['experiments', name],
        message: `must differ from '${alike}' by more than capitals: on some systems they would share a folder`,
      });
    seen.set(name.toLowerCase(), name);
  }
}

/** What an experiment has from those that it extends beside sections, the nearest one's before another's; title, published and expected figures are its own. */
function inherited(layers: readonly Part[]): Fields {
  const names = ['seed', 'repeats'].filter((name) => layers.some(({ value }) => value[name] !== undefined));
  return Object.fromEntries(
    names.map((name) => [name, layers.findLast(({ value }) => Object.hasOwn(value, name))?.value[name]]),
  );
}

/** @param layers the study, the experiments that an experiment extends, the farthest first, and the experiment itself */
function readSections(layers: readonly Part[], problems: Problem[]): Partial<Record<RoleName, Section>> {
  const sections: Partial<Record<RoleName, Section>> = {};
  for (const role of sectionRoles) {
    const name = sectionOf(role);
    const parts = layers
      .filter(({ value }) => value[name] !== undefined)
      .map(({ at, value }) => ({ at: [...at, name], value: value[name] }));
    const wrong = parts.filter(({ value }) => !isFields(value));
    problems.push(
      ...wrong.map(({ at, value }) => ({ path: at, message: `must be a group of fields, got ${received(value)}` })),
    );
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

/** The fields of all parts, a later part's before an earlier one's. A field may have any name, also `__proto__`. */
function merged(parts: readonly Part[]): Fields {
  return Object.fromEntries(parts.flatMap(({ value }) => Object.entries(value)));
}

/** Parts from the study's to the experiment's own, each one's fields taking the place of those before. */
function mergeSection(role: RoleName, parts: readonly Part[], problems: Problem[]): Section | undefined {
  const { uses = (roles[role] as Role).uses, seed, ...params } = merged(parts);
  const last = parts.at(-1)?.at ?? [sectionOf(role)];
  const pathOf = (field?: string): readonly string[] =>
    (field !== undefined && parts.findLast(({ value }) => Object.hasOwn(value, field))?.at) || last;
  if (uses === undefined)
    problems.push({
      path: last,
      message: `needs 'uses', the name of a stage package, such as uses: '@layerwise/${role}-pca'`,
    });
  else if (typeof uses !== 'string' || !packageRule.test(uses))
    problems.push({
      path: [...pathOf('uses'), 'uses'],
      message: `must be the name of an installed package, got ${received(uses)}`,
    });
  else if (seed !== undefined && !isSeed(seed))
    problems.push({
      path: [...pathOf('seed'), 'seed'],
      message: `must be a whole number in [0, 4294967295], got ${received(seed)}`,
    });
  else return { uses, params, pathOf, ...(seed === undefined ? {} : { seed }) };
  return undefined;
}

/** A name that npm accepts: no path, no URL, so that code comes from node_modules alone. */
const packageRule = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

function isSeed(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 4294967295;
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
