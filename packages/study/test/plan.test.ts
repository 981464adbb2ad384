import { integer, list, string, type AnyStage } from '@layerwise/contracts';
import {
  parseStudy,
  planStudy,
  type RawState,
  type RoleName,
  type StageInstance,
  type StudyPlan,
} from '@layerwise/study';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.js';

const raw: RawState = { files: [], complete: true };
const plan = (text: string, using = catalog): StudyPlan =>
  planStudy(parseStudy(text, 'pipelines/tiny/study.yaml'), { catalog: using, rawState: () => raw });
const study = (...experiments: string[]): string =>
  `name: tiny\nseed: 43\nexperiments:\n${experiments.map((line) => `  ${line}\n`).join('')}`;
const idsOf = (text: string, name = 'exp1'): Partial<Record<RoleName, string>> =>
  plan(text).experiments.find((experiment) => experiment.name === name)?.stages ?? {};

/** Roles whose instance is not the same in two studies. */
function changed(before: string, after: string): string[] {
  const [a, b] = [idsOf(before), idsOf(after)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (role) => a[role as RoleName] !== b[role as RoleName],
  );
}

const plain = study('exp1: { train: { epochs: 3 } }');
const afterTrain = ['train', 'activations', 'embed', 'nodes', 'classes', 'report'];

