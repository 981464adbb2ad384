import type { Argv, ArgumentsCamelCase, CommandModule } from 'yargs';

/** A command of which only the module of its own need be loaded: yargs takes it as it is. */
export type Command = CommandModule<object, never>;

/**
 * A command module of yargs whose handler gets the arguments that its builder declares.
 * @param module `command` with its positional arguments, `describe` as the help has it
 */
export function defineCommand<A>(module: {
  readonly command: string;
  readonly describe: string;
  readonly builder: (y: Argv<object>) => Argv<A> | Promise<Argv<A>>;
  readonly handler: (args: ArgumentsCamelCase<A>) => Promise<void>;
}): Command {
  return module as unknown as Command;
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
