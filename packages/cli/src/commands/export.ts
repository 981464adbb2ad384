import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { StoredArtifact } from '@layerwise/store';
import { openExperiment, orLast } from '@layerwise/workspace/experiment/experiment';
import { openNet } from '../reader.js';
import { findExperiment, findRoot, planAll } from '@layerwise/workspace/plan/selection';
import { print } from '@layerwise/workspace/terminal';
import { defineCommand, experimentArgument } from '../command.js';

/** Options of `layerwise export`. */
export interface ExportOptions {
  /** The id of a format, or `all`. */
  readonly format: string;
  readonly out: string | undefined;
}

/** `layerwise export <study>:<experiment>`: writes the trained net in other formats, with a README beside them. */
export async function exportCommand(address: string, { format, out }: ExportOptions): Promise<void> {
  const { exportFiles, FORMATS } = await import('@layerwise/export');
  const root = findRoot();
  const plan = findExperiment(await planAll(root, [address]), address);
  const { net, train } = await orLast(root, plan, async (built) => ({
    net: await openNet(root, built),
    ...(await openExperiment(root, built, ['train'])),
  }));
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
  command: 'export <experiment>',
  describe: 'Write the trained net of a built experiment as other programs read it',
  builder: async (y) => {
    const { FORMATS } = await import('@layerwise/export');
    return y
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
      .example('$0 export pipeline:exp3 --format onnx --out models', '');
  },
  handler: async ({ experiment, format, out }) => exportCommand(experiment, { format, out }),
});
