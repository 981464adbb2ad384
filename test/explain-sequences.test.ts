import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Sequences {
  readonly prepare: () => Promise<string>;
  readonly sequence: (
    base: string,
    seed: number,
    rounds: number,
  ) => Promise<{ problems: string[]; counts: Record<string, number> }>;
}

/** A few of the random sequences that `node test/explain/sequences.mjs` runs by the hundred. */
const { prepare, sequence } = (await import(new URL('explain/sequences.mjs', import.meta.url).href)) as Sequences;

describe('random changes', () => {
  let base: string;
  beforeAll(async () => {
    base = await prepare();
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it.each([1, 2, 3])('what explain named is what ran, and what is there is right: sequence %i', async (seed) => {
    const { problems, counts } = await sequence(base, seed, 2);
    expect(problems).toEqual([]);
    expect(counts.ran).toBeGreaterThan(0);
  });
});
