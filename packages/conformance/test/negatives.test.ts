import { choice, integer } from '@layerwise/contracts';
import { expect, it } from 'vitest';
import { negatives } from '../src/negatives.js';

it('breaks every constraint of a table in every way, one at a time', () => {
  const fields = {
    times: integer({ doc: 'factor', min: 1, max: 9 }),
    mode: choice(['plain', 'fancy'], { doc: 'how', default: 'plain' }),
  };
  expect(negatives(fields, { times: 2 }).map(({ name }) => name)).toEqual([
    'zqxjkvbw = 1',
    'timess = 1',
    'times = "many"',
    'times = true',
    'times = 1.5',
    'times = null',
    'times = 0',
    'times = 10',
    'parameters = {}',
    'mode = "zqxjkvbw"',
    'mode = 1',
    'mode = null',
  ]);
});
