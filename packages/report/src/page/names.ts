/** Longest class name in tables and figures; the table of class counts has the whole ones. */
const MOST = 16;

/** Says nothing and takes no room (word joiner). */
const INVISIBLE = '\u2060';

/**
 * Class names cut to what tables and figures have room for, still all different. One that every JavaScript object has,
 * such as `constructor`, gets an invisible letter more: Vega keeps values as keys of plain objects.
 */
export function shortNames(names: readonly string[]): string[] {
  const cut = names.map((name) =>
    name in {} ? name + INVISIBLE : name.length > MOST ? `${name.slice(0, MOST - 1)}…` : name,
  );
  return cut.map((name, c) => (cut.indexOf(name) === cut.lastIndexOf(name) ? name : `${name} ${c + 1}`));
}

/** Whether names are too long to stand side by side as digits do. */
export function areLong(names: readonly string[]): boolean {
  return names.some((name) => name.length > 2);
}

/** A class with its article: `a 7`, `an 8`, `an F`, `an owl`. */
export function withArticle(name: string): string {
  return `${/^(8|1[18]$|[aefhilmnorsx]$|(?!uni)[aeiou].)/i.test(name) ? 'an' : 'a'} ${name}`;
}

/** Several of a class: `4s`; of longer names `images of owl`. */
export function several(name: string): string {
  return isLetter(name) ? `${name}s` : `images of ${name}`;
}

/** The class as a heading: `The 4s`, `Owl`. */
export function heading(name: string): string {
  return isLetter(name) ? `The ${name}s` : capital(name);
}

/** With a capital letter. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A split as images are called by it: `training`, `validation`, `test`. */
export const splitName = (split: 'train' | 'validation' | 'test'): string => (split === 'train' ? 'training' : split);

const isLetter = (name: string): boolean => /^[\da-z]$/i.test(name);

/** Anchor of a class: by its name where all are digits or letters that differ, else by its index. */
export function anchorOf(names: readonly string[], c: number): string {
  const plain = names.every(isLetter) && new Set(names).size === names.length;
  return `class-${plain ? names[c] : c}`;
}

/** What the anchors of a layer's nodes begin with; the node's number follows. @param layers how many hidden layers there are @param layer from 1 */
export const nodeAnchor = (layers: number, layer: number): string => (layers > 1 ? `node-${layer}-` : 'node-');

/** Whether classes are numbers, so that a difference of two of them means something. */
export function areNumbers(names: readonly string[]): boolean {
  return names.every((name) => /^-?\d+(\.\d+)?$/.test(name));
}
