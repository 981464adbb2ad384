import type { Command } from './command.js';

/** A command as the help lists it. */
export interface Listed {
  /** Its name and positional arguments. */
  readonly usage: string;
  readonly describe: string;
  /** Its module is loaded when it is named: the help of all commands needs none of what they import. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** All commands in the order of the help, by their names. A new one is a file in `commands/` and an entry here. */
export const commands: Readonly<Record<string, Listed>> = {
  list: {
    usage: 'list',
    describe: 'List studies and experiments, and how much of each is built',
    load: () => import('./commands/list.js'),
  },
  show: {
    usage: 'show <experiment>',
    describe: 'Show the figures of a built experiment',
    load: () => import('./commands/show.js'),
  },
  why: {
    usage: 'why <experiment>',
    describe: 'Say what tells a class from its rival, by pixel and by hidden node',
    load: () => import('./commands/why.js'),
  },
  compare: {
    usage: 'compare <experiments..>',
    describe:
      'Compare built experiments of any studies: a table, tests of their differences, and a page; or recorded results with a commit',
    load: () => import('./commands/compare.js'),
  },
  lock: {
    usage: 'lock [experiment]',
    describe: 'Record what built experiments gave in pipelines/<study>/results.json, for git to keep',
    load: () => import('./commands/lock.js'),
  },
  verify: {
    usage: 'verify [experiment]',
    describe: 'Say what this computer reproduces of the recorded results, bit by bit and figure by figure, and why not',
    load: () => import('./commands/verify.js'),
  },
  params: {
    usage: 'params <stage>',
    describe: 'List the parameters of a stage, with types, ranges and defaults',
    load: () => import('./commands/params.js'),
  },
  explain: {
    usage: 'explain <experiment>',
    describe: 'Say which stages the next run would compute, and exactly why',
    load: () => import('./commands/explain.js'),
  },
  run: {
    usage: 'run <experiment>',
    describe: 'Build an experiment, or a whole study; the same as `npx nx run`',
    load: () => import('./commands/run.js'),
  },
  stage: {
    usage: 'stage <id>',
    describe: 'Compute one stage instance; what the Nx targets call',
    load: () => import('./commands/stage.js'),
  },
  result: {
    usage: 'result <experiment>',
    describe: 'Write the folder and the report of a built experiment again, as a run does at its end',
    load: () => import('./commands/result.js'),
  },
  data: {
    usage: 'data <action>',
    describe: 'Download MNIST into data/mnist, checksums verified',
    load: () => import('./commands/data.js'),
  },
  predict: {
    usage: 'predict <experiment> <pictures..>',
    describe: 'Find the digits on photos or scans and read them with the net of a built experiment',
    load: () => import('./commands/predict.js'),
  },
  export: {
    usage: 'export <experiment>',
    describe: 'Write the trained net of a built experiment in formats that other programs read',
    load: () => import('./commands/export.js'),
  },
  gc: {
    usage: 'gc',
    describe: 'List what in artifacts/ no study refers to, with sizes; --yes removes it',
    load: () => import('./commands/gc.js'),
  },
  doctor: {
    usage: 'doctor',
    describe: 'Check Node, disk, processors, data, tfjs-node, the cache and the hash of every artifact',
    load: () => import('./commands/doctor.js'),
  },
  cache: {
    usage: 'cache <action>',
    describe: "Serve a cache that workspaces share, by Nx's self-hosted protocol",
    load: () => import('./commands/cache.js'),
  },
  new: {
    usage: 'new <kind> <name>',
    describe: 'Write a new study, or a package with a new stage',
    load: () => import('./commands/new.js'),
  },
  schema: {
    usage: 'schema',
    describe: 'Write pipelines/study.schema.json, for completion in editors',
    load: () => import('./commands/schema.js'),
  },
};
