// The file of a lease: who holds it, and a counter that shows that he is there. Plain JavaScript: it also runs before anything is compiled.
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

/**
 * What a lease says of its owner.
 * @typedef {object} Term
 * @property {number} pid of the process, for people to read; nothing is judged by it
 * @property {string} host its computer, likewise
 * @property {number} every ms between two counts
 * @property {number} beats the counter
 * @property {boolean} over whether he let go
 */

/** Bytes of the file: it is written in place, needs no space on the disk but its first, and is never seen longer than it is. */
const size = 512;

/**
 * Writes a term over what the file holds; it is not made if it is not there.
 * @param {string} file
 * @param {Term} term
 * @param {'r+' | 'wx'} how to open it: `wx` makes it, once
 */
export function writeTerm(file, term, how = 'r+') {
  const handle = openSync(file, how);
  try {
    writeSync(handle, JSON.stringify(term).padEnd(size), 0);
  } finally {
    closeSync(handle);
  }
}

/**
 * What a file says; undefined if it cannot be read as a term, whatever is in its place.
 * @param {string} file
 * @returns {Partial<Term> | undefined}
 */
export function readTerm(file) {
  try {
    // A pipe of that name would hold up whoever opens it.
    const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const bytes = Buffer.alloc(2 * size);
      const term = JSON.parse(bytes.toString('utf8', 0, readSync(handle, bytes)));
      return typeof term === 'object' && term !== null ? term : undefined;
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
}
