import { plural, words } from '../page/format.js';
import { html } from '../page/html.js';
import type { Chapter, Context, Section } from './section.js';

/** How to run the experiment again and how to open its data. */
export const filesChapter: Chapter = {
  id: 'files',
  order: 1500,
  title: 'Run again, open the data',
  make: filesSection,
  last: true,
};

function filesSection({ shelf: { figures, pictures }, params: { study, experiment } }: Context): Section {
  const name = figures[0]?.name ?? 'history-loss';
  return {
    lead: words`${plural(figures.length + pictures.length, 'figure')} of this report lie in figures/,
      ${figures.length} as SVG${pictures.length > 0 ? `, ${pictures.length} as PNG` : ''}, each with its Vega-Lite
      specification and its numbers as Parquet.`,
    body: html`<p>Run the experiment again; only what has changed is computed:</p>
      <pre><code>npx nx run ${study}:${experiment}</code></pre>
<p>Open the numbers behind a figure, in the folder of this report:</p>
      <pre><code>${opening(`figures/${name}.parquet`)}</code></pre>
<p class="note">Images, features and activations lie in the artifacts of the stages before this one, as Arrow files
      (<code>pyarrow.ipc.open_file</code>, <code>polars.read_ipc</code>); the net opens in TensorFlow.js and,
      through it, in Keras.</p>`,
  };
}

/** How others open a table. */
function opening(file: string): string {
  return `# Python
import pandas as pd
pd.read_parquet("${file}")

# DuckDB
SELECT * FROM '${file}' LIMIT 10;`;
}
