import { contributions, respond } from '@layerwise/nets/forward';
import { drawn } from '@layerwise/scan/drawn';
import { novelty } from '@layerwise/scan/novelty';
import { formOf, normalise } from '@layerwise/scan/normalise';
import type { Pad } from '../src/payloads/pad.js';
import { colours } from './classes.js';
import { json, onceNear } from './elements.js';
import { Board } from './pad-board.js';
import { Lights } from './pad-lights.js';
import { openPadNet, type PadNet } from './pad-net.js';
import { answerOf, isUnlike, likenessOf, percent, voicesOf } from './pad-words.js';

/** What the net says of a drawing while it is drawn, and which hidden nodes it lights. The net is opened when the pad comes near the screen. */
export function drawPad(): void {
  const pad = document.getElementById('draw-pad');
  const packed = pad && json<Pad>('pad-net');
  if (!pad || !packed) return;
  pad.hidden = false;
  onceNear([pad], () => new DrawPad(pad, openPadNet(packed)).show(), '300px');
}

/** Nothing but what the net says of the strokes on the board. */
class DrawPad {
  private readonly board: Board;
  private readonly bars: readonly HTMLElement[];
  private readonly lights: readonly Lights[];
  private readonly names: readonly string[];
  /** Number of the frame in which the drawing is shown anew; 0 where none is due. */
  private due = 0;

  constructor(
    private readonly pad: HTMLElement,
    private readonly net: PadNet,
  ) {
    this.names = net.trained.dataset.classes;
    this.bars = [...pad.querySelectorAll<HTMLElement>('.pad-bars li')];
    this.lights = [...pad.querySelectorAll<HTMLElement>('.pad-layer')].map(
      (block, layer) => new Lights(block, net.layers[layer]),
    );
    const buttons = { undo: this.part<HTMLButtonElement>('undo'), clear: this.part<HTMLButtonElement>('clear') };
    this.board = new Board(this.part<HTMLCanvasElement>('board'), buttons, () => {
      this.due ||= requestAnimationFrame(() => this.show());
    });
  }

  private part<T extends HTMLElement>(name: string): T {
    return this.pad.querySelector(`.pad-${name}`) as T;
  }

  /** Shows the strokes and what the net says of them. */
  show(): void {
    this.due = 0;
    this.board.paint();
    const { trained, reference } = this.net;
    const side = trained.dataset.width;
    const image = normalise(drawn(this.board.strokes), formOf(side));
    this.showImage(image, side);
    const isEmpty = this.board.strokes.length === 0;
    const response = respond(trained, image);
    const { probabilities, hidden } = response;
    const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
    this.showBars(order, isEmpty ? undefined : probabilities);
    this.lights.forEach((layer, l) => layer.show(isEmpty ? undefined : hidden[l]));
    const spoke = isEmpty || hidden.length === 0 ? undefined : contributions(trained, response, order[0]).at(-1);
    this.part('voices').textContent = spoke ? voicesOf(spoke, this.names[order[0]]) : '';
    if (this.board.isDrawing) return;
    const last = hidden.at(-1);
    this.showLikeness(isEmpty || !reference || !last ? undefined : novelty(reference, last).percentile);
    this.part('answer').textContent = isEmpty ? 'Nothing drawn yet.' : answerOf(order, probabilities, this.names);
  }

  private showImage(image: ArrayLike<number>, side: number): void {
    const canvas = this.part<HTMLCanvasElement>('sees').getContext('2d') as CanvasRenderingContext2D;
    const ink = canvas.createImageData(side, side);
    for (let p = 0; p < image.length; p++) ink.data[4 * p + 3] = image[p];
    canvas.putImageData(ink, 0, 0);
  }

  /** A bar for each class, or for the most probable ones where there are many. @param probabilities none without a drawing */
  private showBars(order: readonly number[], probabilities: ArrayLike<number> | undefined): void {
    const isWhole = this.bars.length === this.names.length;
    this.bars.forEach((bar, at) => {
      const c = isWhole ? at : order[at];
      const value = probabilities?.[c] ?? 0;
      const [name, , share] = bar.children;
      bar.style.setProperty('--p', value.toFixed(4));
      bar.style.setProperty('--c', colours[c]);
      bar.classList.toggle('best', probabilities !== undefined && c === order[0]);
      name.textContent = !probabilities && !isWhole ? '' : this.names[c];
      share.textContent = probabilities ? percent(value) : '';
    });
  }

  private showLikeness(percentile: number | undefined): void {
    const like = this.part('like');
    like.classList.toggle('far', percentile !== undefined && isUnlike(percentile));
    like.textContent = percentile === undefined ? '' : likenessOf(percentile);
  }
}
