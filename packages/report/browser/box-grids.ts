import { bytesOf } from '../src/payloads/decode.js';
import type { PackedBoxes } from '../src/payloads/boxes.js';
import { boxPlot } from '../src/plots/box-plot.js';
import { colours, names } from './classes.js';
import { button, choice, element, json, liveText, onceNear } from './elements.js';

/** Nodes on a page of a grid. */
const SIZE = 12;

/** Sorting, grouping and paging of the box plots of wide layers, each once it comes near the screen. */
export function boxGrids(): void {
  onceNear(document.querySelectorAll('[data-nodes]'), (grid) => {
    const data = json<PackedBoxes>(grid.dataset['nodes'] ?? '');
    if (data) new BoxGrid(grid, data).show();
  });
}

class BoxGrid {
  private readonly boxes: readonly Float32Array[];
  private readonly pages: number;
  private readonly plots = element('div', 'nodes');
  private readonly place = liveText();
  /** Place in `boxes`: by predicted or by true class. */
  private by = 0;
  private isSorted = true;
  private page = 0;

  constructor(
    grid: HTMLElement,
    private readonly data: PackedBoxes,
  ) {
    this.boxes = [data.predicted, data.truth].map((text) => new Float32Array(bytesOf(text).buffer));
    this.pages = Math.ceil(data.width / SIZE);
    const controls = element('div', 'controls');
    controls.append(
      choice('Sort by', ['separation', 'number'], (value) => this.show({ isSorted: value === 0, page: 0 })),
      choice('Group by', ['predicted class', 'true class'], (by) => this.show({ by, page: 0 })),
      button('Previous', () => this.show({ page: (this.page - 1 + this.pages) % this.pages })),
      this.place,
      button('Next', () => this.show({ page: (this.page + 1) % this.pages })),
    );
    grid.replaceChildren(controls, this.plots);
  }

  show({ by = this.by, isSorted = this.isSorted, page = this.page } = {}): void {
    [this.by, this.isSorted, this.page] = [by, isSorted, page];
    const order = Array.from({ length: this.data.width }, (_, i) => i);
    const overlap = this.data.overlap[by];
    if (isSorted) order.sort((a, b) => overlap[a] - overlap[b] || a - b);
    this.plots.replaceChildren(...order.slice(page * SIZE, (page + 1) * SIZE).map((node) => this.plotOf(node)));
    this.place.textContent = `page ${page + 1} of ${this.pages}`;
  }

  private plotOf(node: number): HTMLElement {
    const figure = element('figure', 'node');
    const length = 5 * names.length;
    figure.innerHTML = boxPlot(
      `Node ${node}: activation by class`,
      this.boxes[this.by].subarray(node * length, (node + 1) * length),
      names,
      colours,
      this.by === 0 ? 'predicted class' : 'true class',
    ).text;
    const overlap = this.data.overlap[this.by][node].toFixed(2);
    figure.append(element('figcaption', '', `node ${node} · overlap ${overlap}`));
    return figure;
  }
}
