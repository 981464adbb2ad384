import { lumaOf, type Picture } from './picture.js';

/** What a picture with transparent parts is laid on. */
export type Backdrop = 'black' | 'white';

/** What is seen of a picture with transparent parts, each pixel as much as it is opaque. */
export interface Visible {
  /** Mean opacity of all pixels, 0 to 1. */
  readonly share: number;
  /** Median luma, 0 to 255; 0 where nothing is seen. */
  readonly median: number;
  /** From the 1st to the 99th hundredth of the luma. */
  readonly spread: number;
}

/** Luma by which ink must differ from what it is laid on, and by which paper with ink on it spreads. */
const CONTRAST = 64;
/** Share of a picture that paper with ink on it takes at least, and share from which on it is taken for paper though no ink is seen on it. */
const PAPER_SHARE = 0.5;
const MOSTLY = 0.75;

/** @returns undefined for a picture without transparent parts */
export function visibleOf({ data }: Picture): Visible | undefined {
  let opaque = true;
  for (let at = 3; at < data.length && opaque; at += 4) opaque = data[at] === 255;
  if (opaque) return undefined;
  const histogram = new Float64Array(256);
  let total = 0;
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3];
    histogram[Math.round(lumaOf(data, at))] += alpha;
    total += alpha;
  }
  const quantile = (part: number): number => {
    let sum = 0;
    return Math.max(
      0,
      histogram.findIndex((weight) => (sum += weight) > part * total),
    );
  };
  return { share: total / (255 * (data.length / 4)), median: quantile(0.5), spread: quantile(0.99) - quantile(0.01) };
}

/** Whether what is seen is paper, with ink or without, rather than ink alone: strokes of a pen take less of a picture. */
function isPaper({ share, spread }: Visible): boolean {
  return share >= MOSTLY || (share >= PAPER_SHARE && spread >= CONTRAST);
}

/** What lets the ink show: the opposite of ink, the like of paper. */
export function wantedBackdrop(visible: Visible): Backdrop {
  const light = visible.median > 127;
  return light === isPaper(visible) ? 'white' : 'black';
}

/** Whether ink is hardly seen on it. */
export function vanishesOn(visible: Visible, backdrop: Backdrop): boolean {
  return visible.share > 0 && !isPaper(visible) && Math.abs(visible.median - lightOf(backdrop)) < CONTRAST;
}

/** What a picture that stands alone is laid on; white where nothing of it is seen. */
export function backdropOf(picture: Picture): Backdrop {
  const visible = visibleOf(picture);
  return visible && visible.share > 0 ? wantedBackdrop(visible) : 'white';
}

/** Luma of a backdrop. */
export function lightOf(backdrop: Backdrop): number {
  return backdrop === 'white' ? 255 : 0;
}

/** An opaque copy, laid on the backdrop. */
export function laidOn(picture: Picture, backdrop: Backdrop): Picture {
  const [data, under] = [new Uint8Array(picture.data.length), lightOf(backdrop)];
  for (let at = 0; at < data.length; at += 4) {
    const alpha = picture.data[at + 3];
    for (let c = 0; c < 3; c++) data[at + c] = Math.round((alpha * picture.data[at + c] + (255 - alpha) * under) / 255);
    data[at + 3] = 255;
  }
  return { ...picture, data };
}
