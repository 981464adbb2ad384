import {
  throwIfAborted,
  type ComparisonInfo,
  type LayerRanges,
  type Output,
  type StageContext,
} from '@layerwise/contracts';
import { layerRanges, measuredFigures } from './analysis/measured.js';
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
import { html, jsonScript, raw, type Markup } from './page/html.js';
import { shortNames } from './page/names.js';
import { chapter as chapterBlock, marker, page } from './page/page.js';
import { SCRIPT } from './page/script.js';
import type { ReportParams } from './params.js';
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
  const { context, wide, layers } = await open(params, inputs, step);
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
  await output.bytes('index.html', wholePage(made, context));
  await writeFigures(context.shelf, output);
  await output.json('comparison', comparisonInfo(context.experiment));
  await output.json('measured', measuredFigures(context.experiment, layers));
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
): Promise<{ context: Context; wide: ReadonlyMap<string, Early>; layers: readonly LayerRanges[] }> {
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
  const layers = layerRanges(experiment.train, experiment.dataset.classes.length);
  const train = withoutWideLayers(experiment.train);
  return { context: { ...context, experiment: { ...experiment, train } }, wide, layers };
}

function wholePage(made: readonly Made[], context: Context): string {
  const { experiment, params } = context;
  const title = params.title ?? `${experiment.net} on ${experiment.dataset.name}`;
  return page({
    title: `${params.study} ${params.experiment}: ${title}`,
    opening: opening(context, { ...params, title }, marker('seeds')),
    contents: made.map(({ id, title: name, section }) => ({ id, title: name, ...(!section && { filled: true }) })),
    body: html`${made.map(({ id, title: name, section }) => (section ? chapterBlock(id, name, section.lead, section.body) : marker(id)))}`,
    script: params.interactive ? scripts(made, context) : raw(''),
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

/** The page's script, and before it what it is given. */
function scripts(made: readonly Made[], { experiment, names, params }: Context): Markup {
  const sections = made.flatMap(({ section }) => section ?? []);
  const maps = sections.flatMap(({ maps: own = [] }) => own);
  const data = [
    ['class-names', names],
    ['gallery', gallery(experiment, maps, params.hoverImages)],
    ...sections.flatMap((section) => Object.entries(section.data ?? {})),
  ] as const;
  return raw(`${data.map(([id, value]) => `${jsonScript(id, value).text}\n`).join('')}<script>${SCRIPT}</script>`);
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
