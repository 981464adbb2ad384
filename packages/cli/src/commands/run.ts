import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { findExperiment, findRoot, findStudy } from '@layerwise/workspace/plan/selection';
import { defineCommand, experimentsArgument } from '../command.js';
import { checkArguments } from '../nx-arguments.js';
import { planStudies } from '../workspace-plan.js';

/** `layerwise run <study>[:<experiment>]`: the same as `npx nx run <study>:<experiment>`, with the name checked first. */
export async function runCommand(address: string, rest: readonly string[]): Promise<void> {
  const root = findRoot();
  const plan = await planStudies(root, [address]);
  const target = address.includes(':') ? address : `${address}:all`;
  if (address.includes(':') && !address.endsWith(':all')) findExperiment(plan, address);
  else findStudy(plan, address.split(':')[0]);
  const asked = await checkArguments(root, ['run', target, ...rest], plan.studies);
  if (asked !== undefined) return (await import('./explain.js')).explainCommand(asked, { json: false });
  const manifest = createRequire(join(root, 'package.json')).resolve('nx/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { nx: string } };
  const nx = join(dirname(manifest), bin.nx);
  const child = spawn(process.execPath, [nx, 'run', target, ...rest], { cwd: root, stdio: 'inherit' });
  // Nx ends by itself, once its stages have kept what they have; until then this process keeps the terminal's prompt back.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done) =>
    child.on('exit', (...how) => done(how)),
  );
  if (signal === 'SIGKILL')
    throw new LayerwiseError('STAGE_FAILED', `Nx was killed by ${signal}, probably because memory ran out`, {
      remedy: 'Run the same command again: what is finished is kept, and a stage that is still running is waited for.',
    });
  process.exitCode = code ?? 1;
}

/** `layerwise run` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiment', experimentsArgument)
      .parserConfiguration({ 'unknown-options-as-args': true })
      .strict(false)
      .example('$0 run pipeline:exp5', '')
      .example('$0 run pipeline', 'every experiment'),
  handler: async ({ experiment, _ }) => runCommand(experiment, _.slice(1).map(String)),
});
