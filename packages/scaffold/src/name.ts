import { Refusal } from './file-set.js';

const rule = /^[a-z][a-z0-9-]{0,40}$/;

/** The name of a study or stage, if it may be one. @throws Refusal otherwise */
export function checkedName(what: string, name: string): string {
  if (rule.test(name)) return name;
  throw new Refusal(`the name of a ${what} must be of small letters, digits and '-', after a letter, got '${name}'`);
}

/** A name that npm accepts for a package that is not published, from that of a folder. */
export function packageNameOf(folder: string): string {
  const plain = folder
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain === '' || plain === 'layerwise' || plain === 'nx' ? 'my-digits' : plain;
}
