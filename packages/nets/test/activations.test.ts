import {
  ACTIVATION_NAMES,
  ACTIVATIONS,
  activationOfKeras,
  FLOAT32,
  FLOAT64,
  softmax,
  type ActivationFunction,
} from '@layerwise/nets';
import { describe, expect, it } from 'vitest';

const POINTS = Array.from({ length: 161 }, (_, i) => (i - 80) / 10 + 0.003);

describe.each(ACTIVATION_NAMES)('%s', (name) => {
  const f: ActivationFunction = ACTIVATIONS[name];

  it('has the slope that its difference quotient has', () => {
    for (const z of POINTS) {
      const quotient = (f.apply(z + 1e-6, FLOAT64) - f.apply(z - 1e-6, FLOAT64)) / 2e-6;
      expect(f.slope(z, f.apply(z, FLOAT64), FLOAT64)).toBeCloseTo(quotient, name === 'gelu' ? 5 : 6); // its polynomial is right to 1.5e-7 itself
    }
  });

  it('is the same in float32, and in JavaScript as it is exported', () => {
    const exported = new Function('z', `return ${f.javascript};`) as (z: number) => number;
    for (const z of POINTS) {
      expect(f.apply(z, FLOAT32)).toBeCloseTo(f.apply(z, FLOAT64), 6);
      expect(exported(z)).toBeCloseTo(f.apply(z, FLOAT64), 12);
    }
  });

  it('needs only its output for the slope where it says so', () => {
    for (const z of POINTS) {
      const a = f.apply(z, FLOAT64);
      if (f.slopeFromOutput) expect(f.slope(NaN, a, FLOAT64)).toBe(f.slope(z, a, FLOAT64));
    }
  });

  it('is found by its name in Keras', () => expect(activationOfKeras(f.keras)).toBe(name));
});

it('no two functions have the same number in the kernel', () => {
  const codes = ACTIVATION_NAMES.map((name) => ACTIVATIONS[name].code);
  expect(new Set(codes).size).toBe(codes.length);
});

describe('softmax', () => {
  it('sums to 1 and bears large logits', () => {
    expect(Array.from(softmax([1000, 1000]))).toEqual([0.5, 0.5]);
    expect(softmax([1, 2, 3])[2]).toBeCloseTo(Math.E ** 3 / (Math.E + Math.E ** 2 + Math.E ** 3), 12);
  });
});
