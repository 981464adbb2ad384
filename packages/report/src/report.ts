import { throwIfAborted, type ComparisonInfo, type Output, type StageContext } from '@layerwise/contracts';
import { PEN } from '@layerwise/scan/drawn';
import { boxPlot } from './plots/box-plot.js';
import { drawPad } from './browser/draw-pad.js';
import { nodeCard } from './plots/node-card.js';
import { nodePages } from './browser/node-pages.js';
import { unpackNet } from './payloads/net.js';
import { pageScript } from './browser/page-script.js';
import { costOf } from './data/cost.js';
import {
  readExperiment,
  validatesOnTest,
  withoutWideLayers,
  type Experiment,
  type Inputs,
  type ReportReads,
} from './data/experiment.js';
import { gallery } from './sections/gallery.js';
import { padOf } from './data/pad.js';
import type { Pad } from './payloads/pad.js';
import { FigureShelf } from './figures/figure.js';
import { classColour } from './page/colours.js';
import { html, raw, type Markup } from './page/html.js';
import { readingCode } from './page/modules.js';
import { shortNames } from './page/names.js';
import { chapter, page } from './page/page.js';
import type { ReportParams } from './params.js';
import { activationsSection } from './sections/activations.js';
import { componentsSection } from './sections/components.js';
import { confusionSection } from './sections/confusion.js';
import { datasetSection } from './sections/dataset.js';
import { errorsSection } from './sections/errors.js';
import { filesSection } from './sections/files.js';
import { historySection } from './sections/history.js';
import { importancesSection } from './sections/importances.js';
import { mapsSection } from './sections/maps.js';
import type { HoverMap } from './figures/scatter.js';
import { metricsSection } from './sections/metrics.js';
import { modelSection } from './sections/model.js';
import { nodesSection } from './sections/nodes.js';
import { opening } from './sections/opening.js';
import { padSection } from './sections/pad.js';
import { probabilitiesSection } from './sections/probabilities.js';
import type { Context, Section } from './sections/section.js';

/** The lines that stand in index.html until the composition root puts the volatile parts in. */
export const PLACEHOLDERS = {
  times: '<!--layerwise:times-->',
  comparison: '<!--layerwise:comparison-->',
  seeds: '<!--layerwise:seeds-->',
} as const;

/** Makes one report: index.html, figures/ and comparison.json. @throws what the readers throw; the signal's reason when aborted */
export async function writeReport({
  params,
  inputs,
  output,
  progress,
  signal,
}: StageContext<ReportParams, ReportReads, 'report'>): Promise<void> {
  const { context, pad, activations } = await open(params, inputs);
  const { experiment } = context;
  throwIfAborted(signal);
  const sections: Section[] = [];
  let maps: readonly HoverMap[] = [];
  const makers: (() => Promise<Section | undefined> | Section | undefined)[] = [
    () => metricsSection(context),
    () => historySection(context),
    () => confusionSection(context),
    () => errorsSection(context),
    () => (pad === undefined ? undefined : padSection(context, pad)),
    () => probabilitiesSection(context),
    () => importancesSection(context),
    () => componentsSection(context),
    () => modelSection(context),
    () => {
      context.shelf.addAll(activations.shelf);
      return activations.section;
    },
    () => nodesSection(context, params.topNodes, params.interactive),
    async () => {
      const made = await mapsSection(context);
      maps = made.maps;
      return made.section;
    },
    () => datasetSection(context),
  ];
  for (const [done, make] of makers.entries()) {
    throwIfAborted(signal);
    progress({ done, total: makers.length + 1, unit: 'sections' });
    const section = await make();
    if (section) sections.push(section);
  }
  sections.push(filesSection(context.shelf, params.study, params.experiment));
  const script = params.interactive
    ? html`${pageScripts(context, maps, params.hoverImages)}${pad && typeof pad !== 'string' && (await padScript(pad, context))}`
    : raw('');
  const title = params.title ?? `${experiment.net} on ${experiment.dataset.name}`;
  const body = html`${sections.map((section) => [section.id === 'files' && raw(`\n${PLACEHOLDERS.times}\n`), chapter(section.id, section.title, section.lead, section.body), section.id === 'metrics' && raw(`\n${PLACEHOLDERS.comparison}\n`)])}`;
  await output.bytes(
    'index.html',
    page({
      title: `${params.study} ${params.experiment}: ${title}`,
      opening: opening(context, { ...params, title }, raw(`\n${PLACEHOLDERS.seeds}\n`)),
      contents: contentsOf(sections),
      body,
      script,
    }),
  );
  await writeFigures(context.shelf, output);
  await output.json('comparison', comparisonInfo(experiment));
  progress({ done: makers.length + 1, total: makers.length + 1, unit: 'sections' });
}

