import { LayerwiseError, nearest, received, type SourceRow, type SourceRows } from '@layerwise/contracts';

/** Columns of a file of source figures, in any order. */
const columns = ['experiment', 'run', 'rows', 'metric', 'value', 'unit', 'line', 'note', 'answer'] as const;
type Cells = Readonly<Record<(typeof columns)[number], string>>;

/** Most bytes of a file of source figures. */
const MOST_CHARACTERS = 8e6;
const rowsRule = /^(train|validation|test|held)([1-9]\d{0,8})$/;
const metricRule = /^[a-z][a-z0-9_]*$/;
const runRule = /^[1-9]\d?$/;
const lineRule = /^[1-9]\d{0,6}$/;

/**
 * Parses the figures of a source: CSV with commas, double quotes around fields that hold one, and a first line of names.
 * @param text content of sources.csv
 * @param file its path, relative to the workspace, for messages
 * @param experiments names of the study's experiments
 * @throws LayerwiseError STUDY_INVALID naming file, line and field of the first fault
 */
export function parseSources(text: string, file: string, experiments: readonly string[]): readonly SourceRow[] {
  if (text.length > MOST_CHARACTERS)
    throw invalidSources(file, 1, `must be at most ${MOST_CHARACTERS} characters long, got ${text.length}`);
  const [head, ...records] = readCsv(text.replace(/^\uFEFF/, ''), file);
  const names = head?.cells ?? [];
  for (const name of columns)
    if (!names.includes(name))
      throw invalidSources(file, 1, `needs a column ${name}, has ${names.join(', ') || 'none'}`);
  for (const name of names)
    if (!columns.includes(name as keyof Cells) || names.indexOf(name) !== names.lastIndexOf(name))
      throw invalidSources(file, 1, `must have the columns ${columns.join(', ')}, each once, got '${name}'`);
  return records.map(({ at, cells }) => {
    if (cells.length !== names.length)
      throw invalidSources(file, at, `must have ${names.length} fields as the first line has, got ${cells.length}`);
    const named = Object.fromEntries(names.map((name, i) => [name, cells[i]])) as Cells;
    return checked(named, at, file, experiments);
  });
}

function checked(cells: Cells, at: number, file: string, experiments: readonly string[]): SourceRow {
  const { experiment, metric, value, unit, note, answer } = cells;
  const fault = (field: keyof Cells, rule: string): LayerwiseError =>
    invalidSources(file, at, `${field} ${rule}, got ${received(cells[field])}`);
  const known = [...experiments, 'dataset', 'all'];
  if (!known.includes(experiment)) {
    const near = nearest(experiment, known);
    throw fault('experiment', `must be an experiment of the study, dataset or all${near ? `, such as ${near}` : ''}`);
  }
  if (!runRule.test(cells.run)) throw fault('run', 'must be a whole number from 1 to 99');
  const rows = rowsRule.exec(cells.rows);
  if (cells.rows !== '' && !rows)
    throw fault('rows', 'must be empty, or train, validation, test or held with a number of images, such as test10000');
  if (!metricRule.test(metric)) throw fault('metric', 'must be small letters, digits and _, beginning with a letter');
  if (value.trim() === '') throw fault('value', 'must not be empty');
  if (!lineRule.test(cells.line)) throw fault('line', 'must be a line of the source, from 1');
  if (metric === 'claim' || metric === 'recommendation') {
    if (answer === '') throw fault('answer', `of a ${metric} must name what answers it, or say none: and why`);
  } else if (answer !== '') throw fault('answer', 'must be empty but for a claim or a recommendation');
  return {
    at,
    experiment,
    run: Number(cells.run),
    ...(rows ? { rows: { part: rows[1] as SourceRows['part'], count: Number(rows[2]) } } : {}),
    metric,
    value,
    unit,
    line: Number(cells.line),
    note,
    answer,
  };
}

interface CsvRecord {
  /** Line on which it begins, from 1. */
  readonly at: number;
  readonly cells: readonly string[];
}

/** Records of CSV as RFC 4180 has it; empty lines are left out. */
function readCsv(text: string, file: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  // A field, quoted or not, and what ends it.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let [line, at, cells] = [1, 1, [] as string[]];
  while (field.lastIndex < text.length || cells.length > 0) {
    const found = field.exec(text);
    if (!found)
      throw invalidSources(
        file,
        at,
        `must close its quotes, and have double quotes only around a whole field, doubled within`,
      );
    const [whole, quoted, plain = '', end] = found;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (cells.length > 1 || cells[0] !== '') records.push({ at, cells });
    [at, cells] = [line, []];
    if (end === '') break;
  }
  return records;
}

/** A fault of a file of source figures. @param line from 1; undefined where it is of the whole file */
export function invalidSources(file: string, line: number | undefined, rule: string): LayerwiseError {
  const [place, where] = line === undefined ? ['', file] : [`line ${line}: `, `${file}:${line}`];
  return new LayerwiseError('STUDY_INVALID', `source figures: ${place}${rule}`, {
    where,
    remedy: 'docs/decisions/156-figures-of-sources.md says what stands in each column.',
  });
}
