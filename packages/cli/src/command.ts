import type { Argv, ArgumentsCamelCase } from 'yargs';

/** What yargs needs of a command that is run; its name and description are in `commands.ts`. */
export interface Command {
  readonly builder: (y: Argv<object>) => Argv<object> | Promise<Argv<object>>;
  readonly handler: (args: ArgumentsCamelCase<object>) => Promise<void>;
}

/** A command whose handler gets the arguments that its builder declares. */
export function defineCommand<A>(command: {
  readonly builder: (y: Argv<object>) => Argv<A> | Promise<Argv<A>>;
  readonly handler: (args: ArgumentsCamelCase<A>) => Promise<void>;
}): Command {
  return command as unknown as Command;
}

/** The argument `<experiment>` of most commands. */
export const experimentArgument = {
  type: 'string',
  demandOption: true,
  describe: '<study>:<experiment>, such as pipeline:exp5',
} as const;

/** The same, where a study stands for all of its experiments. */
export const experimentsArgument = {
  ...experimentArgument,
  describe: '<study>:<experiment>, or <study> for all of them',
} as const;
