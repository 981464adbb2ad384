import type { ResultTable } from '@layerwise/contracts';
import type { Markup } from '../page/html.js';
import type { Picture } from './picture.js';

/** A finished figure: what the page shows and what is kept in `figures/`. */
export interface Figure {
  /** File name without extension, such as `history-loss`. */
  readonly name: string;
  /** The image as it stands in the page: inline SVG. */
  readonly svg: Markup;
  /** Stand-alone SVG. */
  readonly file: string;
  /** Vega-Lite specification, for those who want to restyle it. */
  readonly spec: object;
  /** The numbers in the figure. */
  readonly data: ResultTable;
  /** Name of the file with the numbers, where several figures share one; else the figure's own. */
  readonly dataName?: string;
}

/** Collects the figures of a report as they are made. */
export class FigureShelf {
  readonly figures: Figure[] = [];
  readonly pictures: Picture[] = [];

  /** Keeps a figure and hands it back. */
  add(figure: Figure): Figure {
    this.mustBeNew(figure.name);
    this.figures.push(figure);
    return figure;
  }

  /** Keeps a picture that the page shows in a form of its own, and hands it back. */
  addPicture(picture: Picture): Picture {
    this.mustBeNew(picture.name);
    this.pictures.push(picture);
    return picture;
  }

  /** Keeps all that lies on another shelf. */
  addAll({ figures, pictures }: FigureShelf): void {
    for (const figure of figures) this.add(figure);
    for (const picture of pictures) this.addPicture(picture);
  }

  private mustBeNew(name: string): void {
    if ([...this.figures, ...this.pictures].some((other) => other.name === name))
      throw new Error(`two figures are named '${name}'`);
  }
}
