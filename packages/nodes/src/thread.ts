import { parentPort, workerData } from 'node:worker_threads';
import { perform, type Ground, type Job } from './jobs.js';

parentPort?.on('message', (job: Job) => {
  try {
    parentPort?.postMessage({ result: perform(workerData as Ground, job) });
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
