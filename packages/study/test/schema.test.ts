import { readdirSync, readFileSync } from 'node:fs';
import type { AnyStage } from '@layerwise/contracts';
import { packagesOf, parseStudy, studySchema } from '@layerwise/study';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { catalog as small } from './catalog.js';

const pipelines = new URL('../../../pipelines/', import.meta.url);
const studies = readdirSync(pipelines, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, text: readFileSync(new URL(`${name}/study.yaml`, pipelines), 'utf8') }));

async function catalog(): Promise<Map<string, AnyStage>> {
  const names = new Set(studies.flatMap(({ name, text }) => packagesOf(parseStudy(text, name))));
  const stages = [...names].map(async (name) => [name, ((await import(name)) as { stage: AnyStage }).stage] as const);
  return new Map(await Promise.all(stages));
}

const options = { strict: true, strictTypes: false, strictRequired: false } as const;

describe('the JSON Schema of study.yaml', () => {
  it.each(studies)('accepts pipelines/$name/study.yaml, and no misspelling in it', async ({ text }) => {
    const validate = new Ajv2020(options).compile(studySchema(await catalog()));
    const study = parse(text) as Record<string, unknown> & { experiments: Record<string, Record<string, unknown>> };
    expect(validate(study), JSON.stringify(validate.errors, null, 1)).toBe(true);
    const [name, experiment] = Object.entries(study.experiments)[0] as [string, Record<string, unknown>];
    const misspelt = [
      { ...study, sede: 4 },
      { ...study, name: 'a:b' },
      { ...study, name: undefined },
      { ...study, experiments: {} },
      ...['All', 't', 'constructor'].map((taken) => ({ ...study, experiments: { [taken]: experiment } })),
      ...['Compare', 'toString', 'train-0123456789ab'].map((taken) => ({ ...study, name: taken })),
      { ...study, experiments: { [name]: { ...experiment, tarin: {} } } },
      { ...study, experiments: { [name]: { ...experiment, train: { ...(experiment.train as object), epohcs: 3 } } } },
      { ...study, experiments: { [name]: { ...experiment, extends: 1 } } },
      { ...study, experiments: { [name]: { ...experiment, extends: [name] } } },
      { ...study, extends: name },
      { ...study, experiments: { [name]: { ...experiment, reduce: { uses: '@layerwise/reduce-pac' } } } },
    ];
    for (const wrong of misspelt)
      expect(validate(JSON.parse(JSON.stringify(wrong))), JSON.stringify(wrong)).toBe(false);
  });

  it('lets an experiment leave the package to the study, but not the study', () => {
    const validate = new Ajv2020(options).compile(studySchema(small));
    expect(
      validate({
        name: 'a',
        reduce: { uses: '@layerwise/reduce-pca' },
        experiments: { exp1: { reduce: { variance: 0.9 } } },
      }),
    ).toBe(true);
    expect(
      validate({
        name: 'a',
        experiments: {
          exp1: { reduce: { uses: '@layerwise/reduce-pca', variance: 0.9 } },
          exp2: { extends: 'exp1', reduce: { variance: 0.8 } },
        },
      }),
    ).toBe(true);
    expect(validate({ name: 'a', reduce: { variance: 0.9 }, experiments: { exp1: {} } })).toBe(false);
  });

  it('offers for a role only packages that can take it', () => {
    const { properties } = studySchema(small) as {
      properties: Record<string, { anyOf: { properties: { uses: { const: string } } }[] }>;
    };
    const offered = (section: string): string[] | undefined =>
      properties[section]?.anyOf.map((alternative) => alternative.properties.uses.const);
    expect(offered('reduce')).toEqual(['@layerwise/reduce-pca', '@layerwise/reduce-forest']);
    expect(offered('dataset')).toEqual(['@layerwise/ingest']);
    expect(offered('train')).toEqual(['@layerwise/train']);
  });
});
