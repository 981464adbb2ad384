import { deriveSeed } from '@layerwise/contracts';
import { describe, expect, it } from 'vitest';

describe('deriveSeed', () => {
  /**
   * By Python 3.11: struct.unpack('<4I', hashlib.sha256(text.encode()).digest()[:16]), where text is
   * json.dumps([seed, stage, stream], separators=(',', ':'), ensure_ascii=False)
   */
  it.each([
    [43, 'train', 'shuffle', [3059924862, 489279545, 2092476635, 820826669]],
    [0, 'reduce-forest', 'tree 7', [225667393, 515616326, 3548272922, 3145880840]],
    [4294967295, 'embed', 'init é', [812160730, 3575763862, 2372508551, 167230666]],
  ] as const)('seed %i of %s, stream %s, is what Python derives', (seed, stage, stream, words) => {
    expect([...deriveSeed(seed, stage, stream)]).toEqual(words);
  });

  it('differs for each seed, stage and stream, also where their texts run together', () => {
    const all = [
      [1, 'a', 'bc'],
      [1, 'ab', 'c'],
      [2, 'a', 'bc'],
      [1, 'a', 'bd'],
      [12, 'a', 'b'],
    ] as const;
    expect(new Set(all.map(([seed, stage, stream]) => deriveSeed(seed, stage, stream).join(' '))).size).toBe(
      all.length,
    );
  });
});
