import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { small, Workspace } from './workspace/workspace.js';

describe("the script and the style sheet of a report's page", () => {
  let workspace: Workspace;
  const ran = async (): Promise<readonly string[]> => {
    const { code, output, ran: roles } = await workspace.nx(['run', 'tiny:one']);
    expect(code, output).toBe(0);
    return roles;
  };
  const page = (): string => workspace.read('artifacts/tiny/one/report/index.html');
  const styles = 'packages/report/browser/styles/base.css';

  beforeAll(async () => {
    workspace = Workspace.create('layerwise-page');
    workspace.study(
      'tiny',
      `name: tiny
dataset: { use: strokes, strokes: { train: 200, test: 50 } }
${small}experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
`,
    );
    expect(await ran()).toContain('train');
  });
  afterAll(() => workspace.remove());

  it('are taken as their sources are when an experiment is run, which makes reports again and nothing else', async () => {
    expect(page()).not.toMatch(/seen anew|rebeccapurple/);
    workspace.edit('packages/report/browser/pad-words.ts', 'The net says', 'The net, seen anew, says');
    workspace.edit(styles, '--accent: #2b6cb0;', '--accent: rebeccapurple;');
    workspace.edit('packages/scan/src/drawn.ts', 'export const PEN = 2.6;', 'export const PEN = 2.625;');
    expect(await ran()).toEqual(['report']);
    expect(page()).toMatch(/<script>[^]*The net, seen anew, says[^]*<\/script>/);
    expect(page()).toMatch(/<script>[^]*2\.625[^]*<\/script>/);
    expect(page()).toMatch(/<style>[^]*--accent: rebeccapurple;[^]*<\/style>/);
  });

  it('stay as they are when only comments and layout change', async () => {
    workspace.edit(
      'packages/report/browser/pad-words.ts',
      'export function percent',
      '// So it is.\n\nexport function percent',
    );
    workspace.edit(styles, '--accent:', '/* Links. */\n      --accent:');
    expect(await ran()).toEqual([]);
  });
});
