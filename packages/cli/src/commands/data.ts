import { join } from 'node:path';
import { fetchMnist, findMnist, MNIST_FILES } from '@layerwise/ingest';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { placesOf } from '@layerwise/workspace/plan/folders';
import { defineCommand } from '../command.js';
import { ProgressLine } from '../progress.js';
import { stopSignal } from '../stop-signal.js';
import { print } from '../terminal.js';

/** `layerwise data fetch`: downloads what of MNIST is not there yet. @throws LayerwiseError DATA_MISSING naming each mirror and what was wrong with it */
export async function dataFetchCommand(mirrors: readonly string[] | undefined): Promise<void> {
  const places = placesOf(findRoot());
  const found = findMnist(places.data);
  const wanted = MNIST_FILES.filter((_, index) => found[index] === undefined);
  const line = new ProgressLine('data');
  const folder = join(places.download, 'mnist');
  const fetched =
    wanted.length === 0
      ? []
      : await fetchMnist({
          folder,
          wanted,
          ...(mirrors ? { mirrors } : {}),
          progress: line.step,
          signal: stopSignal(),
        }).finally(() => line.clear());
  for (const path of [...found, ...fetched]) {
    if (path !== undefined) print(`${path}${fetched.includes(path) ? '  downloaded' : ''}`);
  }
}

/** `layerwise data` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('action', { choices: ['fetch'] as const, demandOption: true, describe: 'fetch' })
      .option('mirror', {
        type: 'string',
        array: true,
        describe: 'Address below which <file>.gz is found, instead of the public mirrors',
      })
      .example('$0 data fetch', ''),
  handler: async ({ mirror }) => dataFetchCommand(mirror),
});
