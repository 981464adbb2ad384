/** Steps that run uninterrupted take about this long, so that abort and progress are prompt. */
const CHUNK_SECONDS = 0.04;
/** What is not measured at first, while the engine still compiles. */
const WARM_SECONDS = 0.02;
/** One chunk in so many tries another number of threads, for a quarter of its time. What was measured while the engine still compiled is soon put right. */
const TRIAL_EVERY = 4;

/**
 * Chooses how many threads take the next steps and how many steps they take, by what the last ones took: on a busy
 * machine threads that meet after every step wait for one another, and one alone is faster. No result depends on it.
 */
export class Pace {
  /** Numbers of threads worth trying, ascending: powers of two and the most. */
  private readonly counts: readonly number[];
  private readonly seconds = new Map<number, number>();
  private warm = 0;
  private warmSteps = 4;
  private guess = 0;
  private chunks = 0;

  constructor(most: number) {
    this.counts = [1, 2, 4, 8, 16, 32].filter((n) => n < most).concat(most);
  }

  /** Threads and steps of the next chunk. */
  next(): { readonly workers: number; readonly steps: number } {
    if (this.warm < WARM_SECONDS) return { workers: this.counts[this.counts.length - 1], steps: this.warmSteps };
    const untried = this.counts.filter((n) => !this.seconds.has(n));
    const trial = this.counts.length > 1 && (untried.length > 0 || this.chunks % TRIAL_EVERY === 0);
    const workers = untried.at(-1) ?? (trial ? this.neighbour(this.best()) : this.best());
    const expected = this.seconds.get(workers) ?? this.guess;
    return { workers, steps: Math.max(1, Math.round(CHUNK_SECONDS / (trial ? 4 : 1) / expected)) };
  }

  /** Told what a chunk took. */
  took(workers: number, steps: number, seconds: number): void {
    const now = Math.max(seconds, 1e-6) / steps;
    this.guess = now;
    if (this.warm < WARM_SECONDS) {
      this.warm += seconds;
      this.warmSteps *= 2;
      return;
    }
    const before = this.seconds.get(workers);
    this.seconds.set(workers, before === undefined || now < before ? now : (before + now) / 2);
    this.chunks++;
  }

  private best(): number {
    return [...this.seconds].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
  }

  private neighbour(count: number): number {
    const at = this.counts.indexOf(count);
    const up = (this.chunks / TRIAL_EVERY) % 2 === 0;
    return this.counts[at + (up ? 1 : -1)] ?? this.counts[at + (up ? -1 : 1)] ?? count;
  }
}
