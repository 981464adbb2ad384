import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/decisions');
const names = readdirSync(folder).filter((name) => name !== 'README.md');

/** Folders that hold nothing written for this repository. */
const foreign = ['node_modules', 'dist', 'artifacts', 'data', 'api', 'coverage'];

const page =
  /^# (\d{3})\. (.+)\n\nStatus: (.+)\n\n?Date: (\d{4}-\d\d-\d\d)\n\n## Context\n[^]*\S\n\n## Decision\n[^]*\S\n\n## Consequences\n[^]*\S\n$/;
const status =
  /^(?:accepted(?:, amended by (?:\[\d{3}\]\([\w-]+\.md\)(?:, )?)+)?|superseded by \[\d{3}\]\([\w-]+\.md\))$/;

/** Every file below a folder that this repository wrote, by path. */
function filesBelow(path: string, extension: RegExp): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory())
      return foreign.includes(entry.name) || entry.name.startsWith('.')
        ? []
        : filesBelow(join(path, entry.name), extension);
    return entry.isFile() && extension.test(entry.name) ? [join(path, entry.name)] : [];
  });
}

/** The row of the index that a page needs, without what it decides. */
function rowOf(name: string): RegExp {
  const [, number, title, state] = page.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
  const plain = (state ?? '').replace(/\[(\d{3})\]\([^)]*\)/g, '$1');
  const cells = [`[${number}](${name})`, title ?? '', '\0', plain].map((cell) =>
    cell.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
  );
  return new RegExp(`^\\| ${cells.join(' \\| ').replace('\0', '\\S[^|]*')} \\|$`, 'm');
}

describe('docs/decisions', () => {
  it.each(names)('%s has a number, a title, a status, a date and the three sections, in this order', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const [, number, , state, date] = page.exec(text) ?? [];
    expect(text, 'see docs/decisions/README.md for the form').toMatch(page);
    expect(name).toMatch(new RegExp(`^${number}-[a-z0-9-]+\\.md$`));
    expect(state).toMatch(status);
    expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
    expect(text.match(/^## .+$/gm)).toEqual(['## Context', '## Decision', '## Consequences']);
  });

  it('gives each number once', () => {
    const numbers = names.map((name) => name.slice(0, 3));
    expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([]);
  });

  it('has an index of every page, in order, with its title and status', () => {
    const index = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const name of names) expect(index, `docs/decisions/README.md needs a row for ${name}`).toMatch(rowOf(name));
    expect([...index.matchAll(/^\| \[\d{3}\]\((.+?)\)/gm)].map((match) => match[1])).toEqual([...names].sort());
  });
});

/** Links of a page of Markdown to other files: `[…](path)`, without its anchor. */
const links = (text: string): string[] =>
  [...text.replace(/```[^]*?```|`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => (match[1] as string).replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

describe('links', () => {
  it('of every page of Markdown lead to a file', () => {
    const dead = filesBelow(root, /\.md$/).flatMap((file) =>
      links(readFileSync(file, 'utf8'))
        .filter((target) => !existsSync(join(dirname(file), target)))
        .map((target) => `${relative(root, file)}: ${target}`),
    );
    expect(dead).toEqual([]);
  });

  it('from code and prose to a decision lead to its page', () => {
    const files = filesBelow(root, /\.(?:md|[cm]?[jt]s|ya?ml|css|py)$/);
    const dead = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/decisions\/(\d{3}(?:-[\w-]+)?)/g)]
        .map((match) => match[1] as string)
        .filter((target) => !names.some((name) => name === `${target}.md` || name.startsWith(`${target}-`)))
        .map((target) => `${relative(root, file)}: docs/decisions/${target}`),
    );
    expect(files.length).toBeGreaterThan(names.length);
    expect(dead).toEqual([]);
  });
});
