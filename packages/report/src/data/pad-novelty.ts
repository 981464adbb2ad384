import { referenceRows, usualDistances } from '@layerwise/scan/novelty';
import { base64 } from '../payloads/base64.js';
import type { PackedReference } from '../payloads/pad.js';
import type { HiddenLayer } from './experiment.js';

const MOST_ROWS = 2000;
const MOST_BYTES = 256 << 10;

/** Rounds to bytes what the page compares with, and measures the training set's own rows against just that. */
export function packReference({ data, width }: Pick<HiddenLayer, 'data' | 'width'>): PackedReference {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / width)));
  const reference = referenceRows(data, width, most);
  const low = new Float32Array(width).fill(Infinity);
  const high = new Float32Array(width).fill(-Infinity);
  for (let at = 0; at < reference.length; at += width) {
    for (let h = 0; h < width; h++) {
      low[h] = Math.min(low[h], reference[at + h]);
      high[h] = Math.max(high[h], reference[at + h]);
    }
  }
  const step = high.map((value, h) => (value - low[h]) / 255);
  const bytes = new Uint8Array(reference.length);
  const rounded = new Float32Array(reference.length);
  for (let at = 0; at < reference.length; at += width) {
    for (let h = 0; h < width; h++) {
      const byte = step[h] === 0 ? 0 : Math.min(255, Math.round((reference[at + h] - low[h]) / step[h]));
      bytes[at + h] = byte;
      rounded[at + h] = low[h] + byte * step[h];
    }
  }
  const usual = Float32Array.from(usualDistances(data, width, most, rounded));
  return { width, bytes: base64(bytes), low: packed(low), step: packed(step), usual: packed(usual) };
}

const packed = (values: Float32Array): string => base64(new Uint8Array(values.buffer));
