import type { Experiment } from '../data/experiment.js';
import { html, type Markup } from '../page/html.js';
import { keyFigures } from './key-figures.js';
import type { Context } from './section.js';

/** Title, banner, warnings and key figures. @param before what stands before the key figures */
export function opening(
  context: Context,
  {
    study,
    studyTitle,
    experiment,
    title,
  }: {
    readonly study: string;
    readonly studyTitle?: string | undefined;
    readonly experiment: string;
    readonly title: string;
  },
  before: Markup,
): Markup {
  const { dataset, warnings } = context.experiment;
  return html`<header><p class="eyebrow">${study} <span aria-hidden="true">/
    </span> ${experiment}${studyTitle && ` · ${studyTitle}`}</p><h1>${title}</h1></header>
${
  dataset.fallback &&
  html`<div class="banner" role="note"><strong>These are not ${dataset.fallback.wanted}
    figures.</strong> ${dataset.fallback.wanted} could not be had (${dataset.fallback.reason}), so every number and
    picture here is of <strong>${dataset.name}</strong>: ${dataset.origin}</div>`
}
${warnings.length > 0 && warningList(warnings)}${before}${keyFigures(context)}`;
}

/** What stands beside the key figures where a figure is not what the study expects of it; nothing where all are. */
export function renderUnmet(lines: readonly string[]): string {
  return lines.length === 0
    ? ''
    : html`<aside class="warnings" aria-label="Expectations"><h2>Not what the study expects</h2>
      <ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></aside>`.text;
}

function warningList(warnings: Experiment['warnings']): Markup {
  return html`<aside class="warnings" aria-label="Warnings"><h2>
    ${warnings.length === 1 ? 'A warning' : `${warnings.length} warnings`}</h2>
    <ul>${warnings.map(
      ({ stage, code, message }) => html`<li>${message} <small>${stage}, ${code}</small></li>
    `,
    )}</ul></aside>`;
}
