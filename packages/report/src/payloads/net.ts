import type { TrainedNet } from '@layerwise/nets';

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

/** Opens a packed net. Also runs in the page, taken there as text: it must not refer to anything outside itself. */
export function unpackNet(packed: PackedNet): TrainedNet {
  const numbers = (text: string): ArrayBuffer =>
    Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer as ArrayBuffer;
  const opened = (value: unknown): unknown => {
    if (value !== null && typeof value === 'object' && 'f32' in value)
      return new Float32Array(numbers(value.f32 as string));
    if (value !== null && typeof value === 'object' && 'f64' in value)
      return new Float64Array(numbers(value.f64 as string));
    return value;
  };
  const each = (parts: readonly PackedPart[]): unknown[] =>
    parts.map((part) => Object.fromEntries(Object.entries(part).map(([name, value]) => [name, opened(value)])));
  const { map, net } = packed;
  return {
    ...packed,
    map: { ...map, steps: each(map.steps) },
    net: { ...net, layers: each(net.layers) },
  } as unknown as TrainedNet;
}
