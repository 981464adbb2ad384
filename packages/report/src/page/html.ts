import { unfolded } from './unfold.js';

/** A piece of finished HTML; everything else that enters {@link html} is escaped. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/** What may stand in an {@link html} template. `undefined`, `null` and `false` give nothing. */
export type Content = Markup | string | number | undefined | null | false | readonly Content[];

/**
 * Tagged template for HTML: texts and numbers are escaped, {@link Markup} is kept, lists are joined. Line breaks are layout, see
 * `unfolded`; what needs its line breaks is a value.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const parts = unfolded(strings);
  let text = parts[0];
  values.forEach((value, i) => {
    text += render(value) + parts[i + 1];
  });
  return new Markup(text);
}

/** Text that is already HTML. */
export const raw = (text: string): Markup => new Markup(text);

/** Escapes a text for use between tags and in quoted attributes. */
export function escape(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

function render(value: Content): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  return escape(String(value));
}

/** JSON in an element of its own, for the page's script. */
export function jsonScript(id: string, value: unknown): Markup {
  return raw(`<script type="application/json" id="${id}">${JSON.stringify(value).replace(/</g, '\\u003c')}</script>`);
}
