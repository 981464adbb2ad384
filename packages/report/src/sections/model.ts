import { signedPixels } from '../figures/digits.js';
import { inputPattern } from '../analysis/projection.js';
import { count, percent, plural } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import type { Layer } from '../data/network.js';
import { pixelImage, table, type Context, type Section } from './section.js';

/** The net, layer by layer, with parameter counts. */
export function modelSection({ experiment }: Context): Section {
  const { network, net, features, evaluation } = experiment;
  const largest = [...network.layers].sort((a, b) => b.params - a.params)[0] as Layer;
  const dead = evaluation.deadUnits.reduce((sum, units) => sum + units.length, 0);
  const deadText = dead > 0 ? ` ${plural(dead, 'hidden node')} never fire${dead === 1 ? 's' : ''}.` : '';
  return {
    id: 'model',
    title: 'Model',
    lead: `The ${net} net has ${plural(network.params, 'trainable parameter')}, ${percent(largest.params / Math.max(1, network.params), 1)} of them in ${largest.name}; it sees ${inputs(features.origin, features.columns)}.${deadText}`,
    body: html`${table('Layers', ['layer', 'values out', 'activation', 'parameters'], network.layers.map(layerRow), 'wide-first')}${!experiment.nodes && patterns(experiment)}`,
  };
}

function inputs(origin: string, columns: number): string {
  if (origin === 'components') return plural(columns, 'principal component');
  return origin === 'selected' ? `${plural(columns, 'pixel')} chosen by a forest` : plural(columns, 'pixel');
}

function layerRow(layer: Layer): (string | Markup)[] {
  const what = layer.kind === 'dropout' ? `drops ${percent(layer.rate, 0)}` : (layer.activation ?? '');
  return [layer.name, count(layer.units), what, count(layer.params)];
}

const SHOWN = 12;

function patterns(experiment: Context['experiment']): Markup | undefined {
  const { width, height } = experiment.images;
  const nodes = Math.min(SHOWN, experiment.network.layers.find((layer) => layer.kind === 'dense')?.units ?? 0);
  const images = Array.from({ length: nodes }, (_, node) => {
    const pattern = inputPattern(experiment, node);
    return pattern && html`<li>${pixelImage(signedPixels(pattern, width, height), `weights of node ${node + 1} drawn on the image`, 'map')}<span>node ${node + 1}</span></li>`;
  });
  if (nodes === 0 || !images.some(Boolean)) return undefined;
  return html`<h3>What ${nodes === 1 ? 'the node looks' : `the first ${nodes} nodes look`} for</h3><p class="note">First-layer weights drawn back onto the image: ink on <b class="positive">blue</b> raises the node's activation, ink on <b class="negative">orange</b> lowers it. The pattern that activates a node most is ink wherever its map is blue.</p><ol class="digits maps ${nodes <= 4 && 'big'}">${images}</ol>`;
}
