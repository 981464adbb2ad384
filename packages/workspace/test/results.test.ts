import { describe, expect, it } from 'vitest';
import {
  parseResults,
  resultsText,
  type ResultRecord,
  type StageRecord,
} from '@layerwise/workspace/results/results-file';
import { resultChange } from '@layerwise/workspace/results/verification';

const stage = (content: string, reads: readonly string[] = [], more: Partial<StageRecord> = {}): StageRecord => ({
  ...{ content, params: 'p', code: 'c', node: 'v20.19.0', reads },
  ...more,
});
const record: ResultRecord = {
  dataset: 'strokes',
  accuracy: { train: 0.9, validation: null, test: 0.8 },
  loss: { train: 0.1, validation: null, test: 0.30000000000000004 },
  stages: { ingest: stage('i', [], { data: 'd' }), train: stage('t', ['ingest']), report: stage('r', ['train']) },
};
const withStages = (stages: ResultRecord['stages']): ResultRecord => ({
  ...record,
  stages: { ...record.stages, ...stages },
});

describe('recorded results', () => {
  const file = { schema: 1, study: 'tiny', experiments: { one: record, two: { ...record, seeds: [] } } } as const;

  it('are read as they were written, with a line for each stage and figure', () => {
    const text = resultsText(file);
    expect(parseResults(text, 'results.json')).toEqual(file);
    expect(
      text.split('\n').filter((line) => /"(accuracy|loss|ingest|train|report)": \{.*\},?$/.test(line)),
    ).toHaveLength(10);
    const other = resultsText({ ...file, experiments: { ...file.experiments, two: { ...record, dataset: 'mnist' } } });
    expect(text.split('\n').filter((line) => !other.split('\n').includes(line)).length).toBeLessThan(3);
  });

  it.each([
    ['{', 'must be JSON'],
    ['[]', 'results must be a group of fields'],
    [resultsText(file).replace('"schema": 1', '"schema": 2'), 'must be of schema 1, got 2'],
    [resultsText(file).replace('0.8', '"good"'), 'results.experiments.one.accuracy.test must be a number, got "good"'],
    ['<<<<<<< HEAD\n' + resultsText(file), 'must be JSON'],
  ])('that are no such file are refused: %s', (text, rule) => {
    expect(() => parseResults(text, 'results.json')).toThrow(rule);
  });
});

describe('what tells two results from each other', () => {
  it('is nothing where all bytes are the same, whatever code and parameters gave them', () => {
    expect(resultChange(record, withStages({ train: stage('t', ['ingest'], { code: 'c2', params: 'p2' }) }))).toEqual({
      figures: [],
      stages: [],
    });
  });

  it.each([
    [{ params: 'p2' }, ['parameters']],
    [{ code: 'c2', node: 'v24.0.0' }, ['code', 'Node.js v20.19.0 -> v24.0.0']],
    [{}, ['nothing that is recorded: the same work gave other bytes']],
  ])('is said of a stage, and of those that read it: %o', (more, because) => {
    const now = withStages({ train: stage('t2', ['ingest'], more), report: stage('r2', ['train']) });
    expect(resultChange(record, now).stages).toEqual([
      { role: 'train', because },
      { role: 'report', because: ['what it reads of train'] },
    ]);
  });

  it('names stages that are new and gone, and figures by split and seed, those of the test first', () => {
    const { ingest, train } = record.stages as Record<string, StageRecord>;
    const now: ResultRecord = {
      ...record,
      accuracy: { train: 0.95, validation: null, test: 0.7 },
      seeds: [
        { seed: 1, accuracy: 0.7, loss: 0.3 },
        { seed: 2, accuracy: 0.6, loss: 0.4 },
      ],
      stages: { ingest, train, embed: stage('e') },
    };
    const { figures, stages } = resultChange(record, now);
    expect(figures.map(({ figure }) => figure)).toEqual([
      ...['test accuracy', 'train accuracy', 'test accuracy of seed 2', 'test loss of seed 2'],
    ]);
    expect(figures[0]).toEqual({ figure: 'test accuracy', old: 0.8, new: 0.7 });
    expect(stages).toEqual([
      { role: 'embed', because: ['is new'] },
      { role: 'report', because: ['is gone'] },
    ]);
  });
});
