import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a command printed, and how it ended. */
export interface Called {
  readonly code: number;
  readonly output: string;
}

/** Imports a compiled module of the packages that a workspace has. */
export async function load<T>(root: string, module: string): Promise<T> {
  return (await import(/* @vite-ignore */ pathToFileURL(join(root, 'packages', module)).href)) as T;
}

/**
 * Runs a command of layerwise in this process, which starting one takes most of the time of: for tests of what a command does with what it finds.
 * Commands that start Nx, are killed, or run code that was edited since the last call need a process of their own.
 * @param root absolute path of the workspace, whose own packages are run
 * @param env added to the environment for as long as it runs
 */
export async function call(root: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Called> {
  const { main } = await load<{ main: (args: readonly string[]) => Promise<void> }>(root, 'cli/dist/index.js');
  const before = { cwd: process.cwd(), env: { ...process.env }, code: process.exitCode, options: process.execArgv };
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  let output = '';
  for (const stream of streams)
    stream.write = ((text: string | Uint8Array): boolean => {
      output += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    }) as typeof stream.write;
  try {
    process.chdir(root);
    for (const name of Object.keys(process.env))
      if (/^(NX_|LAYERWISE_|NODE_OPTIONS)/.test(name)) delete process.env[name];
    Object.assign(process.env, env);
    // Those of the test runner would count among what a stage's code depends on.
    process.execArgv = [];
    process.exitCode = 0;
    await main(args);
    return { code: Number(process.exitCode), output };
  } finally {
    streams.forEach((stream, i) => (stream.write = writes[i] as typeof stream.write));
    process.chdir(before.cwd);
    for (const name of Object.keys(process.env)) if (!(name in before.env)) delete process.env[name];
    Object.assign(process.env, before.env);
    process.execArgv = before.options;
    process.exitCode = before.code;
  }
}
