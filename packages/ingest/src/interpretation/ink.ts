import type { Warning } from '@layerwise/contracts';
import type { Part, Parts } from '../samples/part.js';
import { ScaledPixels, type PixelRange } from '../samples/pixels.js';
import type { Range } from '../samples/range.js';

/** Largest share of full ink that makes no one wonder: 127 of 255, as signed bytes have, does. */
const FAINT = 0.5;
/** Fewest rows whose largest pixel says something of the range. */
const FEWEST = 10;
const NAMES = { train: 'training', validation: 'validation', test: 'test' } as const;

/**
 * Warns of pixels that use little of the range they are read as (code `PIXELS_FAINT`), or much more or less of it than the
 * training rows, and of values that `range: auto` cut off (`PIXELS_CLIPPED`).
 * @param scale what the study says of the range, or what it was found to be
 */
export function reportInk(
  parts: Parts,
  range: PixelRange,
  scale: Range | undefined,
  warn: (warning: Warning) => void,
): void {
  const full = range === 'bytes' || range === 'declared' ? 255 : 1;
  const found = (Object.entries(parts) as [keyof typeof NAMES, Part][]).map(([name, { pixels, labels }]) => ({
    name: NAMES[name],
    rows: labels.rows,
    pixels,
    ink: pixels.largest / full,
  }));
  const train = found.find(({ name }) => name === 'training');
  if (!train) return;
  if (train.ink < FAINT) warn({ code: 'PIXELS_FAINT', message: faint(train.pixels.largest, full, scale) });
  for (const { name, rows, pixels, ink } of found) {
    const [less, more] = [Math.min(ink, train.ink), Math.max(ink, train.ink)];
    if (Math.min(rows, train.rows) >= FEWEST && less < FAINT * more && !scale)
      warn({
        code: 'PIXELS_FAINT',
        message:
          `the largest pixel of the ${name} rows is ${shown(pixels.largest)}, that of the training rows ` +
          `${shown(train.pixels.largest)}: write both in the same range`,
      });
    if (pixels instanceof ScaledPixels && pixels.clipped > 0)
      warn({
        code: 'PIXELS_CLIPPED',
        message: `${pixels.clipped} pixels of the ${name} rows are outside the range of the training rows and were taken as the nearest value inside`,
      });
  }
}

function faint(largest: number, full: number, scale: Range | undefined): string {
  if (scale)
    return (
      `the pixels of the training rows reach ${Math.round((100 * largest) / full)}% of full ink, ` +
      `as 'range: [${scale.join(', ')}]' has it: the second number may be too far off`
    );
  if (largest === 0) return 'all pixels of the training rows are 0: the images are blank';
  return (
    `the largest pixel of the training rows is ${shown(largest)}, far below ${full}, which is read as full ` +
    `ink: images are faint, and nets learn from them more slowly and less well. If ${shown(largest)} is full ink, set ` +
    `'range: [0, ${shown(largest)}]' under dataset, or 'range: auto'`
  );
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
