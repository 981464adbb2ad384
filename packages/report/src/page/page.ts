import { escape, html, raw, type Content, type Markup } from './html.js';
import { STYLE } from './style.js';

/** What stands on a page. */
export interface Page {
  readonly title: string;
  readonly opening: Content;
  /** `filled` ones stand on the page only when something was put in their place; until then their links are hidden. */
  readonly contents: readonly { readonly id: string; readonly title: string; readonly filled?: boolean }[];
  readonly body: Content;
  /** Inline script and its data, at the end. */
  readonly script?: Markup;
}

/** Nothing may be loaded from anywhere: images are part of the page. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** A whole HTML document in one text. */
export function page({ title, opening, contents, body, script }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escape(title)}</title>
<style>${STYLE}${contents
    .filter(({ filled }) => filled)
    .map(({ id }) => `body:not(:has(#${id})) .filled-${id}{display:none}`)
    .join('')}</style>
</head>
<body>
${
  html`<div class="page${contents.length > 0 && ' with-contents'}">${
    contents.length > 0 &&
    html`<nav
    aria-label="Contents"><ol>${contents.map(
      ({ id, title: name, filled }) => html`<li
    ${filled && html`class="filled-${id}"`}><a href="#${id}">${name}</a></li>`,
    )}</ol></nav>`
  }<main>${opening}
${body}</main></div>${script ?? raw('')}`.text
}
</body>
</html>
`;
}

/** A chapter with its anchor and its opening sentence. */
export function chapter(id: string, title: string, lead: Content, body: Content): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
    ${lead && html`<p class="lead">${lead}</p>`}
${body}</section>
`;
}

/** A line of index.html in whose place the composition root puts what it knows when a run is over. */
export const marker = (name: string): Markup => raw(`\n<!--layerwise:${name}-->\n`);
