import { nearest } from '@layerwise/contracts';
import { describe, expect, it } from 'vitest';

describe('nearest', () => {
  const words = ['epochs', 'batch', 'hidden', 'seed', 'validation'];

  it.each([
    ['epcohs', 'epochs'],
    ['Epochs', 'epochs'],
    ['epoch', 'epochs'],
    ['bach', 'batch'],
    ['hiden', 'hidden'],
    ['vaildatoin', 'validation'],
    ['sede', 'seed'],
  ])('%s is %s misspelt', (word, meant) => {
    expect(nearest(word, words)).toBe(meant);
  });

  it.each(['colour', 'x', '', 'epochsepochs'])('%s is like none of them', (word) => {
    expect(nearest(word, words)).toBeUndefined();
  });

  it('prefers the first of equally near ones', () => {
    expect(nearest('exp', ['exp2', 'exp1'])).toBe('exp2');
  });

  it('suggests nothing where there is nothing', () => {
    expect(nearest('epochs', [])).toBeUndefined();
  });

  it('is quick for a word of a million letters', () => {
    expect(nearest('e'.repeat(1_000_000), words)).toBeUndefined();
  });
});
