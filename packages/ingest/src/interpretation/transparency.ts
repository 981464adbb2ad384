import type { Warning } from '@layerwise/contracts';
import type { Backdrop } from '@layerwise/images';
import { invalid } from '../samples/invalid.js';
import type { Part, TransparentImage } from '../samples/part.js';

/**
 * Lays all images with transparent parts on black or all on white: where the ink of most shows, if it shows of all.
 *
 * @param parts of the data set, for all of which it is decided once; their pixels are changed
 * @returns a warning that says so; undefined if no image has transparent parts
 * @throws LayerwiseError DATA_INVALID naming an image whose ink would vanish, because that of others is its opposite
 */
export async function layTransparent(parts: readonly Part[]): Promise<Warning | undefined> {
  const images = parts.flatMap((part) => (part.transparent ?? []).map((image) => ({ ...image, part })));
  if (images.length === 0) return undefined;
  const { vanishesOn, wantedBackdrop } = await import('@layerwise/images');
  const seen = images.filter(({ visible }) => visible.share > 0);
  const lost = (backdrop: Backdrop): typeof seen => seen.filter(({ visible }) => vanishesOn(visible, backdrop));
  const wanting = (backdrop: Backdrop): typeof seen =>
    seen.filter(({ visible }) => wantedBackdrop(visible) === backdrop);
  const [black, white] = [lost('black').length, lost('white').length];
  const backdrop =
    black < white || (black === white && wanting('black').length > wanting('white').length) ? 'black' : 'white';
  const other = backdrop === 'black' ? 'white' : 'black';
  const [vanished] = lost(backdrop);
  if (vanished)
    refuseBoth(vanished, lost(backdrop).length, lost(other)[0] ?? wanting(backdrop)[0] ?? vanished, backdrop);
  if (backdrop === 'black') images.forEach(layOnBlack);
  const rows = parts.reduce((sum, { labels }) => sum + labels.rows, 0);
  const nothing = images.length - seen.length;
  const blank = nothing === 0 ? '' : `; nothing can be seen of ${nothing}, since they are transparent all over`;
  return {
    code: 'TRANSPARENT_IMAGES',
    message: `${images.length} of the ${rows} images have transparent parts: all are laid on ${backdrop}, where their ink shows${blank}`,
  };
}

type Found = TransparentImage & { readonly part: Part };

function layOnBlack({ part: { pixels, where }, row, onBlack }: Found): void {
  const bad = pixels.setBytes(row * onBlack.length, onBlack);
  if (bad >= 0)
    throw invalid(
      where(row),
      `the grey values of an image must be ${pixels.wanted}, got ${onBlack[bad]}`,
      pixels.remedy(onBlack[bad]),
    );
}

function refuseBoth(vanished: Found, count: number, shown: Found, backdrop: Backdrop): never {
  const [ink, opposite] = backdrop === 'black' ? ['dark', 'light'] : ['light', 'dark'];
  const rule = 'images with transparent parts must have ink that shows on one background';
  const got = `that of ${count} is ${ink} (this one) and that of others ${opposite} (${shown.part.where(shown.row)})`;
  throw invalid(
    vanished.part.where(vanished.row),
    `${rule}, but ${got}`,
    'give the images a background of one colour, or leave out those of one ink',
  );
}