describe('planStudy', () => {
  it('gives ids that are the same today as ever', () => {
    expect(idsOf(plain).train).toMatch(/^train-[0-9a-f]{12}$/);
    expect(idsOf(plain)).toEqual(idsOf(plain));
    // By Python: hashlib.sha256(b'{"inputs":{},"params":{"use":"mnist"},"seed":null,"uses":"@layerwise/ingest"}').hexdigest()[:12]
    expect(idsOf(plain).ingest).toBe('ingest-a5ed6037cc2b');
  });

  it('reads a field under its former name, and tells the new one with its line, once', () => {
    const text = (name: string): string =>
      `name: tiny
seed: 43
reduce: { uses: '@layerwise/reduce-forest', ${name}: 7 }
experiments:
  exp1: { train: { epochs: 3 } }
  exp2: { train: { epochs: 4 } }
`;
    expect(idsOf(text('estimators'))).toEqual(idsOf(text('trees')));
    expect(plan(text('trees')).notes).toBe('');
    const { notes } = plan(text('estimators'));
    expect(notes).toContain("study tiny: reduce.estimators is now called 'trees'; write trees: 7");
    expect(notes).toContain('pipelines/tiny/study.yaml:3');
    expect(notes.split('estimators')).toHaveLength(2);
    expect(() => plan(text('trees: 3, estimators'))).toThrow(
      /estimators is the former name of 'trees', which is given too/,
    );
  });

  it('computes what experiments have in common once', () => {
    const { instances } = plan(
      study(
        'exp1: { train: { epochs: 3 } }',
        'exp2: { train: { epochs: 4 } }',
        'exp3: { train: { epochs: 3 }, title: Again }',
      ),
    );
    const count = (stage: string): number =>
      [...instances.values()].filter((instance) => instance.stage === stage).length;
    expect(['ingest', 'preprocess', 'train', 'activations', 'report'].map(count)).toEqual([1, 1, 2, 2, 3]);
  });

  it('makes the part of a stage that needs less an instance of its own, which experiments share', () => {
    const maps = (title: string, embed: string): string =>
      `exp${title}: { reduce: { uses: "@layerwise/reduce-pca", variance: 0.${title} }, embed: ${embed} }`;
    const { experiments, instances } = plan(
      study(maps('8', '{ dimensions: 2 }'), maps('9', '{}'), maps('7', '{ dimensions: 3 }')),
      new Map(catalog).set('@layerwise/embed', {
        ...(catalog.get('@layerwise/embed') as AnyStage),
        reads: { pixels: 'features', 'maps?': 'embedding', 'activations?': 'activations' },
        part: ({ dimensions }: { dimensions: number }) => (dimensions === 3 ? undefined : { dimensions: 2 }),
      }),
    );
    const [first, second, third] = experiments.map(({ stages }) => stages);
    const instance = (id: string | undefined): StageInstance => instances.get(id as string) as StageInstance;
    expect(instance(first?.maps)).toMatchObject({ stage: 'embed', inputs: { pixels: first?.preprocess } });
    expect(Object.keys(instance(first?.maps).inputs)).toEqual(['pixels']);
    expect(second?.maps).toBe(first?.maps);
    expect([first, second].map((stages) => instance(stages?.embed).inputs.maps)).toEqual([first?.maps, first?.maps]);
    expect(first?.embed).not.toBe(second?.embed);
    expect(third).not.toHaveProperty('maps');
    expect(instance(third?.embed).inputs).not.toHaveProperty('maps');
    const order = [...instances.keys()];
    expect(order.indexOf(first?.maps as string)).toBeLessThan(order.indexOf(first?.train as string));
  });

  describe('a stage that compares itself with other work', () => {
    const comparing = (labels: boolean): ReadonlyMap<string, AnyStage> => {
      const [train, classes] = ['train', 'classes'].map((name) => catalog.get(`@layerwise/${name}`) as AnyStage);
      const text = string({ doc: 'which', optional: true });
      return new Map(catalog)
        .set('@layerwise/train', { ...train, params: { ...train.params, ...(labels && { labels: text }) } })
        .set('@layerwise/classes', {
          ...classes,
          params: { seeds: list(integer({ doc: 'a seed' }), { doc: 'seeds', default: [] }), shuffled: text },
          reads: { activations: 'activations', 'shuffled?': 'model', 'repeat2?': 'model', 'repeat3?': 'model' },
          compares: ({ shuffled }: Record<string, unknown>) =>
            shuffled === undefined
              ? {}
              : {
                  shuffled: (own) => ({
                    ...own,
                    labels: 'shuffled',
                    epochs: Math.min(Number(own.epochs), 2),
                    hidden: undefined,
                  }),
                },
        });
    };
    const text = study('exp1: { train: { epochs: 3 }, classes: { shuffled: yes } }', 'exp2: { train: { epochs: 3 } }');

    it('is given it as one more input, an instance with its own parameters and the same seed', () => {
      const { experiments, instances } = plan(text, comparing(true));
      const [first, second] = experiments.map(({ stages }) => stages);
      const instance = (id: string | undefined): StageInstance => instances.get(id as string) as StageInstance;
      const [own, other] = [instance(first?.train), instance(first?.shuffled)];
      expect(other).toMatchObject({ stage: 'train', uses: own.uses, seed: own.seed, inputs: own.inputs });
      expect(other.params).toEqual({ epochs: 2, labels: 'shuffled' });
      expect(own.params).toMatchObject({ epochs: 3 });
      expect(instance(first?.classes).inputs).toEqual({ activations: first?.activations, shuffled: first?.shuffled });
      expect(second).not.toHaveProperty('shuffled');
      expect(instance(second?.classes).inputs).not.toHaveProperty('shuffled');
    });

    it('goes without it where the other work has no such parameters', () => {
      const { experiments } = plan(text, comparing(false));
      expect(experiments[0]?.stages).not.toHaveProperty('shuffled');
    });

    it('is given the trainings from further seeds as far as it reads them, with their seeds', () => {
      const { experiments, instances } = plan(text.replace('seed: 43', 'seed: 43\nrepeats: 4'), comparing(true));
      const [{ stages, repeats }] = experiments;
      const { inputs, params } = instances.get(stages.classes as string) as StageInstance;
      expect([inputs.repeat2, inputs.repeat3]).toEqual([repeats[1]?.id, repeats[2]?.id]);
      expect(Object.keys(inputs)).not.toContain('repeat4');
      expect(params.seeds).toEqual([44, 45]);
    });
  });

  it('has no section for the part of a stage', () => {
    expect(() => plan(study('exp1: { maps: { dimensions: 3 } }'))).toThrow(/maps is not a known field/);
  });

  it('computes what studies have in common once: one instance has one id', () => {
    const reductions = [
      'exp4: { reduce: { uses: "@layerwise/reduce-pca", variance: 0.95 } }',
      'exp5: { reduce: { uses: "@layerwise/reduce-forest", trees: 7 } }',
    ];
    const first = plan(study(...reductions));
    const second = plan(
      study(...reductions.map((text) => text.replace(' }', ' }, train: { epochs: 9 }'))).replace('tiny', 'other'),
    );
    const common = [...first.instances.values()].filter(({ id }) => second.instances.has(id)).map(({ stage }) => stage);
    expect(common.sort()).toEqual(['ingest', 'preprocess', 'reduce-forest', 'reduce-pca']);
  });

  it('lists every instance after its inputs', () => {
    const seen = new Set<string>();
    for (const { id, inputs } of plan(
      study('exp1: { reduce: { uses: "@layerwise/reduce-forest" } }', 'exp2: {}'),
    ).instances.values()) {
      for (const input of Object.values(inputs)) expect(seen).toContain(input);
      seen.add(id);
    }
  });

  it.each([
    ['comments', plain.replace('seed', '# a comment\nseed')],
    ['the order of fields', 'experiments:\n  exp1: { train: { epochs: 3 } }\nseed: 43\nname: tiny\n'],
    [
      'white space and style',
      'name: "tiny"\nseed:   43\n\nexperiments:\n    exp1:\n        train:\n            epochs: 3\n',
    ],
    ['a default written out', study('exp1: { train: { epochs: 3, hidden: [] } }')],
    ['another experiment', study('exp0: { train: { epochs: 9 } }', 'exp1: { train: { epochs: 3 } }')],
    ['where a section stands', 'name: tiny\nseed: 43\ntrain: { epochs: 3 }\nexperiments: { exp1: {} }\n'],
    ['the name of the study', plain.replace('tiny', 'other')],
  ])('does not heed %s', (_what, text) => {
    expect(changed(plain, text)).toEqual([]);
  });

  it.each([
    ['a parameter of the net', study('exp1: { train: { epochs: 4 } }'), afterTrain],
    ['a parameter of the maps', study('exp1: { train: { epochs: 3 }, embed: { dimensions: 3 } }'), ['embed', 'report']],
    [
      'a parameter of preprocess',
      study('exp1: { train: { epochs: 3 }, preprocess: { first: 5 } }'),
      ['preprocess', ...afterTrain],
    ],
    [
      'the data set',
      study('exp1: { train: { epochs: 3 }, dataset: { use: strokes } }'),
      ['ingest', 'preprocess', ...afterTrain],
    ],
    [
      'a reduction',
      study('exp1: { train: { epochs: 3 }, reduce: { uses: "@layerwise/reduce-pca", variance: 0.9 } }'),
      [...afterTrain, 'reduce'],
    ],
    ['published figures', study('exp1: { train: { epochs: 3 }, published: { test: { accuracy: 0.5 } } }'), ['report']],
    ['the title', study('exp1: { train: { epochs: 3 }, title: A net }'), ['report']],
    ["the study's seed: stages that draw random numbers and what follows", plain.replace('43', '44'), afterTrain],
    ["the experiment's seed", study('exp1: { train: { epochs: 3 }, seed: 44 }'), afterTrain],
    ["the train section's seed", study('exp1: { train: { epochs: 3, seed: 44 } }'), afterTrain],
    ["the embed section's seed", study('exp1: { train: { epochs: 3 }, embed: { seed: 44 } }'), ['embed', 'report']],
    [
      'a seed where no random numbers are drawn: nothing',
      study('exp1: { train: { epochs: 3 }, preprocess: { seed: 44 } }'),
      [],
    ],
  ])('changes only what depends on %s', (_what, text, roles) => {
    expect(changed(plain, text)).toEqual(roles);
  });

  it('takes the nearest seed: of the section, the experiment, the study', () => {
    const { experiments, instances } = plan(
      study('exp1: { train: { seed: 1 }, seed: 2 }', 'exp2: { seed: 2 }', 'exp3: {}'),
    );
    const seeds = experiments.map(({ stages }) =>
      (['preprocess', 'train', 'embed'] as const).map((role) => instances.get(stages[role] as string)?.seed),
    );
    expect(seeds).toEqual([
      [null, 1, 2],
      [null, 2, 2],
      [null, 43, 43],
    ]);
  });

  it('trains a net from as many seeds as asked, and plans nothing else anew', () => {
    const once = plan(plain);
    const thrice = plan(plain.replace('seed: 43', 'seed: 43\nrepeats: 3'));
    expect(idsOf(plain)).toEqual(thrice.experiments[0]?.stages);
    expect(once.experiments[0]?.repeats).toEqual([{ seed: 43, id: idsOf(plain).train }]);
    expect(thrice.experiments[0]?.repeats).toEqual(
      [43, 44, 45].map((seed) => ({ seed, id: idsOf(plain.replace('43', String(seed))).train })),
    );
    const added = [...thrice.instances.keys()].filter((id) => !once.instances.has(id));
    expect(added.sort()).toEqual(
      thrice.experiments[0]?.repeats
        .slice(1)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('takes the number of seeds from the experiment, else from the study; a training without random numbers is done once', () => {
    const seedless = new Map([
      ...catalog,
      ['@layerwise/train', { ...catalog.get('@layerwise/train')!, seeded: () => false }],
    ]);
    const text =
      'name: tiny\nrepeats: 2\nexperiments: { exp1: {}, exp2: { repeats: 4, seed: 4294967295 }, exp3: { train: { seed: 9 } } }\n';
    expect(plan(text).experiments.map(({ repeats }) => repeats.map(({ seed }) => seed))).toEqual([
      [0, 1],
      [4294967295, 0, 1, 2],
      [9, 10],
    ]);
    expect(plan(text, seedless).experiments.map(({ repeats }) => repeats.map(({ seed }) => seed))).toEqual([
      [null],
      [null],
      [null],
    ]);
  });

  it('lets an experiment complete and override what the study says of a role', () => {
    const { experiments, instances } = plan(
      'name: tiny\ntrain: { epochs: 3, seed: 5 }\nexperiments:\n  exp1: { train: { hidden: [{ units: 2 }] } }\n  exp2: { train: { epochs: 4, seed: 6 } }\n',
    );
    const trained = experiments.map(({ stages }) => instances.get(stages.train as string));
    expect(trained.map((instance) => [instance?.params, instance?.seed])).toEqual([
      [{ epochs: 3, hidden: [{ units: 2 }] }, 5],
      [{ epochs: 4, hidden: [] }, 6],
    ]);
  });

  it('plans an experiment that extends another as if all were written out', () => {
    const base =
      'exp1: { title: A net, seed: 7, repeats: 2, train: { epochs: 3, hidden: [{ units: 2 }] }, published: { ' +
      'test: { accuracy: 0.5 } }, expect: { test.accuracy: [0.4, 0.6] } }';
    const short = plan(
      study(
        base,
        'exp2: { extends: exp1, reduce: { uses: "@layerwise/reduce-pca", variance: 0.9 } }',
        'exp3: { extends: exp2, repeats: 3, reduce: { variance: 0.8 }, train: { epochs: 4 } }',
      ),
    );
    const long = plan(
      study(
        base,
        'exp2: { seed: 7, repeats: 2, reduce: { uses: "@layerwise/reduce-pca", variance: 0.9 }, train: { epochs: 3, hidden: [{ units: 2 }] } }',
        'exp3: { seed: 7, repeats: 3, reduce: { uses: "@layerwise/reduce-pca", variance: 0.8 }, train: { epochs: 4, hidden: [{ units: 2 }] } }',
      ),
    );
    expect(short).toEqual(long);
    expect(
      short.experiments.map(({ title, published, expect: expected }) => [
        title,
        published === undefined,
        expected === undefined,
      ]),
    ).toEqual([
      ['A net', false, false],
      ['exp2', true, true],
      ['exp3', true, true],
    ]);
  });

  it('takes each field from the nearest: the experiment, those it extends in turn, the study', () => {
    const { experiments, instances } = plan(
      `name: tiny
train: { epochs: 1, seed: 5 }
experiments:
  exp3: { extends: exp2, train: { hidden: [{ units: 3 }] } }
  exp2: { extends: exp1, train: { epochs: 2 } }
  exp1: { train: { epochs: 9, seed: 6, hidden: [{ units: 1 }] } }
`,
    );
    const trained = instances.get(experiments[0]?.stages.train as string);
    expect([experiments[0]?.name, trained?.params, trained?.seed]).toEqual([
      'exp3',
      { epochs: 2, hidden: [{ units: 3 }] },
      6,
    ]);
  });

  it('wires the reduced features where there are any, and an input that may be absent where it is there', () => {
    const { experiments, instances } = plan(
      study('exp1: { reduce: { uses: "@layerwise/reduce-pca", variance: 0.9 } }'),
    );
    const stages = experiments[0]?.stages ?? {};
    expect(instances.get(stages.train as string)?.inputs).toEqual({ features: stages.reduce });
    expect(instances.get(stages.reduce as string)?.inputs).toEqual({ features: stages.preprocess });
    expect(instances.get(stages.embed as string)?.inputs).toEqual({
      pixels: stages.preprocess,
      activations: stages.activations,
    });
  });

  it('makes the raw files part of what reads them and of what follows', () => {
    const ingest = { ...catalog.get('@layerwise/ingest')!, rawFiles: () => ({ files: [], complete: true }) };
    const using = new Map([...catalog, ['@layerwise/ingest', ingest]]);
    const idWith = (sha256: string): string | undefined =>
      planStudy(parseStudy(plain, 'study.yaml'), {
        catalog: using,
        rawState: () => ({ files: [{ name: 'train.gz', sha256 }], complete: true }),
      }).experiments[0]?.stages.report;
    expect(idWith('a')).not.toBe(idWith('b'));
    expect(idWith('a')).toBe(idWith('a'));
  });
});
