import { describe, expect, it } from 'vitest';
import { Layout, type Slot } from '@layerwise/kernels/layout';
import { emulateMultiplyAdd, fusesMultiplyAdd } from '@layerwise/kernels/multiply-add';
import { KernelPool } from '@layerwise/kernels/pool';
import { Random } from '@layerwise/kernels/random';
import { fma32, fma64 } from './exact.js';

const files = {
  fused: new URL('../dist/wasm/multiply-add-probe.wasm', import.meta.url),
  emulated: new URL('../dist/wasm/multiply-add-probe-emulated.wasm', import.meta.url),
};
const fuses = await fusesMultiplyAdd();
const random = new Random(new Uint32Array([4, 3, 2, 1]));

type Floats = Float32ArrayConstructor | Float64ArrayConstructor;
type Numbers = Float32Array | Float64Array;
type Triple = readonly [a: number, b: number, c: number];

/** c ± a b of all triples by one of the modules. */
async function byKernel(file: URL, type: Floats, triples: readonly Triple[], minus = false): Promise<Numbers> {
  const layout = new Layout();
  const n = Math.ceil(triples.length / 4) * 4;
  const slots = Array.from({ length: 4 }, () => layout.take(type, n)) as Slot<Float64ArrayConstructor>[];
  const pool = await KernelPool.open({ wasm: file, functions: { maddFloats: 6, maddDoubles: 6 } } as const, layout);
  try {
    triples.forEach((triple, i) => triple.forEach((x, k) => (pool.view(slots[k]!)[i] = x)));
    const [a, b, c, out] = slots.map(({ offset }) => offset) as [number, number, number, number];
    pool.local[type === Float32Array ? 'maddFloats' : 'maddDoubles'](a, b, c, out, n, minus ? 1 : 0);
    return pool.view(slots[3]!).slice(0, triples.length);
  } finally {
    await pool.close();
  }
}

/** Triples whose result is not the expected one to the last bit; any NaN is as good as another. */
function wrong(triples: readonly Triple[], found: Numbers, expected: (triple: Triple) => number): string[] {
  const bad: string[] = [];
  triples.forEach((triple, i) => {
    const right = expected(triple);
    if (!Object.is(found[i], right)) bad.push(`${triple.join(', ')}: ${found[i]}, not ${right}`);
  });
  return bad.slice(0, 5);
}

const formats = {
  float32: { type: Float32Array as Floats, fma: fma32, bits: 24, least: -149, most: 127, count: 1_000_000 },
  float64: { type: Float64Array as Floats, fma: fma64, bits: 53, least: -1074, most: 1023, count: 300_000 },
};

describe.each(Object.entries(formats))('a b + c in %s', (_, { type, fma, bits, least, most, count }) => {
  const fit = new type(1);
  const round = (x: number): number => ((fit[0] = x), fit[0]);
  const epsilon = 2 ** (1 - bits);
  const largest = (2 - epsilon) * 2 ** most;
  const smallest = 2 ** least;
  const normal = 2 ** (least + bits - 1);

  /** A number whose exponent is within `range` of `centre`. */
  const drawn = (centre: number, range: number): number => {
    const exponent = Math.round(centre + (2 * random.float() - 1) * range);
    const size = 1 + random.float() + random.float() * 2 ** -24;
    return round((random.float() < 0.5 ? -size : size) * 2 ** exponent);
  };

  /** A number, and a product that is half of what its last bit is worth, or differs from that by far less than its own last bit. */
  const nearlyHalfway = (c: number): Triple => {
    const unit = Math.max(Math.floor(Math.log2(Math.abs(c))) + 1 - bits, least);
    const part = Math.floor((unit - 1) / 2);
    const a = (1 + (random.below(3) - 1) * epsilon) * 2 ** part;
    const b = (1 + (random.below(3) - 1) * epsilon) * 2 ** (unit - 1 - part);
    return [random.below(2) ? a : -a, b, c];
  };

  /** Sums of all kinds: alike in size, cancelling, halfway and nearly so, near both ends of the format. */
  const triple = (i: number): Triple => {
    const [a, b] = [drawn(0, 20), drawn(0, 20)];
    const product = round(a * b);
    if (i % 8 === 0) return [a, b, round(-product * (1 + (random.below(5) - 2) * epsilon))];
    if (i % 8 === 1) return [a, b, round(product * 2 ** (random.below(2 * bits + 5) - bits - 2))];
    if (i % 8 === 2)
      return [round(1 + random.below(8) * epsilon), round(1 + random.below(8) * epsilon), drawn(0, bits)];
    if (i % 8 === 3) return [round(random.below(256)), drawn(-8, 8), drawn(0, 4)];
    if (i % 8 === 4) return [drawn(least / 2, 40), drawn(least / 2, 40), drawn(least + bits, bits)];
    if (i % 8 === 5) return [drawn(most / 2, 4), drawn(most / 2, 4), drawn(most - 2, 2)];
    if (i % 8 === 6) return [drawn(0, most), drawn(0, most), drawn(0, most)];
    return nearlyHalfway(i % 16 === 7 ? drawn(0, 40) : drawn(least + bits / 2, bits / 2));
  };

  const special = [0, 1, 1 + epsilon, 1 - epsilon / 2, 0.5, 3, largest, largest / 2, smallest, 3 * smallest, normal]
    .concat([
      normal - smallest,
      2 ** (bits - 1) + 1,
      2 ** -bits,
      2 ** -(bits + 1),
      1 / 3,
      Math.sqrt(normal),
      Infinity,
      NaN,
    ])
    .concat([
      round(Math.sqrt(largest)),
      2 ** Math.floor(most / 2) * (1 + epsilon),
      2 ** (1 - bits),
      2 ** bits,
      2 ** (bits + 1),
    ])
    .flatMap((x) => [round(x), -round(x)]);
  const hard = special.flatMap((a) => special.flatMap((b) => special.map((c): Triple => [a, b, c])));

  it('is rounded once in every hard case', async () => {
    for (const minus of [false, true]) {
      const right = ([a, b, c]: Triple): number => fma(minus ? -a : a, b, c);
      expect(wrong(hard, await byKernel(files.emulated, type, hard, minus), right)).toEqual([]);
      if (fuses) expect(wrong(hard, await byKernel(files.fused, type, hard, minus), right)).toEqual([]);
    }
  });

  it(`is rounded once for ${count} random triples`, async () => {
    const triples = Array.from({ length: count }, (__, i) => triple(i));
    const emulated = await byKernel(files.emulated, type, triples);
    expect(wrong(triples, emulated, ([a, b, c]) => fma(a, b, c))).toEqual([]);
    const separate = triples.filter(([a, b, c], i) => !Object.is(round(round(a * b) + c), emulated[i])).length;
    console.log(`two roundings differ from one in ${((100 * separate) / count).toFixed(1)}% of the triples`);
    expect(separate).toBeGreaterThan(count / 20);
    if (!fuses) return;
    const fused = await byKernel(files.fused, type, triples);
    expect(Buffer.compare(Buffer.from(emulated.buffer), Buffer.from(fused.buffer))).toBe(0);
  });
});

describe('the module that a kernel runs from', () => {
  it('is the emulated one where that is asked for', async () => {
    emulateMultiplyAdd(true);
    try {
      expect(await fusesMultiplyAdd()).toBe(false);
    } finally {
      emulateMultiplyAdd(false);
    }
    expect(await fusesMultiplyAdd()).toBe(fuses);
  });
});
