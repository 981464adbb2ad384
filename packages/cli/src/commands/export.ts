import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { exportFiles, FORMATS } from '@layerwise/export';
import type { StoredArtifact } from '@layerwise/store';
import type { ExperimentPlan } from '@layerwise/study';
import { openExperiment, orLast } from '@layerwise/workspace/experiment/experiment';
import { findExperiment, findRoot } from '@layerwise/workspace/plan/selection';
import { defineCommand, experimentArgument } from '../command.js';
import { openNet } from '../reader.js';
import { print, printError } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';

/** Options of `layerwise export`. */
export interface ExportOptions {
  /** The id of a format, or `all`. */
  readonly format: string;
  readonly out: string | undefined;
}

/** `layerwise export <study>:<experiment>`: writes the trained net in other formats, with a README beside them. */
export async function exportCommand(address: string, { format, out }: ExportOptions): Promise<void> {
  const root = findRoot();
  const plan = findExperiment(await planStudies(root, [address]), address);
  const open = async (built: ExperimentPlan) => ({
    net: await openNet(root, built),
    ...(await openExperiment(root, built, ['train'])),
  });
  const { net, train } = await orLast(root, plan, open, printError);
  const artifact = train as StoredArtifact;
  const folder = out ?? join(root, 'artifacts', plan.study, plan.name, 'export');
  const files = exportFiles(
    net,
    FORMATS.filter(({ id }) => format === 'all' || id === format),
    { model: await artifact.bytes('model.json'), weights: await artifact.bytes('weights.bin') },
  );
  for (const { file, bytes } of files) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    print(`${relative(process.cwd(), path) || path}  ${Math.ceil(bytes.length / 1024)} kB`);
  }
}

/** `layerwise export` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiment', experimentArgument)
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
      .example('$0 export pipeline:exp3 --format onnx --out models', ''),
  handler: async ({ experiment, format, out }) => exportCommand(experiment, { format, out }),
});
