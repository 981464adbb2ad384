import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import type { Evaluation } from '@layerwise/contracts';
import { stage as ingest } from '@layerwise/ingest';
import { largest, readTrainedNet, respond } from '@layerwise/nets';
import { stage as preprocess } from '@layerwise/preprocess';
import { decodePicture } from '@layerwise/images';
import { findDigits } from '@layerwise/scan';
import { stage as train } from '@layerwise/train';
import { describe, expect, it } from 'vitest';
import { madeSheets, tally, touchingSheets, type MadeSheet } from '../packages/scan/test/made/sheets.js';

const data = process.env.LAYERWISE_DATA_DIR;
/** Sheets read with the net trained on MNIST: `LAYERWISE_SHEETS=70 npx vitest run test/own-digits.test.ts` measures more of them. */
const SHEETS = Number(process.env.LAYERWISE_SHEETS ?? 7);

async function trained(
  dataset: object,
  validation: object,
  net: object,
): Promise<{ features: MemoryArtifact; model: MemoryArtifact; accuracy: number }> {
  const places = { data: data ? [data] : [], download: '' };
  const raw = await runInMemory(ingest, { params: dataset, places });
  const features = await runInMemory(preprocess, { params: { validation }, inputs: { dataset: raw.output } });
  const model = await runInMemory(train, { params: net, inputs: { features: features.output } });
  const { test } = await model.output.json<Evaluation>('evaluation');
  return { features: features.output, model: model.output, accuracy: test.accuracy };
}

interface Totals {
  readonly found: number;
  readonly spurious: number;
  readonly read: number;
}

/** Shares of the digits placed on sheets. */
async function readSheets(
  { features, model }: { features: MemoryArtifact; model: MemoryArtifact },
  sheets: readonly MadeSheet[],
  cutting = true,
): Promise<Totals> {
  const net = await readTrainedNet('test:net', features, model);
  let [placed, found, spurious, read] = [0, 0, 0, 0];
  const judge = (pixels: Uint8Array): number => Math.max(...respond(net, pixels).probabilities);
  for (const sheet of sheets) {
    const { digits } = findDigits(decodePicture(sheet.jpeg, sheet.name), 28, cutting ? judge : undefined);
    const result = tally(
      sheet.placed,
      digits.map(({ box, pixels }) => ({ box, digit: largest(respond(net, pixels).probabilities) })),
    );
    placed += result.placed;
    found += result.found;
    spurious += result.spurious;
    read += result.read;
    if (process.env.LAYERWISE_SHEETS)
      console.log(
        `${sheet.name}: found ${result.found} of ${result.placed}, ${result.spurious} spurious, read ${result.read}`,
      );
  }
  return { found: found / placed, spurious: spurious / placed, read: read / placed };
}

/** What cutting brings on sheets of digits that touch: shares found and read more. */
async function gain(
  net: { features: MemoryArtifact; model: MemoryArtifact },
  sheets: readonly MadeSheet[],
): Promise<[found: number, read: number]> {
  const [whole, cut] = [await readSheets(net, sheets, false), await readSheets(net, sheets)];
  if (process.env.LAYERWISE_SHEETS)
    console.log(`touching, whole: found ${whole.found}, read ${whole.read}; cut: found ${cut.found}, read ${cut.read}`);
  return [cut.found - whole.found, cut.read - whole.read];
}

describe('digits on photographed sheets', () => {
  it('a small net trained on strokes reads strokes', async () => {
    const net = await trained(
      { use: 'strokes', strokes: { train: 4000, test: 500 } },
      { first: 500 },
      { hidden: [{ units: 32 }], epochs: 6 },
    );
    const { found, read } = await readSheets(net, madeSheets(4, 1, ['strokes']));
    expect(found).toBeGreaterThanOrEqual(0.95);
    expect(read).toBeGreaterThanOrEqual(net.accuracy - 0.08);
    expect(net.accuracy).toBeGreaterThan(0.85);
    const [foundMore, readMore] = await gain(net, touchingSheets(3, 700, 2, ['strokes']));
    expect(foundMore).toBeGreaterThan(0.05);
    expect(readMore).toBeGreaterThan(0.05);
  });

  it.runIf(data && existsSync(join(data, 'mnist')))(
    'the net of exp3, trained on MNIST, finds 95% and reads them at its accuracy less 5 points',
    async () => {
      const net = await trained({ use: 'mnist' }, { first: 5000 }, { hidden: [{ units: 128 }], epochs: 5 });
      const { found, spurious, read } = await readSheets(net, madeSheets(SHEETS, 1));
      if (process.env.LAYERWISE_SHEETS)
        console.log(`accuracy ${net.accuracy}; found ${found}, spurious ${spurious}, read ${read}`);
      expect(found).toBeGreaterThanOrEqual(0.95);
      expect(spurious).toBeLessThanOrEqual(0.02);
      expect(read).toBeGreaterThanOrEqual(net.accuracy - 0.05);
      const [foundMore, readMore] = await gain(net, touchingSheets(3, 500, 2, ['kalam', 'patrick-hand', 'nunito']));
      expect(foundMore).toBeGreaterThan(0.05);
      expect(readMore).toBeGreaterThan(0.05);
    },
  );
});
