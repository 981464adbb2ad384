import { parentPort } from 'node:worker_threads';
import type { Job } from '../figures/hands.js';
import { perform } from './jobs.js';

// Drawings come in any report: Vega is loaded while the other thread reads what is to be drawn.
let last: Promise<unknown> = import('../figures/svg.js');

/** Jobs are done, and answered, in the order in which they are sent. */
parentPort?.on('message', (job: Job) => {
  last = last.then(async () => {
    try {
      parentPort?.postMessage({ result: await perform(job) });
    } catch (error) {
      parentPort?.postMessage({ error });
    }
  });
});
