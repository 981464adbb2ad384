import { describe, expect, it } from 'vitest';
import { ThreadTuner } from '../dist/train/thread-tuner.js';

/** Runs `chunks` chunks where a step on n threads takes `cost(n)` seconds; returns the steps taken by each number of threads. */
function drive(tuner: ThreadTuner, chunks: number, cost: (workers: number) => number): Map<number, number> {
  const steps = new Map<number, number>();
  for (let i = 0; i < chunks; i++) {
    const next = tuner.next();
    expect(next.steps).toBeGreaterThanOrEqual(1);
    steps.set(next.workers, (steps.get(next.workers) ?? 0) + next.steps);
    tuner.took(next.workers, next.steps, next.steps * cost(next.workers));
  }
  return steps;
}

const share = (steps: Map<number, number>, workers: number): number =>
  (steps.get(workers) ?? 0) / [...steps.values()].reduce((sum, n) => sum + n, 0);

describe('the tuner of training', () => {
  it('uses the threads where they help', () => {
    expect(
      share(
        drive(new ThreadTuner(2), 200, (n) => 1e-4 / n),
        2,
      ),
    ).toBeGreaterThan(0.95);
    expect(
      share(
        drive(new ThreadTuner(4), 200, (n) => 1e-4 / n),
        4,
      ),
    ).toBeGreaterThan(0.9);
  });

  it('goes on with one where threads wait for one another, and back when they no longer do', () => {
    const tuner = new ThreadTuner(2);
    expect(
      share(
        drive(tuner, 200, (n) => 1e-4 * n),
        1,
      ),
    ).toBeGreaterThan(0.9);
    expect(
      share(
        drive(tuner, 400, (n) => 1e-4 / n),
        2,
      ),
    ).toBeGreaterThan(0.7);
  });

  it('stops for breath every few hundredths of a second', () => {
    const tuner = new ThreadTuner(1);
    drive(tuner, 20, () => 2e-5);
    expect(tuner.next()).toEqual({ workers: 1, steps: 2000 });
    const slow = new ThreadTuner(2);
    drive(slow, 20, () => 0.5);
    expect(slow.next().steps).toBe(1);
  });
});
