// A barrier for threads that meet every few microseconds: spins first, then sleeps.

/**
 * About half a millisecond. A thread that sleeps is woken on the core of the one that wakes it, and then both wait
 * there for the system to part them: assembly/train/README.md.
 */
const SPINS: i32 = 500000;

/** Waits until all `workers` threads are here. Words at `at`: arrived, generation, sleepers. */
export function barrierWait(at: usize, workers: i32): void {
  if (workers < 2) return;
  const generation = atomic.load<i32>(at, 64);
  if (atomic.add<i32>(at, 1) == workers - 1) {
    atomic.store<i32>(at, 0);
    atomic.add<i32>(at, 1, 64);
    if (atomic.load<i32>(at, 128) > 0) atomic.notify(at + 64, -1);
    return;
  }
  for (let i = 0; i < SPINS; i++) {
    if (atomic.load<i32>(at, 64) != generation) return;
  }
  atomic.add<i32>(at, 1, 128);
  while (atomic.load<i32>(at, 64) == generation) atomic.wait<i32>(at + 64, generation, -1);
  atomic.sub<i32>(at, 1, 128);
}
