import { grouped } from '@layerwise/contracts';
/** The largest blob of a kind of evidence: where it is, and what share it is of all that speaks for the class. */
export interface Spot {
  readonly place: string;
  readonly share: number;
}

/** What tells a class from a rival. */
export interface Told {
  readonly name: string;
  readonly rival: string;
  /** Share of what speaks for the class that is absence of ink. */
  readonly absence: number;
  readonly spots: { readonly ink?: Spot; readonly absence?: Spot };
}

/** A share of absence this near to a half is about as much as that of ink. */
const ALIKE = 0.05;

/**
 * `A 4 is told from a 9 by what is not there: the absence of ink is 58% of what speaks for it, above all at the top (27%); its ink says
 * most on the left (16%).`
 */
export function evidenceSentence({ name, rival, absence, spots }: Told): string {
  const byAbsence = absence >= 0.5;
  const [main, other] = byAbsence ? [spots.absence, spots.ink] : [spots.ink, spots.absence];
  const [what, beside] = byAbsence ? ['the absence of ink', 'its ink'] : ['ink', 'the absence of ink'];
  const how =
    Math.abs(absence - 0.5) < ALIKE ? 'ink and its absence alike' : byAbsence ? 'what is not there' : 'its ink';
  const where = main ? `, above all ${main.place} (${percent(main.share)})` : '';
  const less = other ? `; ${beside} says most ${other.place} (${percent(other.share)})` : '';
  const share = percent(byAbsence ? absence : 1 - absence);
  return `${capital(one(name))} is told from ${one(rival)} by ${how}: ${what} is ${share} of what speaks for it${where}${less}.`;
}

/** A change does what its pixels do where as much change elsewhere does it to so many times fewer. */
const TENFOLD = 10;

/** What a change of pixels does to images of a class. */
export interface Turned {
  readonly name: string;
  readonly rival: string;
  readonly erased: number;
  readonly inked: number;
  /** What the images are of: `test`. */
  readonly split: string;
  /** Shares told as the rival: of the changed images, and of those that were changed elsewhere; NaN without. */
  readonly told: number;
  readonly elsewhere: number;
}

/** `Erase 15 pixels and ink 15 others, and 61 of 100 test 4s are told as 9s; as much change elsewhere does it to 0.4.` */
export function changeSentence({ name, rival, erased, inked, split, told, elsewhere }: Turned): string {
  if (Number.isNaN(told)) return '';
  const parts = [
    ...(erased > 0 ? [`erase ${pixels(erased)}`] : []),
    ...(inked > 0 ? [erased > 0 ? `ink ${inked} others` : `ink ${pixels(inked)}`] : []),
  ];
  if (parts.length === 0) return '';
  const much = told < TENFOLD * elsewhere ? ', which is more than a tenth as many' : '';
  const control = Number.isNaN(elsewhere)
    ? ''
    : `; as much change elsewhere does it to ${elsewhere === 0 ? 'none' : ofHundred(elsewhere)}${much}`;
  return `${capital(parts.join(' and '))}, and ${ofHundred(told)} of 100 ${several(name, `${split} `)} are told as ${several(rival)}${control}.`;
}

/** How a class fares without the nodes that carry it. Shares told right. */
export interface Carried {
  readonly nodes: number;
  readonly whole: number;
  readonly without: number;
  readonly random: number;
}

/** Below this share of the whole recall a class hangs on the nodes, above the other it does not. */
const FALLS = 0.5;
const STAYS = 0.9;

/** A class that is told right less often than this hangs on nothing worth saying. */
const KNOWN = 0.5;

/** `It hangs on few nodes: without the 10 that carry it 49 of 100 are told right, 97 with them, 97 without 10 random others.` */
export function nodeSentence({ nodes, whole, without, random }: Carried): string {
  if (Number.isNaN(without) || whole < KNOWN) return '';
  const few = nodes === 1 ? 'one node' : 'few nodes';
  const kind =
    without < FALLS * whole
      ? `It hangs on ${few}`
      : without > STAYS * whole
        ? 'It hangs on no particular nodes'
        : `It leans on ${nodes === 1 ? few : `a ${few}`}`;
  const those = nodes === 1 ? 'the one that carries it' : `the ${nodes} that carry it`;
  const [them, others] = nodes === 1 ? ['it', 'a random other node'] : ['them', `${nodes} random others`];
  const told = `without ${those} ${ofHundred(without)} of 100 are told right, ${ofHundred(whole)} with ${them}`;
  return `${kind}: ${told}, ${ofHundred(random)} without ${others}.`;
}

/** Why images of a class are told as another. */
export interface Confused {
  readonly name: string;
  readonly told: string;
  readonly images: number;
  /** Of so many images of the class. */
  readonly of: number;
  readonly split: string;
  /** Where they have more ink than images told right, and where less, with shares of all that tips them. */
  readonly spots: { readonly ink?: Spot | undefined; readonly absence?: Spot | undefined };
  readonly nodes: readonly { readonly node: number; readonly evidence: number }[];
}

/** Nodes that a sentence names. */
const NAMED = 2;

/**
 * `8 of 982 test 4s are told as 9s. What tips them: more ink than usual at the top (31%), less in the centre (12%); of the nodes most 12
 * (+1.20) and 40 (+0.88).`
 */
export function confusionSentence({ name, told, images, of, split, spots, nodes }: Confused): string {
  const are = images === 1 ? 'is' : 'are';
  const seen = `${grouped(images)} of ${grouped(of)} ${several(name, `${split} `)} ${are} told as ${several(told)}.`;
  const { ink, absence } = spots;
  const places = [
    ...(ink ? [`more ink than usual ${ink.place} (${percent(ink.share)})`] : []),
    ...(absence ? [`less${ink ? '' : ' ink than usual'} ${absence.place} (${percent(absence.share)})`] : []),
  ].join(', ');
  const named = nodes.slice(0, NAMED).map(({ node, evidence }) => `${node} (+${evidence.toFixed(2)})`);
  const most = named.length === 0 ? '' : `of the nodes most ${named.join(' and ')}`;
  const tips = [places, most].filter((part) => part !== '').join('; ');
  return tips === '' ? seen : `${seen} What tips ${images === 1 ? 'it' : 'them'}: ${tips}.`;
}

/** Digits and letters with their article: `a 4`, `an 8`, `an A`; other names as they are. */
export function one(name: string): string {
  if (!/^[\da-z]$/i.test(name)) return name;
  return `${/^[8aefhilmnorsx]$/i.test(name) ? 'an' : 'a'} ${name}`;
}

/** Digits and letters as one says them of several: `4s`, and with words before them `test 4s`; of other names `test images of cat`. */
export function several(name: string, before = ''): string {
  return /^[\da-z]$/i.test(name) ? `${before}${name}s` : before === '' ? name : `${before}images of ${name}`;
}

/** A share as a percentage; none that is less than all is said to be 100%. */
export function percent(share: number): string {
  return `${ofHundred(share)}%`;
}

function ofHundred(share: number): string {
  if (share > 0 && share < 0.0005) return 'under 0.1';
  if (share >= 0.995 && share < 1) return String(Math.floor(1000 * share) / 10);
  return (100 * share).toFixed(share !== 0 && share < 0.0095 ? 1 : 0);
}

const pixels = (count: number): string => `${count} ${count === 1 ? 'pixel' : 'pixels'}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
