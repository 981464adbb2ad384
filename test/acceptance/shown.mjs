/** Metrics of which every line needs a figure of ours, once its experiment is built. */
const ASKED =
  /^((accuracy|loss)$|accuracy_|precision_|recall_|f1_|support_|rmse_label|confusion_|epoch\d+_(val_)?(loss|accuracy)$|epochs_run|best_epoch|(pixels|components|activations)_explained_variance|activation_(max|node))/;

/**
 * Lines of a file of source figures that a page does not show as they are printed, and those that ask for a figure of ours beside them and
 * have none. Reads CSV and page by its own means, none of them those that made the page.
 * @param {string} csv content of sources.csv
 * @param {string} page HTML of the study's page
 * @param {readonly string[]} built names of the experiments that are built
 * @returns {string[]} a sentence for each; none where all is well
 */
export function unshown(csv, page, built) {
  const theirs = cellsOf(page, 'data-source');
  const ours = cellsOf(page, 'data-ours');
  return linesOf(csv).flatMap(({ at, experiment, metric, value }) => {
    const name = `line ${at} (${experiment} ${metric} ${value})`;
    const shown = theirs.get(at);
    if (shown === undefined) return [`${name} is not on the page`];
    if (shown !== value && !shown.includes(value)) return [`${name} is shown as ${shown}`];
    const isSaid = metric === 'claim' || metric === 'recommendation';
    const isAsked =
      ASKED.test(metric) && (built.includes(experiment) || (experiment === 'dataset' && built.length > 0));
    return (isAsked || isSaid) && !/[\dA-Za-z]/.test(ours.get(at) ?? '')
      ? [`${name} has nothing of ours beside it`]
      : [];
  });
}

/** Text of each element with an attribute, by the attribute; of a figure that is cut the whole of it. */
function cellsOf(page, attribute) {
  const found = new Map();
  for (const [, , at, rest] of page.matchAll(
    new RegExp(`<(td|li|span) ${attribute}="(\\d+)"[^>]*>(.*?)</\\1>`, 'gs'),
  )) {
    const [, whole] = /<data value="([^"]*)"/.exec(rest) ?? [];
    const text = whole ?? rest.replace(/<sup>.*?<\/sup>/gs, '').replace(/<[^>]*>/g, '');
    found.set(Number(at), plain(text).trim());
  }
  return found;
}

function plain(text) {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
}

/** Lines of CSV, with the number of the line on which each begins. */
function linesOf(csv) {
  const table = [];
  let [row, cell, quoted, line, begun] = [[], '', false, 1, 1];
  const end = () => {
    row.push(cell);
    cell = '';
  };
  for (let i = 0; i < csv.length; i++) {
    const character = csv[i];
    if (character === '\n') line++;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (csv[i + 1] === '"') cell += csv[++i];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',') end();
    else if (character === '\n') {
      end();
      table.push({ at: begun, row });
      [row, begun] = [[], line];
    } else if (character !== '\r') cell += character;
  }
  const [{ row: names }, ...rest] = table;
  return rest.map(({ at, row: cells }) => ({ at, ...Object.fromEntries(names.map((name, i) => [name, cells[i]])) }));
}