/**
 * Reads what a report shows, and makes at once what is made from the activations of all training rows: nothing else is as large,
 * and the rest of the report goes without.
 */
async function open(
  params: ReportParams,
  inputs: Inputs,
): Promise<{
  context: Context;
  pad: Pad | string | undefined;
  activations: { section: Section | undefined; shelf: FigureShelf };
}> {
  const experiment = await readExperiment(inputs);
  const context: Context = {
    experiment,
    shelf: new FigureShelf(),
    published: params.published ?? {},
    names: shortNames(experiment.dataset.classes),
  };
  const pad = params.interactive ? await padOf(experiment, inputs, `${params.study}:${params.experiment}`) : undefined;
  const shelf = new FigureShelf();
  const section = await activationsSection({ ...context, shelf }, params.topNodes, params.interactive);
  return {
    context: { ...context, experiment: { ...experiment, train: withoutWideLayers(experiment.train) } },
    pad,
    activations: { section, shelf },
  };
}

function comparisonInfo(experiment: Experiment): ComparisonInfo {
  const { train, validation, test } = experiment;
  return {
    rows: { train: train.rows, validation: validation.rows, test: test.rows },
    validatesOnTest: validatesOnTest(experiment),
    cost: costOf(experiment),
  };
}

/** Links to all chapters, those among them that are put in later. */
function contentsOf(sections: readonly Section[]): { id: string; title: string; filled?: boolean }[] {
  return sections.flatMap(({ id, title }) => [
    ...(id === 'files' ? [{ id: 'times', title: 'Times', filled: true }] : []),
    { id, title },
    ...(id === 'metrics' ? [{ id: 'comparison', title: 'Other experiments', filled: true }] : []),
  ]);
}

function pageScripts({ experiment, names }: Context, maps: readonly HoverMap[], hoverImages: number): Markup {
  const colours = names.map((_, c) => classColour(c));
  const data = JSON.stringify(gallery(experiment, maps, hoverImages));
  return raw(`<script type="application/json" id="gallery">${inScript(data)}</script>
<script>(${pageScript.toString()})({boxPlot:${boxPlot.toString()},colours:${inScript(JSON.stringify(colours))},names:${inScript(JSON.stringify(names))}})</script>${
    experiment.nodes
      ? `
<script>(${nodePages.toString()})({card:${nodeCard.toString()},colours:${inScript(JSON.stringify(colours))},names:${inScript(JSON.stringify(names))}})</script>`
      : ''
  }`);
}

/** The draw pad's net and code. */
async function padScript(pad: Pad, { names }: Context): Promise<Markup> {
  const colours = names.map((_, c) => classColour(c));
  return raw(`
<script type="application/json" id="pad-net">${inScript(JSON.stringify(pad))}</script>
<script>(() => {
${await readingCode()}(${drawPad.toString()})({drawn,normalise,formOf,respond,contributions,largest,familiarity,unlike:UNLIKE,unpackNet:${unpackNet.toString()},pen:${PEN},colours:${inScript(JSON.stringify(colours))}});
})()</script>`);
}

/** JSON that may stand between script tags. */
function inScript(json: string): string {
  return json.replace(/</g, '\\u003c');
}

async function writeFigures({ figures, pictures }: FigureShelf, output: Output<'report'>): Promise<void> {
  const written = new Set<string>();
  for (const figure of figures) {
    await output.bytes(`figures/${figure.name}.svg`, figure.file);
    await output.bytes(`figures/${figure.name}.vl.json`, `${JSON.stringify(figure.spec, null, 1)}\n`);
    if (!written.has(figure.dataName ?? figure.name))
      await output.table(`figures/${figure.dataName ?? figure.name}`, figure.data);
    written.add(figure.dataName ?? figure.name);
    if ('png' in figure) await output.bytes(`figures/${figure.name}.png`, figure.png as Uint8Array);
  }
  for (const { name, png, spec, data } of pictures) {
    await output.bytes(`figures/${name}.png`, png);
    await output.bytes(`figures/${name}.vl.json`, `${JSON.stringify(spec, null, 1)}\n`);
    await output.table(`figures/${name}`, data);
  }
}
