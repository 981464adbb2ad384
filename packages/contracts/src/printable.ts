/** Controls of a terminal (C0 but tab and newline, DEL, C1), separators of lines, and what turns the direction of writing. */
const control = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A text of another hand in a form that a terminal only shows: what would move the cursor, colour, hide or turn it stands as `\u001b`.
 * Newlines and tabs stay.
 */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(control, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
