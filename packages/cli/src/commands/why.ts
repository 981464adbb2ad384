import { LayerwiseError, readAs } from '@layerwise/contracts';
import type { StoredArtifact } from '@layerwise/store';
import type { ExperimentPlan } from '@layerwise/study';
import { openExperiment, orLast } from '@layerwise/workspace/experiment/experiment';
import { findExperiment, findRoot } from '@layerwise/workspace/plan/selection';
import { defineCommand, experimentArgument } from '../command.js';
import { print, printError } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';
import { describeReasons, readReasons, readSentences } from '../reasons.js';

/** Options of `layerwise why`. */
export interface WhyOptions {
  readonly name: string | undefined;
  readonly rival: string | undefined;
  readonly json: boolean;
}

/**
 * `layerwise why <study>:<experiment> --class 4 --rival 9`: what tells a class from a rival, by pixel and by node; without a class a
 * sentence for each. Computes nothing.
 */
export async function whyCommand(address: string, { name, rival, json }: WhyOptions): Promise<void> {
  if (rival !== undefined && name === undefined)
    throw new LayerwiseError('USAGE', `--rival must be given with --class, got --rival ${rival} alone`);
  const root = findRoot();
  const plan = findExperiment(await planStudies(root, [address]), address);
  const { classes } = await orLast(root, plan, (built) => openClasses(root, built), printError);
  const artifact = readAs('classes', classes);
  if (name === undefined) {
    const sentences = await readSentences(artifact);
    return print(
      json
        ? JSON.stringify({ experiment: address, classes: sentences })
        : sentences.map((one) => `${one.class}  ${one.sentence}`).join('\n'),
    );
  }
  const reasons = await readReasons(artifact, name, rival);
  print(json ? JSON.stringify({ experiment: address, ...reasons }) : describeReasons(reasons));
}

/** The artifact of an experiment that was built before there was a stage `classes` is missing too. */
async function openClasses(root: string, plan: ExperimentPlan): Promise<{ readonly classes: StoredArtifact }> {
  const { classes } = await openExperiment(root, plan, ['classes']);
  if (classes) return { classes };
  throw new LayerwiseError('ARTIFACT_MISSING', `${plan.study}:${plan.name} is built without its stage classes`, {
    remedy: `npx nx run ${plan.study}:${plan.name}`,
  });
}

/** `layerwise why` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiment', experimentArgument)
      .option('class', { type: 'string', describe: 'Name of the class; without it, a sentence for each' })
      .option('rival', {
        type: 'string',
        describe: 'Name of the other class; without it, the most frequent second choice',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object' })
      .example('$0 why pipeline:exp3 --class 4 --rival 9', ''),
  handler: async ({ experiment, class: name, rival, json }) => whyCommand(experiment, { name, rival, json }),
});
