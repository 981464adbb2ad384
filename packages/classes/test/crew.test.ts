import { expect, it } from 'vitest';
import { Crew } from '../dist/crew.js';
import { groundOf, jobsOf } from '../dist/ground.js';
import { smallExperiment } from './experiment.js';
import { subjectOf } from './subject.js';

const MANY = 1e9;

it('gives the same for any number of threads', async () => {
  const subject = await subjectOf(await smallExperiment('pixels', [{ units: 6, activation: 'relu' }]));
  const params = { rows: 50, pixels: 3, draws: 3, controls: ['untrained' as const], seeds: [] };
  const seed = (name: string): Uint32Array => Uint32Array.of(1, 2, 3, name.length);
  const found = async (workers: number): Promise<unknown> => {
    const crew = Crew.open(groundOf(subject, params), MANY, workers, new AbortController().signal);
    try {
      expect(crew.width).toBe(Math.min(4, workers));
      return await crew.all(jobsOf(subject, params, seed), () => undefined);
    } finally {
      await crew.close();
    }
  };
  const alone = await found(1);
  expect(await found(2)).toEqual(alone);
  expect(await found(9)).toEqual(alone);
});
