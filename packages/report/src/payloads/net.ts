import type { TrainedNet } from '@layerwise/nets';
import { bytesOf } from './decode.js';

/** Numbers as base64 of little-endian float32 or float64. */
export type PackedNumbers = { readonly f32: string } | { readonly f64: string };

/** A value whose lists of parts have their arrays packed. */
type Packed<T> = { readonly [Key in keyof T]: T[Key] extends readonly unknown[] ? readonly PackedPart[] : T[Key] };
/** A step or a layer. */
export type PackedPart = Readonly<Record<string, unknown>>;

/** A trained net as the page holds it: {@link TrainedNet} with its arrays packed. */
export interface PackedNet {
  readonly name: string;
  readonly dataset: TrainedNet['dataset'];
  readonly map: Packed<TrainedNet['map']>;
  readonly net: Packed<TrainedNet['net']>;
}

/** Opens a packed net; runs in the page. */
export function unpackNet(packed: PackedNet): TrainedNet {
  const { map, net } = packed;
  const each = (parts: readonly PackedPart[]): unknown[] =>
    parts.map((part) => Object.fromEntries(Object.entries(part).map(([name, value]) => [name, opened(value)])));
  return {
    ...packed,
    map: { ...map, steps: each(map.steps) },
    net: { ...net, layers: each(net.layers) },
  } as unknown as TrainedNet;
}

function opened(value: unknown): unknown {
  if (value !== null && typeof value === 'object') {
    if ('f32' in value) return new Float32Array(bytesOf(value.f32 as string).buffer);
    if ('f64' in value) return new Float64Array(bytesOf(value.f64 as string).buffer);
  }
  return value;
}
