import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { LayerwiseError, nearest } from '@layerwise/contracts';
import type { StudyPlan } from '@layerwise/study';
import { findTarget } from '@layerwise/workspace/plan/selection';

/** A study, as far as it matters here. */
type Study = Pick<StudyPlan, 'name' | 'file' | 'experiments' | 'instances'>;

/** Nx's commands that run tasks, by the module that defines their options. Any other word is a target: `nx <target> <project>`. */
const modules: Readonly<Record<string, string>> = {
  run: 'yargsRunCommand',
  'run-many': 'yargsRunManyCommand',
  affected: 'yargsAffectedCommand',
};

/** What a command line of Nx asks for. */
interface Request {
  readonly projects: readonly string[];
  readonly targets: readonly string[];
  /** What Nx does not know and hands to the tasks. */
  readonly rest: readonly string[];
  /** Nx's options, as they are written. */
  readonly known: readonly string[];
}

/**
 * Refuses what Nx does not know on a command line that asks for experiments: Nx hands it to the tasks, of which none takes any.
 * @param root absolute path of the workspace
 * @param words what stands after `nx`
 * @returns the experiment or study to explain, if that is what is asked for
 * @throws LayerwiseError USAGE with the nearest option or experiment
 */
export async function checkArguments(
  root: string,
  words: readonly string[],
  studies: readonly Study[],
): Promise<string | undefined> {
  const takesOne = words[0] === 'run' || !Object.hasOwn(modules, words[0] ?? '');
  if (words.length <= 2 && words.every((word) => !word.startsWith('-'))) {
    const isRun = words[0] === 'run';
    if (takesOne) refuseUnknown(placesOf(isRun ? words.slice(1) : words, isRun), studies);
    return undefined;
  }
  const { projects, targets, rest, known } = await parse(root, words);
  if (takesOne) refuseUnknown({ project: projects[0], target: targets[0] }, studies);
  const study =
    studies.find(({ name, instances }) => projects.some((project) => project === name || instances.has(project))) ??
    (projects.length > 0
      ? undefined
      : studies.find(({ experiments }) =>
          ['all', 'compute', ...experiments.map(({ name }) => name)].some((name) => targets.includes(name)),
        ));
  if (!study) return undefined;
  if (rest.some((word) => /^--dry-?run(=true)?$/i.test(word)))
    return targets.includes('all') ? study.name : `${study.name}:${targets[0]}`;
  const skips = words.find((word) => word.startsWith('--') && skipsCache(optionOf(word)) && !word.endsWith('=false'));
  if (skips !== undefined) throw refusalOfSkipping(skips);
  const [unknown] = rest;
  if (unknown !== undefined) throw refusal(unknown, known, study);
  return undefined;
}

/** Nx says of a target that is not there only that it is not. */
function refuseUnknown(
  { project, target = '' }: { readonly project?: string | undefined; readonly target?: string | undefined },
  studies: readonly Study[],
): void {
  const alone = project === undefined ? studies.find(({ name }) => name === target) : undefined;
  if (alone)
    throw new LayerwiseError('USAGE', `a run must be of one experiment or of 'all', got '${target}' alone`, {
      remedy: `npx nx run ${target}:all runs every experiment of it.`,
    });
  const study = studies.find(({ name }) => name === project);
  if (study && target !== 'compute') findTarget(study, target);
}

function optionOf(word: string): string {
  return word.split('=')[0].replace(/^-+/, '');
}

function skipsCache(option: string): boolean {
  return /^(skip|disable)-?nx-?cache$/i.test(option);
}

function refusalOfSkipping(word: string): LayerwiseError {
  return new LayerwiseError(
    'USAGE',
    `an option of a run must change what is computed or shown, got '${word}': a stage whose artifact is whole ` +
      'and whose parameters, inputs and code are the same is not computed again',
    {
      remedy:
        "What depends on a change is computed anyway; layerwise explain says what. NX_SKIP_NX_CACHE=true makes a run ignore Nx's cache.",
    },
  );
}

