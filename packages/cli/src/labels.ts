import { existsSync, readFileSync } from 'node:fs';
import { LayerwiseError } from '@layerwise/contracts';

/**
 * Labels in reading order, from a text or the file that it names. Where every class has a name of one character, each
 * character is a label and blanks and commas are for the eye; else labels are set apart by
 * blanks or commas, or, where names have blanks in them, by commas or line ends alone.
 *
 * @throws LayerwiseError USAGE for a label that is no class
 */
export function parseLabels(given: string, classes: readonly string[]): string[] {
  const isFile = existsSync(given);
  const text = isFile ? readFileSync(given, 'utf8') : given;
  const areLetters = classes.every((name) => [...name].length === 1);
  const labels = areLetters
    ? [...text.replace(/[\s,;]/g, '')]
    : text
        .split(classes.some((name) => /\s/.test(name)) ? /[,;\r\n]+/ : /[\s,;]+/)
        .map((label) => label.trim())
        .filter(Boolean);
  const wrong = labels.find((label) => !classes.includes(label));
  if (wrong !== undefined || labels.length === 0) {
    const some = `${classes.slice(0, 12).join(', ')}${classes.length > 12 ? ', …' : ''}`;
    const got = wrong === undefined ? 'none' : `'${wrong}'`;
    throw new LayerwiseError('USAGE', `--labels must hold classes of the experiment (${some}), got ${got}`, {
      ...(isFile && { where: given }),
      remedy: 'Write them in reading order, for example --labels "0123 456 789".',
    });
  }
  return labels;
}
