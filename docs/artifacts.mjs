// Writes docs/artifacts.md from the schemas of the artifacts: node docs/artifacts.mjs
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schemas } from '@layerwise/contracts';

/** docs/artifacts.md, as the schemas are now. */
export function artifactsPage() {
  return [
    '# Artifacts',
    '',
    'What each kind of artifact holds. Made by `node docs/artifacts.mjs` from `packages/contracts/src/artifacts`, ' +
      'where the types of the JSON documents are; a test compares.',
    '',
    '`.arrow` files are Arrow IPC of one record batch; a column of several values a row is a FixedSizeList. ' +
      '`.parquet` files are tables of results; a missing number is null there, NaN in memory.',
    '',
    ...Object.entries(schemas).flatMap(([kind, schema]) => sectionOf(kind, schema)),
  ].join('\n');
}

function sectionOf(kind, { meaning, letters, files }) {
  const legend = Object.entries(letters).map(([letter, words]) => `${letter} ${words}`);
  return [
    `## ${kind}`,
    '',
    `${sentence(meaning)}${legend.length > 0 ? ` ${sentence(legend.join('; '))}` : ''}`,
    '',
    ...grouped(files).flatMap(([names, file]) => fileLines(names, file)),
  ];
}

/** Files of the same columns or of the same meaning stand together. */
function grouped(files) {
  const groups = new Map();
  for (const [name, file] of Object.entries(files)) {
    const key = JSON.stringify(file.columns ?? name);
    groups.set(key, [...(groups.get(key) ?? []), [name, file]]);
  }
  return [...groups.values()].map((group) => [group, group[0][1]]);
}

function fileLines(group, { format, rows, columns, type, optional, namedBy }) {
  const names = group.map(([name, { meaning }]) => `\`${name}\`: ${meaning}`).join('; ');
  const notes = [
    ...(type ? [`type \`${type}\``] : []),
    ...(rows ? [`a row per ${rows}`] : []),
    ...(optional ? [`only ${optional}`] : []),
    ...(namedBy ? [`those that ${namedBy.file} names`] : []),
  ];
  const line = `${names}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
  return columns ? [line, '', ...columnTable(columns, format), ''] : [line, ''];
}

function columnTable(columns, format) {
  const rows = Object.entries(columns).map(([name, { dtype, width, unit, meaning, optional, below }]) => {
    const type = `${[dtype].flat().join(' or ')}${format === 'matrix' && width ? `[${width}]` : ''}`;
    const notes = [meaning, ...(below ? [`below ${below}`] : []), ...(optional ? [optional] : [])];
    return `| ${name.replace(/</g, '\\<')} | ${type.replace(/</g, '\\<')} | ${unit ?? ''} | ${notes.join('; ')} |`;
  });
  return ['| column | type | unit | meaning |', '|---|---|---|---|', ...rows];
}

function sentence(words) {
  return `${words[0].toUpperCase()}${words.slice(1)}.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL('artifacts.md', import.meta.url), artifactsPage());
