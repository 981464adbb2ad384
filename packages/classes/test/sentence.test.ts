import { describe, expect, it } from 'vitest';
import { changeSentence, evidenceSentence, nodeSentence, one, several } from '../src/sentence.js';

const spots = { ink: { place: 'on the left', share: 0.16 }, absence: { place: 'at the top', share: 0.27 } };

describe('what tells a class from its rival, in words', () => {
  it.each([
    [
      0.58,
      'by what is not there: the absence of ink is 58% of what speaks for it, above all at the top (27%); its ink says most on the left (16%).',
    ],
    [
      0.42,
      'by its ink: ink is 58% of what speaks for it, above all on the left (16%); the absence of ink says most at the top (27%).',
    ],
    [
      0.47,
      'by ink and its absence alike: ink is 53% of what speaks for it, above all on the left (16%); the absence of ink says most at the top (27%).',
    ],
  ])('of %d absence', (absence, words) =>
    expect(evidenceSentence({ name: '4', rival: '9', absence, spots })).toBe(`A 4 is told from a 9 ${words}`),
  );

  it('leaves out what there is none of', () => {
    expect(evidenceSentence({ name: 'cat', rival: 'dog', absence: 0, spots: {} })).toBe(
      'Cat is told from dog by its ink: ink is 100% of what speaks for it.',
    );
  });

  it('names digits and letters as one says them', () => {
    expect(['4', '8', 'A', 'b', 'x', 'cat'].map(one)).toEqual(['a 4', 'an 8', 'an A', 'a b', 'an x', 'cat']);
    expect(several('4', 'test ')).toBe('test 4s');
    expect(several('cat', 'test ')).toBe('test images of cat');
  });
});

describe('what turns a class into its rival, in words', () => {
  const turned = { name: '4', rival: '9', erased: 15, inked: 15, split: 'test', told: 0.6095, elsewhere: 0.0043 };
  it.each([
    [
      {},
      'Erase 15 pixels and ink 15 others, and 61 of 100 test 4s are told as 9s; as much change elsewhere does it to 0.4.',
    ],
    [
      { erased: 0, told: 0.9955, elsewhere: 0 },
      'Ink 15 pixels, and 99.5 of 100 test 4s are told as 9s; as much change elsewhere does it to none.',
    ],
    [{ inked: 0, erased: 1, elsewhere: NaN }, 'Erase 1 pixel, and 61 of 100 test 4s are told as 9s.'],
    [
      { elsewhere: 0.0001, rival: 'dog' },
      'Erase 15 pixels and ink 15 others, and 61 of 100 test 4s are told as dog; as much change elsewhere does it to under 0.1.',
    ],
    [{ told: NaN }, ''],
    [{ erased: 0, inked: 0 }, ''],
  ])('%o', (given, words) => expect(changeSentence({ ...turned, ...given })).toBe(words));
});

describe('on how many nodes a class hangs, in words', () => {
  const carried = { nodes: 10, whole: 0.97, without: 0.44, random: 0.966 };
  it.each([
    [
      {},
      'It hangs on few nodes: without the 10 that carry it 44 of 100 are told right, 97 with them, 97 without 10 random others.',
    ],
    [
      { without: 0.79 },
      'It leans on a few nodes: without the 10 that carry it 79 of 100 are told right, 97 with them, 97 without 10 random others.',
    ],
    [
      { without: 0.943 },
      'It hangs on no particular nodes: without the 10 that carry it 94 of 100 are told right, 97 with them, 97 without 10 random others.',
    ],
    [
      { nodes: 1 },
      'It hangs on one node: without the one that carries it 44 of 100 are told right, 97 with it, 97 without a random other node.',
    ],
    [{ whole: 0.4, without: 0 }, ''],
    [{ without: NaN }, ''],
  ])('%o', (given, words) => expect(nodeSentence({ ...carried, ...given })).toBe(words));
});
