import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { mostCharacters } from '@layerwise/study';

/** A character takes at most so many bytes of UTF-8. */
const bytesOfCharacter = 4;

/**
 * The text of a study file: a file in the workspace, wherever a link leads, and no larger than a study may be.
 * @param root absolute path of the workspace
 * @param file path relative to it
 * @throws LayerwiseError STUDY_INVALID
 */
export function readStudyFile(root: string, file: string): string {
  const refused = (rule: string, remedy: string, cause?: unknown): LayerwiseError => new LayerwiseError('STUDY_INVALID', `study file ${rule}`, { where: file, remedy, cause });
  let real: string;
  try {
    real = realpathSync(join(root, file));
  } catch (error) {
    throw refused(`must be a file that can be read, got ${(error as NodeJS.ErrnoException).code}`, 'Remove or mend the link.', error);
  }
  if (!real.startsWith(realpathSync(root) + sep)) throw refused(`must lie in the workspace, got a link to ${real}`, 'Copy the file in its place.');
  const stats = statSync(real);
  if (!stats.isFile()) throw refused('must be a file, got something else of that name', 'Move it away.');
  if (stats.size > bytesOfCharacter * mostCharacters) throw refused(`must be at most ${mostCharacters} characters long, got ${stats.size} bytes`, 'Is this a study?');
  try {
    return readFileSync(real, 'utf8');
  } catch (error) {
    throw refused(`must be a file that can be read, got ${(error as NodeJS.ErrnoException).code}`, 'Give yourself permission to read it.', error);
  }
}
