import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { sha256 } from '@layerwise/contracts';
import { replaceFileSync } from './replacement.js';

/**
 * What was noted in a file, for what can be found again.
 * @returns undefined where there is no such file, or anything else than {@link writeNotes} has written
 */
export function readNotes<T>(file: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const end = text.indexOf('\n');
  const notes = text.slice(end + 1);
  return end > 0 && text.slice(0, end) === sha256(notes) ? (JSON.parse(notes) as T) : undefined;
}

/** Writes notes and, before them, their SHA-256; aside, and renamed into place. @throws what the file system throws */
export function writeNotes(file: string, notes: unknown): void {
  const text = JSON.stringify(notes);
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory()) rmSync(file, { recursive: true });
  replaceFileSync(file, `${sha256(text)}\n${text}`);
}
