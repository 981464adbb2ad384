import { html, type Content, type Markup } from './html.js';

/** A table with a caption; the first cell of each row is its heading. With the class `stack` rows stand as blocks where the page is narrow. */
export function table(
  caption: string,
  head: readonly Content[],
  rows: readonly (readonly Content[])[],
  className = '',
): Markup {
  return html`<table class="${className}"><caption>${caption}</caption>
    <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows.map(
      ([first, ...rest]) =>
        html`<tr><th scope="row">${first}</th>${rest.map(
          (cell, i) =>
            html`<td${
              className.includes('stack') &&
              html`
    data-name="${head[i + 1]}"`
            }>${cell}</td>`,
        )}</tr>`,
    )}</tbody></table>`;
}
