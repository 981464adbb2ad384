import { Refusal, type Existing, type FileSet } from './file-set.js';
import { studyFiles } from './study.js';

/** A program that installs packages. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** The version of Nx that a new workspace gets. */
export const nxVersion = '23.2.1';

/** What is asked of a workspace. */
export interface WorkspaceWish {
  /** Name of the package, where there is none yet. */
  readonly name: string;
  /** Name of its first study; none is made if it is left out. */
  readonly study?: string;
  /** Of Layerwise, such as `0.1.0`. */
  readonly version: string;
  readonly manager: PackageManager;
}

/**
 * The files that make a folder a workspace of Layerwise: new ones, and those that are there with what they lack. What is there stays.
 * @returns only what is to be written
 * @throws Refusal where the folder cannot become one
 */
export function workspaceFiles(wish: WorkspaceWish, existing: Existing): FileSet {
  refuseHopeless(existing);
  const made: [string, string | undefined][] = [
    ['package.json', packageJson(wish, existing('package.json'))],
    ['nx.json', nxJson(existing('nx.json'))],
    ['.env', withLines(existing('.env'), environment)],
    ['.gitignore', withLines(existing('.gitignore'), ignored)],
    ['README.md', existing('README.md') ?? readme(wish)],
    [
      '.vscode/extensions.json',
      existing('.vscode/extensions.json') ?? json({ recommendations: ['redhat.vscode-yaml'] }),
    ],
    ...(wish.manager === 'pnpm'
      ? [['pnpm-workspace.yaml', pnpmWorkspace(existing('pnpm-workspace.yaml'))] as [string, string]]
      : []),
    ...(wish.manager === 'yarn'
      ? [['.yarnrc.yml', existing('.yarnrc.yml') ?? 'nodeLinker: node-modules\n'] as [string, string]]
      : []),
    ...(wish.study === undefined ? [] : studyFiles(wish.study, existing)),
  ];
  return new Map(made.flatMap(([path, text]) => (text === undefined || text === existing(path) ? [] : [[path, text]])));
}

/** Refuses what no answer could mend. */
function refuseHopeless(existing: Existing): void {
  const pnp =
    existing('.pnp.cjs') !== undefined ||
    (existing('.yarnrc.yml') ?? existing('yarn.lock')?.match(/^__metadata:/m)?.[0]);
  if (pnp && !/^nodeLinker:\s*['"]?(node-modules|pnpm)/m.test(existing('.yarnrc.yml') ?? ''))
    throw new Refusal(
      "yarn must install into node_modules, where Nx finds its plugins, but here it is Plug'n'Play; write `nodeLinker: node-modules` into .yarnrc.yml",
    );
  const { dependencies, devDependencies } = parsed<PackageJson>('package.json', existing('package.json')) ?? {};
  const given = { ...dependencies, ...devDependencies };
  const major = /\d+/.exec(given.nx ?? nxVersion)?.[0];
  if (major !== nxVersion.split('.')[0])
    throw new Refusal(
      `Nx must be of version ${nxVersion.split('.')[0]}, got ${given.nx} (package.json); npx nx migrate brings it there`,
    );
  parsed('nx.json', existing('nx.json'));
}

interface PackageJson {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

function packageJson({ name, version }: WorkspaceWish, text: string | undefined): string {
  const wanted = { layerwise: `^${version}`, nx: nxVersion };
  const found = parsed<PackageJson>('package.json', text);
  if (!found) return json({ name, private: true, type: 'module', workspaces: ['packages/*'], devDependencies: wanted });
  const missing = Object.entries(wanted).filter(
    ([one]) => !(one in { ...found.dependencies, ...found.devDependencies }),
  );
  if (missing.length === 0) return text as string;
  return json(
    { ...found, devDependencies: sorted({ ...found.devDependencies, ...Object.fromEntries(missing) }) },
    text,
  );
}

/** A plugin as nx.json names it. */
type PluginEntry = string | { readonly plugin: string };

function nxJson(text: string | undefined): string {
  const found = parsed<{ plugins?: PluginEntry[] }>('nx.json', text);
  const settings = found ?? {
    $schema: './node_modules/nx/schemas/nx-schema.json',
    analytics: false,
    neverConnectToCloud: true,
    cacheDirectory: '.nx/cache',
    maxCacheSize: '10GB',
    parallel: 2,
  };
  const plugins = found?.plugins ?? [];
  const isThere = plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === 'layerwise');
  // The hooks before and after the tasks print, which they cannot in the daemon.
  const wanted = { ...settings, useDaemonProcess: false, plugins: isThere ? plugins : [...plugins, 'layerwise'] };
  return json(wanted, text);
}

/** Nx in one process and without an interface of its own, so that a run shows what its stages are doing. */
const environment = [
  'NX_ISOLATE_PLUGINS=false',
  'NX_TUI=false',
  'NX_NO_CLOUD=true',
  'NX_TASKS_RUNNER_DYNAMIC_OUTPUT=false',
];
const ignored = ['node_modules/', '.nx/', 'artifacts/', '/data/', 'pipelines/study.schema.json'];

/** A text with the lines that it lacks. A variable that has a value there keeps it. */
function withLines(text: string | undefined, lines: readonly string[]): string {
  const keyOf = (line: string): string =>
    line
      .trim()
      .split('=')[0]
      ?.replace(/^\/|\/$/g, '') ?? '';
  const there = new Set((text ?? '').split(/\r?\n/).map(keyOf));
  const missing = lines.filter((line) => !there.has(keyOf(line)));
  if (missing.length === 0) return text ?? '';
  const start = text === undefined || text === '' || text.endsWith('\n') ? (text ?? '') : `${text}\n`;
  return `${start}${missing.join('\n')}\n`;
}

/** pnpm 10 and 11 ask before a package may run a script when it is installed; Nx needs none. */
function pnpmWorkspace(text: string | undefined): string {
  if (text !== undefined) return text;
  return "packages:\n  - 'packages/*'\nignoredBuiltDependencies:\n  - nx\nallowBuilds:\n  nx: false\n";
}

/** How a command of an installed package is called. */
export function execOf(manager: PackageManager): string {
  return { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' }[manager];
}

function readme({ name, study, manager }: WorkspaceWish): string {
  const exec = execOf(manager);
  const asked = study ?? 'my-study';
  return `# ${name}

Experiments with dense nets on images, by Layerwise. A study is a file, such as \`pipelines/${asked}/study.yaml\`.

\`\`\`sh
${exec} nx run ${asked}:exp1               # runs an experiment; its last lines name the report, an HTML file
${exec} nx run ${asked}:all                # runs every experiment of the study
${exec} layerwise explain ${asked}:exp1    # what the next run would compute, and why
${exec} layerwise new study <name>      # another study
${exec} layerwise new stage <name>      # a stage of one's own, in packages/
${exec} layerwise --help
\`\`\`

Change a parameter in the study and run again: only what depends on it is computed. Results are in \`artifacts/\`, data of your own in \`data/\`.
`;
}

function parsed<T>(path: string, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as T;
  } catch {
    // Said below.
  }
  throw new Refusal(`${path} must be a JSON object without comments, so that it can be added to, but it is not`);
}

/** @param like a text whose indentation and end are kept */
function json(value: object, like?: string): string {
  const indent = like === undefined ? 2 : (/^\{\r?\n([ \t]+)"/.exec(like)?.[1] ?? 2);
  return JSON.stringify(value, null, indent) + (like === undefined || like.endsWith('\n') ? '\n' : '');
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
