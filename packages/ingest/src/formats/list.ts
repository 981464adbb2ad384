import { arrow } from './arrow.js';
import { csv } from './csv.js';
import type { Format } from './format.js';
import { idx } from './idx.js';
import { imageFolder } from './image-folder.js';
import { npz } from './npz.js';
import { parquet } from './parquet.js';

/** All formats of data files. What is no folder of any format before it is a folder of images. */
export const formats: readonly Format[] = [csv, npz, parquet, arrow, idx, imageFolder];

/** The format of a file, by its name alone. */
export function formatOf(name: string): Format | undefined {
  const lower = name.toLowerCase();
  return formats.find(({ suffixes, rareSuffixes = [], gzipped = false }) => {
    const plain = gzipped ? lower.replace(/\.gz$/, '') : lower;
    return [...suffixes, ...rareSuffixes].some((suffix) => plain.endsWith(suffix));
  });
}

/** The formats and their usual endings in one sentence, for messages and the documentation of parameters. */
export function describeFormats(): string {
  const all = formats.map((format) => {
    const endings = endingsOf(format, false).join(', ');
    return endings === '' ? format.name : `${format.name} (${endings})`;
  });
  return `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}

/** The table of formats in README.md, as Markdown. */
export function formatTable(): string {
  const rows = formats.map((format) => {
    const endings = endingsOf(format, true).map((ending) => (ending.startsWith('also') ? ending : `\`${ending}\``));
    return `| ${format.name} | ${endings.join(', ')} | ${format.doc} |`;
  });
  return ['| format | names end in | holds |', '|---|---|---|', ...rows].join('\n');
}

function endingsOf({ suffixes, rareSuffixes = [], gzipped = false }: Format, rare: boolean): string[] {
  return [...suffixes, ...(rare ? rareSuffixes : []), ...(gzipped ? ['also with .gz'] : [])];
}
