import { LayerwiseError, nearest } from '@layerwise/contracts';
import { storageError } from '@layerwise/store/storage';
import type { Argv } from 'yargs';
import type { Command } from './command.js';
import { loadEnvironment } from './environment.js';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { printError } from '@layerwise/workspace/terminal';

type Loader = () => Promise<{ readonly command: Command }>;

/** All commands in the order of the help. A new one is a file in `commands/` and a line here. */
const commands: Readonly<Record<string, Loader>> = {
  list: () => import('./commands/list.js'),
  show: () => import('./commands/show.js'),
  compare: () => import('./commands/compare.js'),
  params: () => import('./commands/params.js'),
  explain: () => import('./commands/explain.js'),
  run: () => import('./commands/run.js'),
  stage: () => import('./commands/stage.js'),
  result: () => import('./commands/result.js'),
  data: () => import('./commands/data.js'),
  predict: () => import('./commands/predict.js'),
  export: () => import('./commands/export.js'),
  gc: () => import('./commands/gc.js'),
  doctor: () => import('./commands/doctor.js'),
  cache: () => import('./commands/cache.js'),
  schema: () => import('./commands/schema.js'),
};

/** Runs the command line. Errors a user can act on are printed without a stack trace; the exit code is 1 (2 for wrong usage). */
export async function main(args: readonly string[]): Promise<void> {
  try {
    loadEnvironment(findRoot());
    await (shortcut(args) ?? (await parser(args)).parseAsync());
  } catch (error) {
    const met = storageError(error, process.cwd());
    const known = met instanceof LayerwiseError ? met : unexpected(error);
    printError(`layerwise: ${known.describe()}`);
    process.exitCode = known.code === 'USAGE' ? 2 : 1;
  }
}

/** An error that nobody foresaw: said in a line; its stack is shown with LAYERWISE_DEBUG=1. */
function unexpected(error: unknown): LayerwiseError {
  if (process.env.LAYERWISE_DEBUG) console.error(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new LayerwiseError('STAGE_FAILED', `stopped by an unexpected ${message}`, {
    remedy: 'This is a defect of Layerwise or of a stage package; LAYERWISE_DEBUG=1 shows where it happened.',
    cause: error,
  });
}

/** The command that Nx calls, and explain, by their exact form: yargs alone takes 60 ms. */
function shortcut([command, address, ...rest]: readonly string[]): Promise<void> | undefined {
  if (address === undefined || address.startsWith('-') || rest.length > 0) return undefined;
  if (command === 'stage') return import('./commands/stage.js').then(({ stageCommand }) => stageCommand(address));
  if (command === 'explain')
    return import('./commands/explain.js').then(({ explainCommand }) => explainCommand(address, { json: false }));
  return undefined;
}

/** The option nearest to the one that yargs did not know. */
function suggestion(message: string, y: Argv): string {
  const [, option] = /^Unknown arguments?: ([\w-]+)/.exec(message) ?? [];
  const { key } = (y as unknown as { getOptions: () => { key: object } }).getOptions();
  const close =
    option === undefined
      ? undefined
      : nearest(
          option,
          Object.keys(key).filter((name) => name.length > 1),
        );
  return close === undefined ? '' : `; did you mean '--${close}'?`;
}

/** The module of the command that is named, or those of all where none is. */
async function modulesOf(args: readonly string[]): Promise<Command[]> {
  const name = args.find((word) => !word.startsWith('-')) ?? '';
  const wanted = Object.hasOwn(commands, name) ? [commands[name]] : Object.values(commands);
  return Promise.all(wanted.map(async (load) => (await load()).command));
}

async function parser(args: readonly string[]): Promise<Argv> {
  const [{ default: yargs }, modules] = await Promise.all([import('yargs'), modulesOf(args)]);
  const y = yargs([...args]);
  for (const module of modules) y.command(module);
  return y
    .scriptName('layerwise')
    .usage('$0 <command>\n\nNeural-network experiments as an incremental, reproducible pipeline.')
    .demandCommand(1, 'Name a command.')
    .strict()
    .recommendCommands()
    .version(false)
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message, error) => {
      if (error instanceof Error) throw error;
      throw new LayerwiseError('USAGE', `${message ?? 'wrong usage'}${suggestion(message ?? '', y)}`, {
        remedy: 'layerwise --help',
      });
    })
    .help();
}
