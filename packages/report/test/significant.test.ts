import { describe, expect, it } from 'vitest';
import { significant } from '../src/figures/significant.js';

/** The nearest double to the decimal number that the language itself writes. */
const written = (value: number): number => Number(value.toPrecision(6));

describe('six significant digits', () => {
  it.each([
    0,
    1,
    -1,
    0.1,
    123456,
    123456.5,
    123457.5,
    999999.4,
    999999.5,
    1e6,
    1234567,
    0.1234565,
    0.1234575,
    99999.95,
    9.999995,
    1.0000005,
    1e-9,
    1.5e-9,
    9e-10,
    1e-300,
    5e-324,
    1e21,
    -2.5000005,
    -0.0001234565,
    Math.PI,
    Math.fround(0.7),
    1.7e308,
  ])('of %d are those of toPrecision', (value) => expect(significant(value)).toBe(written(value)));

  it('of 200,000 numbers of all sizes are those of toPrecision', () => {
    const wrong: number[] = [];
    let state = 1;
    for (let i = 0; i < 200_000; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const size = (state / 2 ** 32) * 10 ** ((i % 19) - 10);
      const value = i % 3 === 0 ? Math.fround(size) : i % 3 === 1 ? -size : (Math.round(size * 2e6) + 0.5) / 1e6;
      if (!Object.is(significant(value), written(value))) wrong.push(value);
    }
    expect(wrong).toEqual([]);
  });

  it('of what is no number are that', () => {
    expect([NaN, Infinity, -Infinity].map(significant)).toEqual([NaN, Infinity, -Infinity]);
  });
});
