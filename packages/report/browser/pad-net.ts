import type { TrainedNet } from '@layerwise/nets';
import type { ReferenceRows } from '@layerwise/scan/novelty';
import { bytesOf } from '../src/payloads/decode.js';
import { unpackNet } from '../src/payloads/net.js';
import type { PackedReference, Pad } from '../src/payloads/pad.js';

/** What the draw pad runs, unpacked. */
export interface PadNet {
  readonly trained: TrainedNet;
  readonly reference: ReferenceRows | undefined;
  /** Of each hidden layer the class of each node, and its largest absolute activation on a training image. */
  readonly layers: readonly { readonly home: readonly number[]; readonly largest: Float32Array }[];
}

/** Unpacks the draw pad's net. */
export function openPadNet({ net, layers, reference }: Pad): PadNet {
  return {
    trained: unpackNet(net),
    reference: reference && openReference(reference),
    layers: layers.map(({ home, largest }) => ({ home, largest: floats(largest) })),
  };
}

const floats = (text: string): Float32Array => new Float32Array(bytesOf(text).buffer);

function openReference({ width, bytes, low, step, usual }: PackedReference): ReferenceRows {
  const [from, by] = [floats(low), floats(step)];
  return {
    width,
    reference: Float32Array.from(bytesOf(bytes), (byte, i) => from[i % width] + byte * by[i % width]),
    usual: floats(usual),
  };
}
