import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';

const PICTURE = /\.(png|jpe?g)$/i;

/**
 * The files that arguments name: a file as it is, a folder for the PNG and JPEG files in it, a pattern (`*`, `?`, and
 * `**` for folders in between) for those that match. In the arguments' order, those of one argument sorted; none twice.
 *
 * @throws LayerwiseError USAGE for an argument that names nothing
 */
export function findPictures(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => picturesOf(name)))];
}

function picturesOf(name: string): string[] {
  const found = statSync(name, { throwIfNoEntry: false });
  if (found?.isFile()) return [name];
  const files = found
    ? readdirSync(name)
        .filter((file) => PICTURE.test(file))
        .map((file) => join(name, file))
    : matches(name);
  if (files.length > 0) return files.sort();
  const fault = /[*?]/.test(name) ? `'${name}' matches none` : `there is no '${name}'`;
  throw new LayerwiseError(
    'USAGE',
    `pictures must be PNG or JPEG files, folders of them or patterns, but ${found ? `folder '${name}' holds none` : fault}`,
    { remedy: 'For example: layerwise predict pipeline:exp3 photo.jpg scans "more/*.png"' },
  );
}

/** Walks the part of a pattern's folder that has no wildcards. */
function matches(pattern: string): string[] {
  if (!/[*?]/.test(pattern)) return [];
  let base = pattern;
  while (/[*?]/.test(base)) base = dirname(base);
  if (!statSync(base, { throwIfNoEntry: false })?.isDirectory()) return [];
  const wanted = expression(relative(base, pattern).split(sep).join('/'));
  const deep = /[*?].*[\\/]|\*\*/.test(pattern);
  return readdirSync(base, { recursive: deep, encoding: 'utf8' })
    .filter((file) => PICTURE.test(basename(file)) && wanted.test(file.split(sep).join('/')))
    .map((file) => join(base, file));
}

/** A pattern as a regular expression over a path with forward slashes. */
function expression(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (mark) => {
    if (mark === '**/') return '(?:.*/)?';
    if (mark === '**') return '.*';
    if (mark === '*') return '[^/]*';
    if (mark === '?') return '[^/]';
    return `\\${mark}`;
  });
  return new RegExp(`^${source}$`);
}
