import type { Argv } from 'yargs';
import { LayerwiseError, nearest } from '@layerwise/contracts';
import { storageError } from '@layerwise/store/storage';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { commands } from './commands.js';
import { loadEnvironment } from './environment.js';
import { printError } from './terminal.js';

/** Runs the command line. Errors a user can act on are printed without a stack trace; the exit code is 1 (2 for wrong usage). */
export async function main(args: readonly string[]): Promise<void> {
  try {
    if (!needsNoWorkspace(args) && !isCalledByNx(args)) loadEnvironment(findRoot());
    await (shortcut(args) ?? (await parser(args)).parseAsync());
  } catch (error) {
    const met = storageError(error, process.cwd());
    const known = met instanceof LayerwiseError ? met : unexpected(error);
    printError(`layerwise: ${known.describe()}`);
    process.exitCode = known.code === 'USAGE' ? 2 : 1;
  }
}

/** Help is given anywhere. */
function needsNoWorkspace(args: readonly string[]): boolean {
  return args.length === 0 || args.includes('--help');
}

/** Nx has read the files of variables by then; reading them again takes 40 ms. */
function isCalledByNx([command]: readonly string[]): boolean {
  return command === 'stage' && process.env.LAYERWISE_STAGE !== undefined;
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

async function parser(args: readonly string[]): Promise<Argv> {
  const { default: yargs } = await import('yargs');
  const y = yargs([...args]);
  for (const { usage, describe, load } of Object.values(commands))
    y.command<object>({
      command: usage,
      describe,
      builder: async (argv) => (await load()).command.builder(argv),
      handler: async (given) => (await load()).command.handler(given),
    });
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
