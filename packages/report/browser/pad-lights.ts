import { largest } from '@layerwise/nets/forward';
import { colours } from './classes.js';
import { element } from './elements.js';
import type { PadNet } from './pad-net.js';

/** The hidden nodes of one layer, each a small square, in rows by class. */
export class Lights {
  private readonly cells = new Map<number, HTMLElement>();
  private readonly words: HTMLElement;
  private readonly most: Float32Array;

  constructor(block: HTMLElement, { home, largest: most }: PadNet['layers'][number]) {
    this.most = most;
    this.words = block.querySelector('.pad-words') as HTMLElement;
    for (const row of block.querySelectorAll<HTMLElement>('[data-home]')) {
      home.forEach((c, node) => {
        if (c !== Number(row.dataset['home'])) return;
        const cell = element('i');
        cell.title = `node ${node}`;
        cell.style.setProperty('--c', colours[c]);
        this.cells.set(node, cell);
        row.append(cell);
      });
    }
  }

  /** Lights the nodes. @param values their activations; none without a drawing */
  show(values: Float64Array | undefined): void {
    let active = 0;
    for (const [node, cell] of this.cells) {
      const [value, most] = [values?.[node] ?? 0, this.most[node]];
      if (value !== 0) active++;
      const share = most ? Math.min(1, Math.abs(value) / most) : 0;
      const against = most ? `${Math.round(share * 100)}% of its largest` : 'silent for every training image';
      cell.style.setProperty('--a', share.toFixed(3));
      cell.title = `node ${node}: ${value.toFixed(2)}, ${against}`;
    }
    this.words.textContent = values ? this.wordsOf(values, active) : '';
  }

  private wordsOf(values: Float64Array, active: number): string {
    const [all, loudest] = [this.cells.size, largest(values)];
    const some = `${active} of ${all} ${all === 1 ? 'node' : 'nodes'} active`;
    return `${some}; strongest: node ${loudest} with ${values[loudest].toFixed(2)}.`;
  }
}
