import { referenceRows, usualDistances } from '@layerwise/scan/novelty';
import { base64 } from '../payloads/base64.js';
import type { PackedReference } from '../payloads/pad.js';
import type { HiddenLayer } from './experiment.js';

const MOST_ROWS = 2000;
const MOST_BYTES = 256 << 10;

/** Rounds to bytes what the page compares with, and measures the training set's own rows against just that. */
export function packReference({ data, width }: HiddenLayer): PackedReference {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / width)));
  const reference = referenceRows(data, width, most);
  const low = new Float32Array(width).fill(Infinity);
  const high = new Float32Array(width).fill(-Infinity);
  reference.forEach((value, i) => {
    low[i % width] = Math.min(low[i % width], value);
    high[i % width] = Math.max(high[i % width], value);
  });
  const step = high.map((value, h) => (value - low[h]) / 255);
  const bytes = Uint8Array.from(reference, (value, i) =>
    step[i % width] === 0 ? 0 : Math.min(255, Math.round((value - low[i % width]) / step[i % width])),
  );
  const rounded = Float32Array.from(bytes, (byte, i) => low[i % width] + byte * step[i % width]);
  const usual = Float32Array.from(usualDistances(data, width, most, rounded));
  return { width, bytes: base64(bytes), low: packed(low), step: packed(step), usual: packed(usual) };
}

const packed = (values: Float32Array): string => base64(new Uint8Array(values.buffer));
