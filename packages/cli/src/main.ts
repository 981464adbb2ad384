import { LayerwiseError, nearest } from '@layerwise/contracts';
import { storageError } from '@layerwise/store/storage';
import type { Argv } from 'yargs';
import { loadEnvironment } from './environment.js';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { printError } from '@layerwise/workspace/terminal';

const experiment = {
  type: 'string',
  demandOption: true,
  describe: '<study>:<experiment>, such as pipeline:exp5',
} as const;

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

async function parser(args: readonly string[]): Promise<Argv> {
  const { default: yargs } = await import('yargs');
  const y = yargs([...args]);
  return y
    .scriptName('layerwise')
    .usage('$0 <command>\n\nNeural-network experiments as an incremental, reproducible pipeline.')
    .command(
      'list',
      'List studies and experiments, and what of them is built',
      (y) =>
        y
          .option('stages', { type: 'boolean', default: false, describe: 'Also the stage instances' })
          .example('$0 list --stages', ''),
      async ({ stages }) => (await import('./commands/list.js')).listCommand({ stages }),
    )
    .command(
      'show <experiment>',
      'Show the figures of a built experiment',
      (y) =>
        y
          .positional('experiment', experiment)
          .option('json', { type: 'boolean', default: false, describe: 'One JSON object' })
          .example('$0 show pipeline:exp5 --json', ''),
      async ({ experiment, json }) => (await import('./commands/show.js')).showCommand(experiment, { json }),
    )
    .command(
      'compare <experiments..>',
      'Compare built experiments of any studies: a table, tests of their differences, and a page',
      (y) =>
        y
          .positional('experiments', {
            type: 'string',
            array: true,
            demandOption: true,
            describe: 'Two or more, as <study>:<experiment>',
          })
          .option('json', { type: 'boolean', default: false, describe: 'One JSON object' })
          .example('$0 compare pipeline:exp3 a1:exp0', ''),
      async ({ experiments, json }) => (await import('./commands/compare.js')).compareCommand(experiments, { json }),
    )
    .command(
      'explain <experiment>',
      'Say which stages the next run would compute, and exactly why',
      (y) =>
        y
          .positional('experiment', { ...experiment, describe: '<study>:<experiment>, or <study> for all of them' })
          .option('json', { type: 'boolean', default: false, describe: 'One JSON object for each experiment' })
          .example('$0 explain pipeline:exp5', ''),
      async ({ experiment, json }) => (await import('./commands/explain.js')).explainCommand(experiment, { json }),
    )
    .command(
      'run <experiment>',
      'Build an experiment, or a whole study; the same as `npx nx run`',
      (y) =>
        y
          .positional('experiment', { ...experiment, describe: '<study>:<experiment>, or <study> for all of them' })
          .parserConfiguration({ 'unknown-options-as-args': true })
          .strict(false)
          .example('$0 run pipeline:exp5', '')
          .example('$0 run pipeline', 'every experiment'),
      async ({ experiment, _ }) => (await import('./commands/run.js')).runCommand(experiment, _.slice(1).map(String)),
    )
    .command(
      'stage <id>',
      'Compute one stage instance; what the Nx targets call',
      (y) =>
        y.positional('id', { type: 'string', demandOption: true, describe: 'As `layerwise list --stages` shows it' }),
      async ({ id }) => (await import('./commands/stage.js')).stageCommand(id),
    )
    .command(
      'result <experiment>',
      'Lay the folder and the report of a built experiment anew, as a run does in its end',
      (y) => y.positional('experiment', experiment),
      async ({ experiment }) => (await import('./commands/result.js')).resultCommand(experiment),
    )
    .command(
      'data <action>',
      'Download MNIST into data/mnist, checksums verified',
      (y) =>
        y
          .positional('action', { choices: ['fetch'] as const, demandOption: true, describe: 'fetch' })
          .option('mirror', {
            type: 'string',
            array: true,
            describe: 'Address below which <file>.gz is, instead of the public mirrors',
          })
          .example('$0 data fetch', ''),
      async ({ mirror }) => (await import('./commands/data.js')).dataFetchCommand(mirror),
    )
    .command(
      'predict <experiment> <pictures..>',
      'Find the digits on photos or scans and read them with the net of a built experiment',
      (y) =>
        y
          .positional('experiment', experiment)
          .positional('pictures', {
            type: 'string',
            array: true,
            demandOption: true,
            describe: 'PNG or JPEG files, folders of them, patterns such as "scans/*.jpg"',
          })
          .option('labels', {
            type: 'string',
            describe: 'What is written on the sheets, in reading order, or a text file of it: the readings are scored',
          })
          .option('out', {
            type: 'string',
            describe: 'Folder for the annotated pictures and the tables; by default in the folder of the experiment',
          })
          .option('json', { type: 'boolean', default: false, describe: 'One JSON object instead of a table' })
          .example('$0 predict pipeline:exp3 photo.jpg', '')
          .example('$0 predict pipeline:exp3 photo.jpg --labels "0123 456 789"', 'with a score'),
      async ({ experiment, pictures, labels, out, json }) =>
        (await import('./commands/predict.js')).predictCommand(experiment, pictures, { labels, out, json }),
    )
    .command(
      'export <experiment>',
      'Write the trained net of a built experiment as other programs read it',
      async (y) => {
        const { FORMATS } = await import('@layerwise/export');
        return y
          .positional('experiment', experiment)
          .option('format', {
            choices: ['all', ...FORMATS.map(({ id }) => id)],
            default: 'all',
            describe: 'Which format',
          })
          .option('out', {
            type: 'string',
            describe: 'Folder for the files; by default in the folder of the experiment',
          })
          .example('$0 export pipeline:exp5', 'all formats')
          .example('$0 export pipeline:exp3 --format onnx --out models', '');
      },
      async ({ experiment, format, out }) =>
        (await import('./commands/export.js')).exportCommand(experiment, { format, out }),
    )
    .command(
      'gc',
      'List what in artifacts/ no study refers to, with sizes; --yes removes it',
      (y) =>
        y
          .option('yes', { type: 'boolean', default: false, describe: 'Remove it' })
          .option('results', {
            type: 'boolean',
            default: false,
            describe: 'Also the last results of experiments that are not planned so any more',
          })
          .option('json', { type: 'boolean', default: false, describe: 'One JSON object' }),
      async ({ yes, results, json }) => (await import('./commands/gc.js')).gcCommand({ yes, results, json }),
    )
    .command(
      'doctor',
      'Check Node, disk, processors, data, tfjs-node, the cache and the hash of every artifact',
      (y) => y.option('json', { type: 'boolean', default: false, describe: 'One JSON object' }),
      async ({ json }) => (await import('./commands/doctor.js')).doctorCommand({ json }),
    )
    .command(
      'cache <action>',
      "Serve a cache that workspaces share, by Nx's self-hosted protocol",
      (y) =>
        y
          .positional('action', { choices: ['serve'] as const, demandOption: true, describe: 'serve' })
          .option('folder', { type: 'string', default: '.layerwise/cache', describe: 'Where the entries lie' })
          .option('host', {
            type: 'string',
            default: '127.0.0.1',
            describe: 'Address to serve at; the default is this computer alone',
          })
          .option('port', { type: 'number', default: 4949, describe: '0 takes one that is free' })
          .option('max-size', {
            type: 'string',
            default: '10GB',
            describe: 'Of all entries; what was used least lately gives way',
          })
          .epilogue(
            'The access token is NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN; without it a new one is made and shown.',
          )
          .example('$0 cache serve', ''),
      async ({ folder, host, port, maxSize }) =>
        (await import('./commands/cache.js')).cacheServeCommand({ folder, host, port, size: maxSize }),
    )
    .command('schema', 'Write pipelines/study.schema.json, for completion in editors', {}, async () =>
      (await import('./commands/schema.js')).schemaCommand(),
    )
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
