import { percent, points, words } from '../page/format.js';
import { html, type Content } from '../page/html.js';
import { chapter, page } from '../page/page.js';
import { table } from '../page/table.js';
import { accuracyPlot } from './accuracy-plot.js';
import { comparisonLead, comparisonTable, recommendationText } from './comparison.js';
import { sourceChapter, type SourceFigures } from './source-section.js';
import { judged, measured, referenceOf, sizeOf, type ComparedExperiment } from './compared.js';

/** What stands on a study's own page. */
export interface StudyPage {
  readonly study: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** Name of the data set, and what it stands in for. */
  readonly dataset?:
    | {
        readonly name: string;
        readonly origin?: string;
        readonly fallback?: { readonly wanted: string; readonly reason: string } | undefined;
      }
    | undefined;
  readonly experiments: readonly ComparedExperiment[];
  /** Loud lines at the top. */
  readonly warnings?: readonly string[] | undefined;
  /** Tests of differences, a sentence each. */
  readonly tests?: readonly string[] | undefined;
  /** What the source of the study prints. */
  readonly sources?: SourceFigures | undefined;
  /** What the page is of; a study unless said. */
  readonly kind?: 'study' | 'comparison' | undefined;
}

/** The page of a study: table of experiments, recommendation, accuracy against size, differences. A whole HTML document. */
export function renderStudy({
  study,
  title,
  description,
  dataset,
  experiments: given,
  warnings = [],
  tests = [],
  sources,
  kind = 'study',
}: StudyPage): string {
  const experiments = measured(given);
  const opening = html`<header><p class="eyebrow">${kind}</p><h1>${title ?? study}</h1>
    ${description && html`<p class="lead">${description}</p>`}</header>
${
  dataset?.fallback &&
  html`<div class="banner" role="note"><strong>These are not ${dataset.fallback.wanted}
    figures.</strong> ${dataset.fallback.wanted} could not be had (${dataset.fallback.reason}); every number here is
    of <strong>${dataset.name}</strong>.</div>`
}
${
  warnings.length > 0 &&
  html`<aside class="warnings" aria-label="Warnings"><h2>Warnings</h2>
    <ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul></aside>`
}
${
  experiments.length > 0
    ? html`<p class="lead">${comparisonLead(experiments)}</p>
    ${comparisonTable(experiments)}${recommendationText(experiments)}${accuracyPlot(experiments, 'figures')}`
    : html`<p
    class="lead">No experiment of this study has been run yet.</p>`
}`;
  const body =
    experiments.length > 1
      ? chapter(
          'differences',
          'Differences',
          differenceLead(experiments),
          html`${differences(experiments)}${tests.length > 0 && html`<ul>${tests.map((test) => html`<li>${test}</li>`)}</ul>`}`,
        )
      : undefined;
  const source = sources && sourceChapter(sources, experiments);
  return page({
    title: kind === 'study' ? `${study}: study` : (title ?? study),
    opening,
    contents: [],
    body: html`${body}${source}`,
  });
}

function differences(experiments: readonly ComparedExperiment[]): Content {
  const reference = referenceOf(experiments) as ComparedExperiment;
  const size = sizeOf(experiments);
  const rows = experiments
    .filter((e) => e !== reference)
    .sort((a, b) => (b.validation || 0) - (a.validation || 0))
    .map((e) => [
      e.name,
      points(e.validation - reference.validation),
      points(e.test - reference.test),
      `${(size.of(e) / size.of(reference)).toFixed(2)}×`,
    ]);
  const why = judged(reference) ? `the highest on validation (${percent(reference.validation)})` : 'the first';
  return table(
    `Against ${reference.name}, ${why}; percentage points`,
    ['experiment', 'validation', 'test', size.unit],
    rows,
  );
}

function differenceLead(experiments: readonly ComparedExperiment[]): string {
  const tested = experiments.filter((e) => Number.isFinite(e.test));
  const missed = tested.filter((e) => e.published !== undefined);
  if (tested.length === 0) return `None of the ${experiments.length} experiments has test images.`;
  if (missed.length === 0)
    return words`The experiments differ by up to
      ${points(Math.max(...tested.map((e) => e.test)) - Math.min(...tested.map((e) => e.test))).replace('+', '')}
      points on test images.`;
  const largest = missed.reduce((a, b) =>
    Math.abs(b.test - (b.published as number)) > Math.abs(a.test - (a.published as number)) ? b : a,
  );
  return missed.length === 1
    ? words`${largest.name}, the only experiment with a published test accuracy, lies
      ${points(largest.test - (largest.published as number))} points from it.`
    : words`Of ${missed.length} experiments with a published test accuracy, ${largest.name} is farthest from it:
      ${points(largest.test - (largest.published as number))} points.`;
}
