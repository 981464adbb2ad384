import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { hashSyntax } from '../src/syntax.js';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const modules = readdirSync(dist).filter((name) => name.endsWith('.js'));
const hash = (source: string): string | undefined => hashSyntax(source, true);

describe('hashSyntax', () => {
  it.each(modules)('%s: laid out anew by Prettier it is the same', async (name) => {
    const source = readFileSync(`${dist}/${name}`, 'utf8');
    const styles = [
      { printWidth: 40, singleQuote: false, trailingComma: 'none' },
      {
        printWidth: 200,
        singleQuote: true,
        quoteProps: 'consistent',
        semi: false,
        arrowParens: 'avoid',
        objectWrap: 'collapse',
      },
    ] as const;
    for (const style of styles) {
      const other = await format(source, { parser: 'babel', ...style });
      expect(other).not.toBe(source);
      expect(hash(other)).toBe(hash(source));
    }
  });

  it.each([
    ['a comment', 'f(1);', '/* why */ f(1); // so'],
    ['quotes and escapes', "f('aé');", 'f("\\u0061\\xe9");'],
    ['quotes around a key', 'f({ a: 1, 2: 3 });', "f({ 'a': 1, '2': 3 });"],
    ['parentheses that change nothing', 'f(a + b * c);', 'f((a) + (b * c));'],
    ['spelling of a number', 'f(1000, 0.5);', 'f(1e3, .50);'],
  ])('%s does not count', (_what, a, b) => {
    expect(hash(a)).toBe(hash(b));
  });

  it.each([
    ['a number', 'f(1);', 'f(2);'],
    ['a number and the string of it', 'f(1);', "f('1');"],
    ['a big integer and a number', 'f(1n);', 'f(1);'],
    ['infinity and null', 'f(1e400);', 'f(null);'],
    ['the sign of a zero', 'f(0);', 'f(-0);'],
    ['parentheses that change something', 'f(a + b * c);', 'f((a + b) * c);'],
    ['the raw text of a template', 'f`\\u0061`;', 'f`a`;'],
    ['a line break in a template', 'f(`a b`);', 'f(`a\nb`);'],
    ['the flags of a regular expression', 'f(/a/);', 'f(/a/i);'],
    ['a line break that ends a statement', 'function f() { return a; }', 'function f() { return\na; }'],
    ['a computed key', 'f({ a: 1 });', 'f({ [a]: 1 });'],
    ['a private name', 'class A { a = 1; }', 'class A { #a = 1; }'],
    ['a directive', "'use strict'; f();", "('use strict'); f();"],
    ['the order of properties', 'f({ a: 1, b: 2 });', 'f({ b: 2, a: 1 });'],
    ['var and let', 'var a;', 'let a;'],
    ['optional access', 'a.b;', 'a?.b;'],
    ['await', 'for (const a of b) f();', 'for await (const a of b) f();'],
    ['static', 'class A { a() {} }', 'class A { static a() {} }'],
    ['the attributes of an import', "import a from 'a';", "import a from 'a' with { type: 'json' };"],
  ])('%s counts', (_what, a, b) => {
    const [left, right] = [hash(a), hash(b)];
    expect(left).toMatch(/^[0-9a-f]{64}$/);
    expect(right).toMatch(/^[0-9a-f]{64}$/);
    expect(left).not.toBe(right);
  });

  it('what cannot be parsed has none', () => {
    expect(hash('const a = ;')).toBeUndefined();
    expect(hashSyntax('return 1;', false)).toMatch(/^[0-9a-f]{64}$/);
  });
});
