/** Templates without the layout of their source. */
const seen = new WeakMap<TemplateStringsArray, readonly string[]>();

/**
 * The texts of a template, in which a line break with its indentation is layout, as in JSX: next to a tag, or alone between two values,
 * it says nothing, else it is a blank.
 */
export function unfolded(strings: TemplateStringsArray): readonly string[] {
  const known = seen.get(strings);
  if (known) return known;
  const parts = strings.map((part) =>
    part.replace(/[ \t]*\n\s*/g, (gap, at: number) => {
      const [before, after] = [part[at - 1], part[at + gap.length]];
      return before === '>' || after === '<' || (before === undefined && after === undefined) ? '' : ' ';
    }),
  );
  seen.set(strings, parts);
  return parts;
}
