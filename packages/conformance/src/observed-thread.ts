import { appendFileSync } from 'node:fs';
import { logVariable, observe } from './observer.js';

/** Loaded before the code of a thread: tells of it in the log that {@link observe} was given. */
const log = process.env[logVariable];
delete process.env[logVariable];
const append = appendFileSync;
if (log !== undefined) {
  observe((touch) => {
    try {
      append(log, `${JSON.stringify(touch)}\n`);
    } catch {
      // The run is over, and the log is gone.
    }
  }, log);
}
