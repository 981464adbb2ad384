/** Steps that run uninterrupted take about this long, so that abort and progress are prompt. */
const CHUNK_SECONDS = 0.04;
/** What is not measured at first, while the engine still compiles. */
const WARM_SECONDS = 0.02;
/** One chunk in so many tries more threads, for a quarter of its time: what was measured while the engine still compiled is soon put right. */
const MORE_EVERY = 4;
/** One chunk in so many tries fewer: seldom, since they are slower as a rule, but at once where a step has come to take this much longer. */
const FEWER_EVERY = 16;
const SLOWED = 1.3;

/**
 * Chooses how many threads take the next steps and how many steps they take, by what the last ones took: on a busy
 * machine threads that meet after every step wait for one another, and one alone is faster. No result depends on it.
 */
export class ThreadTuner {
  /** Numbers of threads worth trying, ascending: powers of two and the most. */
  private readonly counts: readonly number[];
  private readonly seconds = new Map<number, number>();
  private warm = 0;
  private warmSteps = 4;
  private guess = 0;
  private sinceMore = 0;
  private sinceFewer = 0;

  constructor(most: number) {
    this.counts = [1, 2, 4, 8, 16, 32].filter((n) => n < most).concat(most);
  }

  /** Threads and steps of the next chunk. */
  next(): { readonly workers: number; readonly steps: number } {
    if (this.warm < WARM_SECONDS) return { workers: this.counts[this.counts.length - 1], steps: this.warmSteps };
    const best = this.best();
    const workers = this.counts.findLast((n) => !this.seconds.has(n)) ?? this.trial(best) ?? best;
    const share = workers === best ? 1 : 4;
    return {
      workers,
      steps: Math.max(1, Math.round(CHUNK_SECONDS / share / (this.seconds.get(workers) ?? this.guess))),
    };
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
    const best = this.best();
    this.sinceMore = workers > best ? 0 : this.sinceMore + 1;
    this.sinceFewer = workers < best ? 0 : this.sinceFewer + 1;
    if (before !== undefined && now > SLOWED * before) this.sinceFewer = FEWER_EVERY;
  }

  /** The number of threads to try instead of `best` now, if any. */
  private trial(best: number): number | undefined {
    const at = this.counts.indexOf(best);
    if (this.sinceMore >= MORE_EVERY && at + 1 < this.counts.length) return this.counts[at + 1];
    if (this.sinceFewer >= FEWER_EVERY && at > 0) return this.counts[at - 1];
    return undefined;
  }

  /** The number of threads whose steps were the shortest. */
  private best(): number {
    return [...this.seconds].reduce((a, b) => (b[1] < a[1] ? b : a), [this.counts.at(-1) as number, Infinity])[0];
  }
}
