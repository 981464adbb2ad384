// A table of many classes: label,pixel0,pixel1,... with as many rows of each class as of any other.
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

/** Writes a CSV of square images; each class has a pattern of its own, each row some noise. The same file each time. */
export async function writeClasses(path, { classes, rows, side }) {
  const random = generator();
  const patterns = Array.from({ length: classes }, () =>
    Array.from({ length: side * side }, () => (random() < 0.3 ? 60 + Math.floor(random() * 150) : 0)),
  );
  const out = createWriteStream(path);
  for (let row = 0; row < rows; row++) {
    const label = row % classes;
    const pixels = patterns[label].map((value) =>
      value === 0 ? (random() < 0.05 ? 80 : 0) : Math.max(0, Math.min(255, value + Math.floor(random() * 60 - 30))),
    );
    if (!out.write(`c${String(label).padStart(4, '0')},${pixels.join(',')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

/** The 24 high bits of a 32-bit linear congruential generator, in [0, 1). */
function generator() {
  let state = 12345;
  return () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8) / 2 ** 24;
}
