import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LayerwiseError } from '@layerwise/contracts';
import type { FileCache } from '@layerwise/store/file-cache';
import {
  checkStudy,
  experimentNameRules,
  mostCharacters,
  nameFault,
  parseStudy,
  readOutline,
  readYaml,
  studyNameRules,
  type StudyDocument,
  type YamlFile,
} from '@layerwise/study';

/** A character takes at most so many bytes of UTF-8. */
const bytesOfCharacter = 4;

/**
 * A study: a file in the workspace, wherever a link leads, and no larger than a study may be.
 * @param root absolute path of the workspace
 * @param file path relative to it
 * @param fileCache knows what stood in a file that looks as it did; parsing is half of the work of planning
 * @throws LayerwiseError STUDY_INVALID
 */
export function readStudy(root: string, file: string, fileCache: FileCache): StudyDocument {
  const real = studyPath(root, file);
  const known = onReading(file, () =>
    fileCache.get('yaml', real, (bytes) => jsonOf(readYaml(bytes.toString('utf8'), file).value)),
  );
  const text = (): string => onReading(file, () => readFileSync(real, 'utf8'));
  if (known?.value === undefined) return parseStudy(text(), file);
  let parsed: YamlFile | undefined;
  const again = (): YamlFile => (parsed ??= readYaml(text(), file));
  return checkStudy(
    { value: known.value, where: (path) => again().where(path), line: (path) => again().line(path) },
    file,
  );
}

/** Of a study that cannot be planned: its name and the names of its experiments, as far as they can be read and are right. */
export function outlineStudy(
  root: string,
  file: string,
): { readonly name?: string; readonly experiments: readonly string[] } {
  try {
    const { name, experiments } = readOutline(readFileSync(studyPath(root, file), 'utf8'));
    const right = experiments.filter((experiment) => nameFault(experiment, experimentNameRules) === undefined);
    return {
      ...(name !== undefined && nameFault(name, studyNameRules) === undefined ? { name } : {}),
      experiments: [...new Set(right)],
    };
  } catch {
    return { experiments: [] }; // Why it cannot be read is known.
  }
}

/** The value, if JSON keeps it: there is no infinity in JSON. */
function jsonOf(value: unknown): { readonly value?: unknown } {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value) ? { value } : {};
}

function studyPath(root: string, file: string): string {
  let real: string;
  try {
    real = realpathSync(join(root, file));
  } catch (error) {
    throw refused(
      file,
      `must be a file that can be read, got ${(error as NodeJS.ErrnoException).code}`,
      'Remove or repair the link.',
      error,
    );
  }
  if (!real.startsWith(realpathSync(root) + sep))
    throw refused(file, `must lie in the workspace, got a link to ${real}`, 'Copy the file in its place.');
  const stats = statSync(real);
  if (!stats.isFile()) throw refused(file, 'must be a file, got something else of that name', 'Move it away.');
  if (stats.size > bytesOfCharacter * mostCharacters)
    throw refused(
      file,
      `must be at most ${mostCharacters} characters long, got ${stats.size} bytes`,
      'Is this a study?',
    );
  return real;
}

function onReading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof LayerwiseError) throw error;
    throw refused(
      file,
      `must be a file that can be read, got ${(error as NodeJS.ErrnoException).code}`,
      'Give yourself permission to read it.',
      error,
    );
  }
}

function refused(file: string, rule: string, remedy: string, cause?: unknown): LayerwiseError {
  return new LayerwiseError('STUDY_INVALID', `study file ${rule}`, { where: file, remedy, cause });
}
