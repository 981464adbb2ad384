// The thread that counts for the owner of a lease: the owner's own may be busy for many seconds, in a kernel or in a compiler that it waits for.
import { workerData } from 'node:worker_threads';
import { writeTerm } from './lease-term.mjs';

/** @type {{ file: string, term: import('./lease-term.mjs').Term, state: Int32Array }} */
const { file, term, state } = workerData;
const [running, writing] = [0, 1];

while (Atomics.wait(state, running, 1, term.every) === 'timed-out') {
  Atomics.store(state, writing, 1);
  if (Atomics.load(state, running) === 1) beat();
  Atomics.store(state, writing, 0);
  Atomics.notify(state, writing);
}

function beat() {
  term.beats++;
  try {
    writeTerm(file, term);
  } catch {
    // Another has taken over and cleared it away, or the disk is gone: whoever waits will not wait for ever.
  }
}
