import type { ClassFinding, ClassFindings, NodeFigures, RemovalFigures } from '../data/classes.js';
import { beyondMean } from '../figures/evidence.js';
import { count, listed, plural } from '../page/format.js';
import { escape, html, raw, type Content, type Markup } from '../page/html.js';
import { capital, nodeAnchor, several, splitName } from '../page/names.js';
import { table } from '../page/table.js';
import { recallPlot, type RecallLine } from '../plots/recall-plot.js';
import { pixelImage } from './blocks.js';
import { share, signed } from './class-pair.js';
import type { Context } from './section.js';

/** Nodes that are drawn for a class. */
const SHOWN = 10;
/** Nodes that are named against it. */
const AGAINST = 3;

/** How nodes are shown. Layers are counted from 0. */
export interface NodePictures {
  /** Its picture, made once. */
  readonly of: (layer: number, node: number) => Markup | undefined;
  /** Its number, which leads to its tile where the page has one of each node. */
  readonly named: (layer: number, node: number) => Content;
}

/** How the strongest images of each node differ from the mean image; nothing where the experiment does not look at nodes. */
export function nodePictures({ mean, info }: ClassFindings, { experiment, params }: Context): NodePictures {
  const { images, nodes } = experiment;
  const made = new Map<string, Markup>();
  const named: NodePictures['named'] = (layer, node) =>
    nodes && params.interactive
      ? html`<a href="#${nodeAnchor(info.layers.length, layer + 1)}${node}">${node}</a>`
      : node;
  const of: NodePictures['of'] = (layer, node) => {
    const findings = nodes?.layers[layer];
    if (!findings) return undefined;
    const key = `${layer} ${node}`;
    const { strongest, shown } = findings;
    const rows = Array.from(strongest.subarray(node * shown, (node + 1) * shown));
    const found = rows.flatMap((id) => images.at('train', id) ?? []);
    if (found.length === 0) return undefined;
    const picture =
      made.get(key) ??
      pixelImage(beyondMean(found, mean, images), `what the strongest images of node ${node} have in common`, 'map');
    made.set(key, picture);
    return picture;
  };
  return { of, named };
}

/** The nodes of each hidden layer that carry a class, and how it fares without them. */
export function nodeBlocks(
  findings: ClassFindings,
  finding: ClassFinding,
  pictures: NodePictures,
  names: readonly string[],
): Markup {
  const [{ layers }, name] = [findings.info, names[finding.class]];
  return html`${finding.layers.map(({ removals }, l) => {
    const title = layers.length > 1 ? `Hidden layer ${l + 1}: the nodes` : 'The nodes';
    const [list, without] = [
      nodeList(findings, finding, l, pictures, names),
      removalBlock(removals, findings, l, name),
    ];
    return html`<h4>${title} that carry the ${several(name)}</h4><div class="class-nodes">${list}${without}</div>`;
  })}`;
}

function nodeList(
  { classes }: ClassFindings,
  finding: ClassFinding,
  l: number,
  pictures: NodePictures,
  names: readonly string[],
): Markup {
  const { nodes } = finding.layers[l];
  const home = (node: number): string => {
    const means = classes.map(({ layers }) => layers[l].nodes.find((one) => one.node === node)?.own ?? -Infinity);
    return several(names[means.indexOf(Math.max(...means))]);
  };
  const how = ({ own, others }: NodeFigures): string => `by ${own > others ? 'firing' : 'silence'}`;
  const items = nodes
    .filter(({ evidence }) => evidence > 0)
    .slice(0, SHOWN)
    .map(
      (one) =>
        html`<li>${pictures.of(l, one.node)}<b>${pictures.named(l, one.node)}</b> ${signed(one.evidence)}
          <small>${how(one)}</small>
          <small>most for ${home(one.node)}</small></li>`,
    );
  const against = nodes.filter(({ evidence }) => evidence < 0).toReversed();
  const said = against.slice(0, AGAINST).map((one) => `${one.node} (${signed(one.evidence)}, ${how(one)})`);
  const note = [
    items.length === 0 && 'No node has evidence for the class.',
    said.length > 0 && `Most against it: ${said.length === 1 ? 'node' : 'nodes'} ${listed(said)}.`,
  ];
  return html`<div><ol class="digits maps carriers">${items}</ol>
    <p class="note">${note.filter(Boolean).join(' ')}</p></div>`;
}

function removalBlock(
  removals: readonly RemovalFigures[],
  { info: { held, layers } }: ClassFindings,
  l: number,
  name: string,
): Markup {
  const by = (kind: string): readonly RemovalFigures[] => removals.filter((one) => one.by === kind);
  const [whole] = by('none');
  const split = splitName(held.split);
  if (removals.length === 0)
    return html`<p class="note">The layer's nodes were not removed, which would have taken too long.</p>`;
  if (Number.isNaN(whole.recall)) return html`<p class="note">There are no ${split} images of the class.</p>`;
  const { draws, rows } = layers[l].removals;
  const said = by('evidence').map(
    ({ nodes, recall }, i) => `${nodes}: ${share(recall)}, random ones ${share(by('random')[i]?.recall)}`,
  );
  const label = `Share of ${split} ${several(name)} told right without some nodes: ${said.join('; ')}`;
  return html`<figure class="recall">${raw(recallPlot(linesOf(whole, by('evidence'), by('random')), escape(label)))}
    <figcaption>${capital(split)} ${several(name)} told right
    ${key('own', 'without the nodes with most evidence')},
    ${key('random', `without as many others of like variance (mean and range of ${plural(draws, 'draw')})`)};
    ${key('others', 'all other classes')}, on ${count(rows)} images of each at most.</figcaption></figure>
    <details><summary>As a table, and by other rankings</summary>${removalTable(removals, split)}</details>`;
}

const key = (kind: RecallLine['kind'], text: string): Markup => html`<span class="key ${kind}">${text}</span>`;

function linesOf(
  whole: RemovalFigures,
  ranked: readonly RemovalFigures[],
  random: readonly RemovalFigures[],
): RecallLine[] {
  const start = { nodes: 0, recall: whole.recall };
  const others = ranked.map(({ nodes, others: recall }) => ({ nodes, recall }));
  const ranges = random.map(({ nodes, recall, recallLeast: least, recallMost: most }) => ({
    ...{ nodes, recall, least, most },
  }));
  return [
    { kind: 'others', points: [{ nodes: 0, recall: whole.others }, ...others] },
    { kind: 'random', points: [{ ...start, least: whole.recall, most: whole.recall }, ...ranges] },
    { kind: 'own', points: [start, ...ranked.map(({ nodes, recall }) => ({ nodes, recall }))] },
  ];
}

function removalTable(removals: readonly RemovalFigures[], split: string): Markup {
  const at = (kind: string, nodes: number): RemovalFigures | undefined =>
    removals.find((one) => one.by === kind && one.nodes === nodes);
  const counts = removals.filter(({ by }) => by === 'evidence').map(({ nodes }) => nodes);
  const rows = counts.map((nodes) => {
    const random = at('random', nodes);
    return [
      count(nodes),
      share(at('evidence', nodes)?.recall ?? NaN),
      share(at('weight', nodes)?.recall ?? NaN),
      share(at('area', nodes)?.recall ?? NaN),
      random ? `${share(random.recall)} (${share(random.recallLeast)} to ${share(random.recallMost)})` : '–',
      share(at('evidence', nodes)?.others ?? NaN),
    ];
  });
  return table(
    `Share of ${split} images told right, with nodes held at their means`,
    ['nodes', 'by evidence', 'by weight', 'by AUC', 'random', 'other classes, by evidence'],
    rows,
  );
}
