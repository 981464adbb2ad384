import { printable } from '@layerwise/contracts';

/**
 * Prints text and a line end on standard output: the one door to the terminal, which lets nothing through that steers it.
 * JSON says the same after it as before.
 */
export function print(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** The same on standard error. */
export function printError(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}
