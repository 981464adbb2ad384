import { expect, it } from 'vitest';
import { gainOf } from '../src/changes.js';
import { INK, type Change } from '../src/change.js';
import { imageOf, K, smallExperiment } from './experiment.js';
import { subjectOf } from './subject.js';

const change: Change = { erased: Uint32Array.of(1, 5, 9), inked: Uint32Array.of(2, 6) };
const others: readonly Change[] = [
  { erased: Uint32Array.of(0, 3, 4), inked: Uint32Array.of(7, 8) },
  { erased: Uint32Array.of(10, 11, 12), inked: Uint32Array.of(13, 14) },
];
const none = new Uint32Array(0);

it('the gain of a change is counted over all images of a class, less what other changes do', async () => {
  const experiment = await smallExperiment('pixels', [{ units: 6, activation: 'relu' }]);
  const subject = await subjectOf(experiment);
  const { test } = experiment.splits;
  const [c, rival] = [0, 2];
  const rows = Array.from(test.label.keys()).filter((row) => test.label[row] === c);
  const share = ({ erased, inked }: Change): number => {
    const told = rows.filter((row) => {
      const image = Array.from(imageOf(test, row), (value, p) =>
        erased.includes(p) ? 0 : inked.includes(p) ? Math.max(value, INK) : value,
      );
      const logits = experiment.run(image).at(-1) as number[];
      return logits.indexOf(Math.max(...logits)) === rival;
    });
    return told.length / rows.length;
  };
  expect(rows.some((row) => test.predicted[row] !== c)).toBe(true);
  expect(rows.length).toBeGreaterThan(K);
  expect(gainOf(subject, { class: c, rival }, change, others)).toBeCloseTo(
    share(change) - (share(others[0]) + share(others[1])) / 2,
    12,
  );
  // As much as is gained elsewhere is no gain.
  expect(gainOf(subject, { class: c, rival }, change, [change])).toBe(0);
});

it('there is no gain without a rival, or with nothing to compare', async () => {
  const subject = await subjectOf(await smallExperiment('pixels', []));
  expect(gainOf(subject, { class: 0, rival: -1 }, change, others)).toBeNaN();
  expect(gainOf(subject, { class: 0, rival: 1 }, change, [])).toBeNaN();
  expect(gainOf(subject, { class: 0, rival: 1 }, { erased: none, inked: none }, [{ erased: none, inked: none }])).toBe(
    0,
  );
});
