import { onPixels, parameterCount, parametersOf, type DenseNet } from '@layerwise/nets';
import { ints, reals } from '../figures/columns.js';
import { shrunk } from '../data/shrink.js';
import { signedImage, together } from '../figures/digits.js';
import { picture } from '../figures/picture.js';
import { count, percent, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { costOf } from '../data/cost.js';
import { table } from '../page/table.js';
import { pictureBlock, pixelImage } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** The net, layer by layer, with parameter counts. */
export const modelChapter: Chapter = { id: 'model', order: 900, title: 'Model', make: modelSection };

function modelSection({ experiment, shelf }: Context): Section {
  const { network, net, features, evaluation } = experiment;
  const largest = network.layers.toSorted((a, b) => parametersOf(b) - parametersOf(a))[0];
  const parameters = parameterCount(network);
  const dead = evaluation.deadUnits.reduce((sum, units) => sum + units.length, 0);
  const deadText = dead > 0 ? ` ${plural(dead, 'hidden node')} never fire${dead === 1 ? 's' : ''}.` : '';
  return {
    lead: words`The ${net} net has ${plural(parameters, 'trainable parameter')},
      ${percent(parametersOf(largest) / parameters, 1)} of them in ${largest.name}; it sees
      ${inputsText(features.origin, features.columns)}${costText(experiment)}${deadText}`,
    body: html`${table('Layers', LAYER_HEAD, layerRows(network), 'wide-first')}
      ${!experiment.nodes && patterns(experiment, shelf)}`,
  };
}

const LAYER_HEAD = ['layer', 'values out', 'activation', 'parameters'];

/** What an image costs, the projection included. */
function costText(experiment: Context['experiment']): string {
  const cost = costOf(experiment);
  const whole =
    cost.numbers > parameterCount(experiment.network)
      ? `; with the projection on them it is ${plural(cost.numbers, 'number')} to ship, and`
      : '. It takes';
  return `${whole} ${plural(cost.multiplyAdds, 'multiply-add')} an image.`;
}

function inputsText(origin: string, columns: number): string {
  if (origin === 'components') return plural(columns, 'principal component');
  return origin === 'selected' ? `${plural(columns, 'pixel')} chosen by a forest` : plural(columns, 'pixel');
}

/** A row for the input, for each dropout and for each layer: name, values that leave it, what it does, parameters. */
function layerRows({ inputs, layers }: DenseNet): (string | Markup)[][] {
  const rows = layers.flatMap((layer, l) => {
    const before = layers[l - 1]?.name ?? 'input';
    const dropout = [`${before}_dropout`, count(layer.inputs), `drops ${percent(layer.inputDropout, 0)}`, '0'];
    const dense = [layer.name, count(layer.units), layer.activation, count(parametersOf(layer))];
    return layer.inputDropout > 0 ? [dropout, dense] : [dense];
  });
  return [['input', count(inputs), '', '0'], ...rows];
}

const SHOWN = 12;
/** Images in a row of the file. */
const COLUMNS = 4;

function patterns(experiment: Context['experiment'], shelf: Context['shelf']): Markup {
  const { width, height } = experiment.images;
  const first = experiment.network.layers[0];
  const nodes = Math.min(SHOWN, first.units);
  const { kernel } = onPixels(experiment.map, first);
  const found = Array.from({ length: nodes }, (_, node) => {
    const pattern = Float64Array.from({ length: width * height }, (__, p) => kernel[p * first.units + node]);
    return { node, ...shrunk(pattern, width, height) };
  });
  const images = found.map(({ node, values, ...size }) => ({
    node,
    image: signedImage(values, size.width, size.height),
  }));
  const data = {
    node: ints(found.flatMap(({ node, values }) => Array.from(values, () => node))),
    pixel: ints(found.flatMap(({ values }) => [...Array.from(values).keys()])),
    weight: reals(found.flatMap(({ values }) => Array.from(values))),
  };
  const kept = shelf.addPicture(
    picture(
      'input-patterns',
      'First-layer weights drawn back onto the image',
      together(
        images.map(({ image }) => image),
        COLUMNS,
      ),
      data,
    ),
  );
  const list = html`<ol class="digits maps ${nodes <= 4 && 'big'}">${images.map(
    ({ node, image }) => html`<li>
    ${pixelImage(image, `weights of node ${node} drawn on the image`, 'map')}<span>node ${node}</span></li>`,
  )}</ol>`;
  return html`<h3>What ${nodes === 1 ? 'the node looks' : `the first ${nodes} nodes look`} for</h3>
    ${pictureBlock(
      kept,
      list,
      html`First-layer weights drawn back onto the image: ink
    on <b class="positive">blue</b> raises the node's activation, ink on <b class="negative">orange</b> lowers it.
    The pattern that activates a node most is ink wherever its map is blue.`,
    )}`;
}
