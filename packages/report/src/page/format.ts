import { unfolded } from './unfold.js';

/**
 * Numbers as text, without Intl: the same characters on every machine.
 * Missing numbers (NaN, undefined) are shown as an en dash.
 */
const MISSING = '–';

const known = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);

/** `0.97531` as `97.53%`. */
export function percent(share: number | undefined, digits = 2): string {
  return known(share) ? `${(share * 100).toFixed(digits)}%` : MISSING;
}

/** A difference of two shares in percentage points, with sign: `+1.02`. */
export function points(share: number | undefined, digits = 2): string {
  if (!known(share)) return MISSING;
  const text = (Math.abs(share) * 100).toFixed(digits);
  return Number(text) === 0 ? text : `${share < 0 ? '−' : '+'}${text}`;
}

/** `55000` as `55,000`. */
export function count(value: number | undefined): string {
  if (!known(value)) return MISSING;
  return String(Math.round(value))
    .replace('-', '−')
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A fixed number of decimals, with a real minus sign; none before a zero. */
export function fixed(value: number | undefined, digits = 4): string {
  if (!known(value)) return MISSING;
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/** `1 image`, `2 images`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly (string | number)[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}

/** A sentence over several lines of source, see `unfolded`. */
export function words(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const parts = unfolded(strings);
  return values.reduce<string>((text, value, i) => text + String(value) + parts[i + 1], parts[0]);
}
