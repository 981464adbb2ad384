import { describe, expect, it } from 'vitest';
import { criticalPath, describePath } from '../bench/critical-path.mjs';

const stage = (id: string, seconds: number, end: number, ...inputs: string[]) => ({
  ...{ id, stage: id, seconds, finished: new Date(Date.UTC(2026, 0, 1) + 1000 * end).toISOString() },
  inputs: Object.fromEntries(inputs.map((input) => [input, input])),
});

describe('critical path of a run', () => {
  it('is the chain of the longest stages, not that which ended last', () => {
    const path = criticalPath([
      stage('report', 2, 40, 'long', 'short', 'start'),
      stage('late', 1, 60, 'short'),
      stage('start', 3, 5),
      stage('long', 20, 30, 'start', 'elsewhere'),
      stage('short', 4, 38, 'start'),
    ]);
    expect(path).toEqual({
      steps: [
        { stage: 'start', start: 0, end: 3 },
        { stage: 'long', start: 8, end: 28 },
        { stage: 'report', start: 36, end: 38 },
      ],
      seconds: 25,
      sum: 30,
    });
    expect(describePath(path)).toContain(
      'start 0.0 to 3.0, long 8.0 to 28.0, report 36.0 to 38.0; 25.0 s of work, of 30.0 s',
    );
  });
});
