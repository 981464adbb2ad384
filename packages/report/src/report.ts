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
import { FigureShelf } from './figures/figure.js';
import { classColour } from './page/colours.js';
import { html, raw, type Markup } from './page/html.js';
import { readingCode } from './page/modules.js';
import { shortNames } from './page/names.js';
import { chapter, page } from './page/page.js';
import type { ReportParams } from './params.js';
import type { HoverMap } from './figures/scatter.js';
import { chapters } from './sections/list.js';
import { opening } from './sections/opening.js';
import type { Context, Section } from './sections/section.js';

/** A chapter as it was made, or the place of one that is not known yet. */
interface Made {
  readonly id: string;
  readonly title: string;
  /** Missing where the chapter is put in later. */
  readonly section?: Section;
}

/** Makes one report: index.html, figures/ and comparison.json. @throws what the readers throw; the signal's reason when aborted */
export async function writeReport({
  params,
  inputs,
  output,
  progress,
  signal,
}: StageContext<ReportParams, ReportReads, 'report'>): Promise<void> {
  const total = chapters.length;
  let done = 0;
  const step = (): void => {
    throwIfAborted(signal);
    progress({ done: Math.min(total, done++), total, unit: 'sections' });
  };
  const { context, wide } = await open(params, inputs, step);
  const made: Made[] = [];
  for (const chapter of chapters) {
    const { id, title } = chapter;
    if ('late' in chapter) {
      made.push({ id, title });
      continue;
    }
    step();
    const early = wide.get(id);
    if (early) context.shelf.addAll(early.shelf);
    const section = early ? early.section : await chapter.make(context);
    if (section) made.push({ id, title: section.title ?? title, section });
  }
  await output.bytes('index.html', await wholePage(made, context));
  await writeFigures(context.shelf, output);
  await output.json('comparison', comparisonInfo(context.experiment));
  progress({ done: total, total, unit: 'sections' });
}

/** A chapter that was made first, and its figures. */
interface Early {
  readonly section: Section | undefined;
  readonly shelf: FigureShelf;
}

/** Reads what a report shows, and makes the wide chapters: what is handed back holds no activations. */
async function open(
  params: ReportParams,
  inputs: Inputs,
  step: () => void,
): Promise<{ context: Context; wide: ReadonlyMap<string, Early> }> {
  const experiment = await readExperiment(inputs, `${params.study}:${params.experiment}`);
  const context: Context = {
    experiment,
    inputs,
    params,
    shelf: new FigureShelf(),
    published: params.published ?? {},
    names: shortNames(experiment.dataset.classes),
  };
  const wide = new Map<string, Early>();
  for (const chapter of chapters) {
    if (!('wide' in chapter)) continue;
    step();
    const shelf = new FigureShelf();
    wide.set(chapter.id, { section: await chapter.make({ ...context, shelf }), shelf });
  }
  return { context: { ...context, experiment: { ...experiment, train: withoutWideLayers(experiment.train) } }, wide };
}

/** A line of index.html in whose place the composition root puts what it knows when a run is over. */
const marker = (name: string): Markup => raw(`\n<!--layerwise:${name}-->\n`);

async function wholePage(made: readonly Made[], context: Context): Promise<string> {
  const { experiment, params } = context;
  const title = params.title ?? `${experiment.net} on ${experiment.dataset.name}`;
  return page({
    title: `${params.study} ${params.experiment}: ${title}`,
    opening: opening(context, { ...params, title }, marker('seeds')),
    contents: made.map(({ id, title: name, section }) => ({ id, title: name, ...(!section && { filled: true }) })),
    body: html`${made.map(({ id, title: name, section }) => (section ? chapter(id, name, section.lead, section.body) : marker(id)))}`,
    script: params.interactive ? await scripts(made, context) : raw(''),
  });
}

function comparisonInfo(experiment: Experiment): ComparisonInfo {
  const { train, validation, test } = experiment;
  return {
    rows: { train: train.rows, validation: validation.rows, test: test.rows },
    validatesOnTest: validatesOnTest(experiment),
    cost: costOf(experiment),
  };
}

async function scripts(made: readonly Made[], context: Context): Promise<Markup> {
  const sections = made.flatMap(({ section }) => section ?? []);
  const pad = sections.flatMap(({ data }) => data?.['pad-net'] ?? [])[0];
  const maps = sections.flatMap(({ maps: own = [] }) => own);
  return html`${pageScripts(context, maps, context.params.hoverImages)}${pad !== undefined && (await padScript(pad, context))}`;
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
async function padScript(pad: unknown, { names }: Context): Promise<Markup> {
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