function refusal(word: string, known: readonly string[], { file }: Study): LayerwiseError {
  const remedy = `Parameters of stages are set in ${file}.`;
  if (!word.startsWith('-'))
    return new LayerwiseError('USAGE', `a run must be of one experiment or of 'all', got '${word}' beside it`, {
      remedy: `npx nx run-many -t <experiment> <experiment> runs several. ${remedy}`,
    });
  const close = nearest(optionOf(word), [...known, 'dry-run']);
  if (close !== undefined && skipsCache(close)) return refusalOfSkipping(word);
  return new LayerwiseError(
    'USAGE',
    `an option of a run must be one that Nx or Layerwise knows, got '${word}'${close ? `; did you mean '--${close}'?` : ''}`,
    { remedy },
  );
}

/** Reads the words as Nx does, with its own parser and tables of options. */
async function parse(root: string, words: readonly string[]): Promise<Request> {
  const nx = createRequire(join(root, 'package.json'));
  const command = Object.hasOwn(modules, words[0] ?? '') ? words[0] : undefined;
  const yargs = createRequire(nx.resolve('nx/package.json'))('yargs') as (args: readonly string[]) => Argv;
  const { defaultYargsParserConfiguration } = nx('nx/src/command-line/yargs-utils/shared-options') as {
    defaultYargsParserConfiguration: object;
  };
  const { builder } = (
    nx(`nx/src/command-line/${command ?? 'run'}/command-object`) as Record<string, { builder: (y: Argv) => Argv }>
  )[modules[command ?? 'run']];
  const y = builder(yargs([]))
    .parserConfiguration(defaultYargsParserConfiguration)
    .exitProcess(false)
    .help(false)
    .version(false);
  const found = (await y.parseAsync(command === undefined || command === 'run' ? [...words] : joined(words))) as {
    _: (string | number)[];
    '--'?: (string | number)[];
  } & Record<string, unknown>;
  const given = (...names: string[]): string[] => names.flatMap((name) => found[name] ?? []).map(String);
  const free = [...found._.slice(command ? 1 : 0), ...(found['--'] ?? [])].map(String);
  const places = command === undefined || command === 'run' ? placesOf(free, command === 'run') : { count: 0 };
  const { key } = (y as unknown as { getOptions: () => { key: object } }).getOptions();
  return {
    projects: [...(places.project === undefined ? [] : [places.project]), ...given('project', 'projects')],
    targets: [...(places.target === undefined ? [] : [places.target]), ...given('target', 'targets')],
    rest: free.slice(places.count),
    known: [...Object.keys(key).filter((name) => name.length > 1), 'help'].map((name) =>
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    ),
  };
}

/** As Nx does before it parses: `-t one two` becomes `-t one,two`. */
function joined(words: readonly string[]): string[] {
  const end = words.indexOf('--') < 0 ? words.length : words.indexOf('--');
  const list = /^(-p|-t|--(projects|exclude|files|targets?))$/;
  return words.flatMap((word, i) => {
    const first = words.slice(0, i).findLastIndex((before) => before.startsWith('-'));
    const isItem = i < end && !word.startsWith('-') && list.test(words[first] ?? '');
    if (!isItem) return [word];
    const items = words.slice(first + 1).findIndex((item) => item.startsWith('-'));
    return i > first + 1 ? [] : [words.slice(i, items < 0 ? undefined : first + 1 + items).join(',')];
  });
}

/** Project and target of `run <project>:<target>`, `<project>:<target>`, `<target> <project>`, and how many words they are. */
function placesOf(
  [first = '', second]: readonly string[],
  isRun: boolean,
): { readonly count: number; readonly project?: string; readonly target?: string } {
  const [project = '', target] = first.split(':');
  if (target !== undefined) return { count: 1, project, target };
  if (isRun || second === undefined || second.startsWith('-')) return { count: first === '' ? 0 : 1, target: first };
  return { count: 2, project: second, target: first };
}
