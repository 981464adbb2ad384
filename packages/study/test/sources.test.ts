import { LayerwiseError } from '@layerwise/contracts';
import { parseSources } from '@layerwise/study/sources';
import { describe, expect, it } from 'vitest';

const file = 'pipelines/tiny/sources.csv';
const head = 'experiment,run,rows,metric,value,unit,line,note,answer';
const read = (text: string) => parseSources(text, file, ['exp1', 'exp2']);

function refusal(text: string): LayerwiseError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof LayerwiseError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('the figures of a source', () => {
  it('are read as they stand', () => {
    const text = `${head}\nexp1,2,test10000,accuracy,0.97,fraction,12,"a ""note"", with a comma",\nall,1,,claim,It overfits,,3,,gaps\n`;
    const expected = [
      {
        ...{ at: 2, experiment: 'exp1', run: 2, rows: { part: 'test', count: 10_000 }, metric: 'accuracy' },
        ...{ value: '0.97', unit: 'fraction', line: 12, note: 'a "note", with a comma', answer: '' },
      },
      {
        ...{ at: 3, experiment: 'all', run: 1, metric: 'claim', value: 'It overfits', unit: '', line: 3, note: '' },
        answer: 'gaps',
      },
    ];
    expect(read(text)).toEqual(expected);
    expect(read(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(expected);
    expect(read(text.trimEnd())).toEqual(expected);
  });

  it('are counted by the lines of the file, also below a note of two lines and an empty line', () => {
    const text = `${head}\nexp1,1,,loss,1,,1,"two\nlines",\n\nexp2,1,,loss,2,,1,,\n`;
    expect(read(text).map(({ at, note }) => [at, note])).toEqual([
      [2, 'two\nlines'],
      [5, ''],
    ]);
  });

  it('may have their columns in any order, and no rows', () => {
    const text = 'value,metric,experiment,answer,note,line,unit,rows,run\n5,images,dataset,,,1,,train5,1\n';
    expect(read(text)).toMatchObject([{ experiment: 'dataset', rows: { part: 'train', count: 5 }, value: '5' }]);
    expect(read(`${head}\n`)).toEqual([]);
  });

  const row = (given: Partial<Record<string, string>>): string => {
    const fields = {
      experiment: 'exp1',
      run: '1',
      rows: '',
      metric: 'loss',
      value: '1',
      unit: '',
      line: '1',
      note: '',
    };
    return `${head}\nexp1,1,,loss,1,,1,,\n${Object.values({ ...fields, answer: '', ...given }).join(',')}\n`;
  };

  it.each([
    ['no head', '', 1, 'needs a column experiment, has none'],
    ['a column that is missing', head.replace(',run', ''), 1, 'needs a column run, has experiment, rows'],
    ['a column that is strange', `${head},more`, 1, "each once, got 'more'"],
    ['a column that is there twice', `${head},run`, 1, "each once, got 'run'"],
    ['too few fields', `${head}\nexp1,1\n`, 2, 'must have 9 fields as the first line has, got 2'],
    ['a quote that is not closed', `${head}\nexp1,1,,loss,"1,,1,,\n`, 2, 'must close its quotes'],
    ['text after a quote', `${head}\nexp1,1,,loss,"1"2,,1,,\n`, 2, 'must close its quotes'],
    [
      'another experiment',
      row({ experiment: 'exp3' }),
      3,
      'experiment must be an experiment of the study, dataset or all',
    ],
    ['a run that is no number', row({ run: 'one' }), 3, 'run must be a whole number from 1 to 99, got "one"'],
    ['rows of no split', row({ rows: 'tests5' }), 3, 'rows must be empty, or train, validation, test or held'],
    ['a metric in capitals', row({ metric: 'Loss' }), 3, 'metric must be small letters, digits and _'],
    ['no value', row({ value: '' }), 3, 'value must not be empty'],
    ['no line', row({ line: '' }), 3, 'line must be a line of the source, from 1'],
    ['a claim without an answer', row({ metric: 'claim' }), 3, 'answer of a claim must name what answers it'],
    ['a figure with an answer', row({ answer: 'gaps' }), 3, 'answer must be empty but for a claim'],
  ])('with %s are refused, naming file and line', (_what, text, line, said) => {
    const error = refusal(text);
    expect(error.code).toBe('STUDY_INVALID');
    expect(error.where).toBe(`${file}:${line}`);
    expect(error.message).toContain(`source figures: line ${line}: `);
    expect(error.message).toContain(said);
    expect(error.remedy).not.toBe('');
  });
});
