import type { IndexedImage } from '@layerwise/images/indexed-png';
import type { Images } from '../data/images.js';
import { inkImage } from '../figures/digits.js';
import type { Figure } from '../figures/figure.js';
import type { Picture } from '../figures/picture.js';
import { pngUrl } from '../figures/png.js';
import { html, type Content, type Markup } from '../page/html.js';

/** A drawn figure with its caption and the files it is kept in. */
export function figureBlock(figure: Figure, caption: Content = undefined, attributes: Content = undefined): Markup {
  const link = (extension: string, name: string): Markup =>
    html`<a href="figures/${figure.name}.${extension}">${name}</a>`;
  return html`<figure class="plot" data-figure="${figure.name}"
    ${attributes}>${figure.svg}<figcaption>${caption} <span class="files">
    ${link('svg', 'SVG')} ${link('vl.json', 'Vega-Lite')} <a
    href="figures/${figure.dataName ?? figure.name}.parquet">Parquet</a></span></figcaption></figure>`;
}

/** Links to the files of a picture. */
export function pictureFiles({ name }: Picture): Markup {
  return html`<span class="files"><a href="figures/${name}.png">PNG</a> <a href="figures/${name}.vl.json">Vega-Lite
    </a> <a href="figures/${name}.parquet">Parquet</a></span>`;
}

/** A picture as the page shows it, with its caption and the files it is kept in. */
export function pictureBlock(picture: Picture, shown: Content, caption: Content = undefined): Markup {
  return html`<figure data-figure="${picture.name}">${shown}<figcaption>${caption} ${pictureFiles(picture)}</figcaption></figure>`;
}

/** Figures side by side where there is room. */
export const row = (...figures: Content[]): Markup => html`<div class="row">${figures}</div>`;

/** An image of the data set as the page shows it. @param pixels as `images.shown` gives them */
export function inkedImage(pixels: Uint8Array, { width, height }: Images['shown'], alt: string): Markup {
  return pixelImage(inkImage(pixels, width, height), alt);
}

/** A small image drawn pixel by pixel; `ink` ones are inverted on dark ground. */
export function pixelImage(image: IndexedImage, alt: string, className = 'ink'): Markup {
  return html`<img class="${className}" src="${pngUrl(image)}" width="${image.width}" height="${image.height}" alt="${alt}">`;
}
