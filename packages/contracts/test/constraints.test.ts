import { choice, boolean, integer, list, object, number, string, variant, type Infer } from '@layerwise/contracts';
import { describe, expect, expectTypeOf, it } from 'vitest';

const doc = 'a field';
const table = {
  units: integer({ min: 1, doc }),
  rate: number({ above: 0, default: 0.001, doc }),
  shuffle: boolean({ default: true, doc }),
  title: string({ optional: true, doc }),
  optimizer: choice(['sgd', 'adam'], { default: 'adam', doc }),
  hidden: list(
    object({ units: integer({ doc }), activation: choice(['relu', 'tanh'], { default: 'relu', doc }) }, { doc }),
    { doc },
  ),
  validation: variant({ first: integer({ doc }), lastFraction: number({ doc }) }, { doc }),
};
type Params = Infer<typeof table>;

describe('the type of a constraint table', () => {
  it('has a number, a truth value, a text or one of the choices', () => {
    expectTypeOf<Params['units']>().toEqualTypeOf<number>();
    expectTypeOf<Params['rate']>().toEqualTypeOf<number>();
    expectTypeOf<Params['shuffle']>().toEqualTypeOf<boolean>();
    expectTypeOf<Params['optimizer']>().toEqualTypeOf<'sgd' | 'adam'>();
  });

  it('lets only optional fields be missing', () => {
    expectTypeOf<Params['title']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Pick<Params, 'units' | 'hidden' | 'validation'>>().not.toExtend<{ title: string }>();
    expectTypeOf<{ title?: string }>().toExtend<Pick<Params, 'title'>>();
    expectTypeOf<{ rate?: number }>().not.toExtend<Pick<Params, 'rate'>>();
  });

  it('nests lists and groups, read-only', () => {
    expectTypeOf<Params['hidden'][number]['activation']>().toEqualTypeOf<'relu' | 'tanh'>();
    expectTypeOf<Params['hidden']>().not.toExtend<unknown[]>();
  });

  it('has exactly one field of a variant', () => {
    expectTypeOf<{ readonly first: number }>().toExtend<Params['validation']>();
    expectTypeOf<{ readonly lastFraction: number }>().toExtend<Params['validation']>();
    expectTypeOf<{ readonly first: number; readonly lastFraction: number }>().not.toExtend<Params['validation']>();
  });

  it('is what the functions build', () => {
    expect(table.units).toEqual({ kind: 'integer', min: 1, doc });
    expect(table.optimizer).toEqual({ kind: 'choice', values: ['sgd', 'adam'], default: 'adam', doc });
    expect(table.validation.fields.first.kind).toBe('integer');
  });
});
