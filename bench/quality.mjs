/** What is compared beside seconds: agreement of forests, and embeddings judged alike. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Contender } from './contender.mjs';
import { median } from './compare.mjs';

const overlap = (a, b) => a.filter((column) => b.includes(column)).length;

/** Overlaps of the top-70 columns of each pair of repetitions (each has its own seed). */
function overlaps(a, b) {
  const counts = [];
  a.forEach((one, i) => b.forEach((other, j) => (a !== b || i < j) && counts.push(overlap(one.best, other.best))));
  return counts;
}

/** How well the 70 best columns agree, between seeds and between programs. @returns {string[]} */
export function agreement(entries) {
  const notes = [];
  entries.forEach((one, i) => {
    entries.slice(i).forEach((other) => {
      const counts = overlaps(one.figures, other.figures);
      if (!counts.length) return;
      const who = one === other ? `two seeds of ${one.name}` : `${one.name} and ${other.name}`;
      notes.push(
        `Top-70 pixels shared by ${who}: median ${median(counts)}, ${Math.min(...counts)} to ${Math.max(...counts)}, of ${counts.length} pairs`,
      );
    });
  });
  return notes;
}

/** The figures of embeddings that are the same to the byte, together. */
function byEmbedding(figures) {
  const groups = new Map();
  for (const figure of figures) {
    const key = createHash('sha256').update(readFileSync(figure.embedding)).digest('hex');
    groups.set(key, [...(groups.get(key) ?? []), figure]);
  }
  return [...groups.values()];
}

/** Judges every embedding by the same program, and notes the figures in `entries`. @returns {Promise<string[]>} */
export async function judge(entries, options) {
  const groups = byEmbedding(entries.flatMap((entry) => entry.figures));
  const judging = await new Contender(
    {
      name: 'judge',
      program: 'peers/judge_tsne.py',
      options: { ...options, embeddings: groups.map(([first]) => first.embedding) },
    },
    2,
  ).ready();
  for (const group of groups) {
    const { kl, trustworthiness } = await judging.repeat();
    for (const figure of group) Object.assign(figure, { kl, trustworthiness });
  }
  await judging.stop();
  return entries.map(({ name, figures }) => {
    const kl = median(figures.map((figure) => figure.kl));
    const trust = median(figures.map((figure) => figure.trustworthiness));
    return `${name}: KL divergence ${kl.toFixed(4)} (all pairs, exact neighbours), trustworthiness ${trust.toFixed(4)} (12 neighbours, 5,000 rows)`;
  });
}
