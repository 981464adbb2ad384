import { setImmediate } from 'node:timers/promises';
import { throwIfAborted, type ComparisonInfo, type Output, type StageContext } from '@layerwise/contracts';
import { layerRanges, measuredFigures } from './analysis/measured.js';
import { Crew } from './crew/crew.js';
import { costOf } from './data/cost.js';
import {
  readExperiment,
  validatesOnTest,
  withoutWideLayers,
  type Experiment,
  type ReportReads,
} from './data/experiment.js';
import type { Hands } from './figures/hands.js';
import { gallery } from './sections/gallery.js';
import { FigureShelf } from './figures/figure.js';
import { html, jsonScript, raw, type Markup } from './page/html.js';
import { shortNames } from './page/names.js';
import { chapter as chapterBlock, marker, page } from './page/page.js';
import { SCRIPT } from './page/script.js';
import type { ReportParams } from './params.js';
import { chapters } from './sections/list.js';
import { opening } from './sections/opening.js';
import type { Chapter, Context, LateChapter, Section } from './sections/section.js';

type Laid = StageContext<ReportParams, ReportReads, 'report'>;

/** A chapter as it was made, or the place of one that is not known yet. */
interface Made {
  readonly id: string;
  readonly title: string;
  /** Missing where the chapter is put in later. */
  readonly section?: Section;
}

/** Makes one report: index.html, figures/ and comparison.json. @throws what the readers throw; the signal's reason when aborted */
export async function writeReport(stage: Laid): Promise<void> {
  const crew = Crew.open(stage.workers, stage.signal);
  try {
    await layReport(stage, crew);
  } finally {
    await crew.close();
  }
}

/** Makes one report, drawn and encoded by some hands. @throws as {@link writeReport} */
export async function layReport(stage: Laid, hands: Hands): Promise<void> {
  const { params, inputs, signal } = stage;
  throwIfAborted(signal);
  const experiment = await readExperiment(inputs, `${params.study}:${params.experiment}`);
  try {
    await layPages(experiment, stage, hands);
  } finally {
    await experiment.images.close();
  }
}

async function layPages(
  experiment: Experiment,
  { params, inputs, output, progress, signal }: Laid,
  hands: Hands,
): Promise<void> {
  const total = chapters.length;
  let done = 0;
  const step = (): void => {
    throwIfAborted(signal);
    progress({ done: Math.min(total, done++), total, unit: 'sections' });
  };
  step();
  const context: Context = {
    experiment,
    inputs,
    params,
    shelf: new FigureShelf(),
    hands,
    published: params.published ?? {},
    names: shortNames(experiment.dataset.classes),
  };
  const layers = layerRanges(experiment.train, context.names.length);
  const wide = make(chapters.filter(isWide), context, step);
  // Nothing is as large as the activations, and only the wide chapters read them: where they are large, those are made first.
  if (experiment.train.hidden.reduce((sum, { data }) => sum + data.byteLength, 0) > LARGE) await wide;
  const light = { ...context, experiment: { ...experiment, train: withoutWideLayers(experiment.train) } };
  const others = make(
    chapters.filter((chapter) => !isWide(chapter) && !isLast(chapter)),
    light,
    step,
  );
  const early = new Map((await Promise.all([wide, others])).flatMap((found) => [...found]));
  const made = await inOrder(early, light);
  const [script] = await Promise.all([
    params.interactive ? scripts(made, light) : raw(''),
    writeFigures(light.shelf, output),
  ]);
  await output.bytes('index.html', wholePage(made, light, script));
  await output.json('comparison', comparisonInfo(experiment));
  await output.json('measured', measuredFigures(light.experiment, layers));
  progress({ done: total, total, unit: 'sections' });
}

/** The chapters in the order of the page, whose figures are put on one shelf; those that tell of all figures are made now. */
async function inOrder(early: ReadonlyMap<string, Early>, context: Context): Promise<Made[]> {
  for (const { id } of chapters) {
    const made = early.get(id);
    if (made) context.shelf.addAll(made.shelf);
  }
  const made: Made[] = [];
  for (const chapter of chapters) {
    const { id, title } = chapter;
    if ('late' in chapter) {
      made.push({ id, title });
      continue;
    }
    const section = isLast(chapter) ? await chapter.make(context) : early.get(id)?.section;
    if (section) made.push({ id, title: section.title ?? title, section });
  }
  return made;
}

/** Bytes of activations that may be held while all chapters are made. */
const LARGE = 48 << 20;

const isWide = (chapter: Chapter | LateChapter): boolean => 'wide' in chapter;
const isLast = (chapter: Chapter | LateChapter): boolean => 'last' in chapter;

/** A chapter, and its figures. */
interface Early {
  readonly section: Section | undefined;
  readonly shelf: FigureShelf;
}

/**
 * Makes chapters side by side, each with a shelf of its own, begun from the last: the later ones are of figures, the
 * first of words, so that the hands have work from the start.
 * @throws what the last of those that fail throws
 */
async function make(
  some: readonly (Chapter | LateChapter)[],
  context: Context,
  step: () => void,
): Promise<Map<string, Early>> {
  const making = some.toReversed().flatMap((chapter) => {
    if ('late' in chapter) return [];
    const shelf = new FigureShelf();
    const made = (async (): Promise<readonly [string, Early]> => {
      await setImmediate();
      const section = await chapter.make({ ...context, shelf });
      step();
      return [chapter.id, { section, shelf }];
    })();
    return [made];
  });
  const settled = await Promise.allSettled(making);
  return new Map(
    settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    }),
  );
}

function wholePage(made: readonly Made[], context: Context, script: Markup): string {
  const { experiment, params } = context;
  const title = params.title ?? `${experiment.net} on ${experiment.dataset.name}`;
  return page({
    title: `${params.study} ${params.experiment}: ${title}`,
    opening: opening(context, { ...params, title }, marker('seeds')),
    contents: made.map(({ id, title: name, section }) => ({ id, title: name, ...(!section && { filled: true }) })),
    body: html`${made.map(({ id, title: name, section }) => (section ? chapterBlock(id, name, section.lead, section.body) : marker(id)))}`,
    script,
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
async function scripts(made: readonly Made[], { experiment, names, params, hands }: Context): Promise<Markup> {
  const sections = made.flatMap(({ section }) => section ?? []);
  const maps = sections.flatMap(({ maps: own = [] }) => own);
  const data = [
    ['class-names', names],
    ['gallery', await gallery(experiment, maps, params.hoverImages, hands)],
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
