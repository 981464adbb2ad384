import { nearest, received, type Problem } from '@layerwise/contracts';
import { nameRule } from './fields.js';
import type { YamlFile } from './yaml.js';

/** Experiment -> the one it extends; only names of experiments that are there, and none its own. */
export type Bases = ReadonlyMap<string, string>;

/** Names said in one message; later problems than that many are not shown, and need no search for the nearest name. */
const mostNames = 20;

/**
 * Reads which experiment extends which.
 * @param given `extends` by experiment, for every experiment of the study in the order of the file; what is no text is left to the constraint table
 * @param line where a path stands in the file
 * @param problems gets one for each name of no other experiment and one for each cycle
 */
export function readBases(given: ReadonlyMap<string, unknown>, line: YamlFile['line'], problems: Problem[]): Bases {
  const bases = new Map<string, string>();
  for (const [name, base] of given) {
    if (typeof base !== 'string' || base === '') continue;
    if (base !== name && given.has(base)) bases.set(name, base);
    else
      problems.push({
        path: pathOf(name),
        message:
          problems.length < mostNames
            ? noOther(name, base, [...given.keys()])
            : `must name another experiment of this study, got ${received(base)}`,
      });
  }
  const reported = new Set<string>();
  for (const name of bases.keys()) {
    if (reported.has(name)) continue;
    const inheritance = inheritanceOf(name, bases);
    if (bases.get(inheritance[0]) !== name) continue;
    for (const member of inheritance) reported.add(member);
    problems.push({
      path: pathOf(name),
      message: `must not lead back to its own experiment, got ${chain(inheritance.reverse(), line)} > ${name}; remove 'extends' from one of them`,
    });
  }
  return bases;
}

/** The experiments whose keys an experiment has, the farthest first and itself last; in a cycle each once. */
export function inheritanceOf(name: string, bases: Bases): string[] {
  const inheritance = new Set<string>();
  for (let next: string | undefined = name; next !== undefined && !inheritance.has(next); next = bases.get(next))
    inheritance.add(next);
  return [...inheritance].reverse();
}

function pathOf(name: string): readonly string[] {
  return ['experiments', name, 'extends'];
}

function noOther(name: string, base: string, names: readonly string[]): string {
  const others = names.filter((other) => other !== name && nameRule.test(other));
  const close = base === name ? undefined : nearest(base, others);
  const choice = close
    ? `did you mean '${close}'?`
    : others.length > 0
      ? `known: ${atMost(others).join(', ')}`
      : 'remove it: there is no other';
  return `must name another experiment of this study, got ${received(base)}${base === name ? ', its own name' : ''}; ${choice}`;
}

function chain(names: readonly string[], line: YamlFile['line']): string {
  return atMost(names, (name) => `${name} (line ${line(pathOf(name))})`).join(' > ');
}

function atMost(names: readonly string[], shown = (name: string): string => name): readonly string[] {
  const first = names.slice(0, mostNames).map(shown);
  return names.length > mostNames ? [...first, `${names.length - mostNames} more`] : first;
}
