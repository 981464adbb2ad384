import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, parse, relative } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { decodePicture, encodePng } from '@layerwise/images';
import { annotated, scoreReadings, toCsv, toText, type LabelScore, type Reading } from '@layerwise/scan';
import { orLast } from '@layerwise/workspace/experiment/experiment';
import { findExperiment, findRoot } from '@layerwise/workspace/plan/selection';
import { defineCommand, experimentArgument } from '../command.js';
import { parseLabels } from '../labels.js';
import { findPictures } from '../pictures.js';
import { SheetReader } from '../reader.js';
import { print, printError } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';

/** Options of `layerwise predict`. */
export interface PredictOptions {
  readonly labels: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
}

/**
 * `layerwise predict <study>:<experiment> <pictures..>`: reads the digits on photos or scans, and writes an annotated
 * picture of each, digits.csv and digits.json. A picture that cannot be read is one message; the others are read all the same.
 */
export async function predictCommand(
  address: string,
  names: readonly string[],
  { labels, out, json }: PredictOptions,
): Promise<void> {
  const root = findRoot();
  const plan = findExperiment(await planStudies(root, [address]), address);
  const files = findPictures(names.map(String));
  const reader = await orLast(root, plan, (built) => SheetReader.open(root, built), printError);
  const { classes } = reader.net.dataset;
  const wanted = labels === undefined ? undefined : parseLabels(labels, classes);
  const folder = out ?? join(root, 'artifacts', plan.study, plan.name, 'predict');
  await mkdir(folder, { recursive: true });
  const outputs = outputNames(files);
  const readings: Reading[] = [];
  let failed = 0;
  for (const [i, file] of files.entries()) {
    try {
      const found = await readSheet(reader, file, join(folder, outputs[i]));
      readings.push(...found);
      if (!json) print(`${file}\n${toText(found)}\nannotated: ${shown(join(folder, outputs[i]))}\n`);
    } catch (error) {
      if (!(error instanceof LayerwiseError)) throw error;
      if (files.length === 1) throw error;
      printError(`layerwise: ${error.describe()}`);
      failed++;
    }
  }
  if (failed > 0) process.exitCode = 1;
  const score =
    wanted &&
    scoreReadings(
      readings.map((reading) => reading.class),
      wanted,
    );
  const result = { experiment: address, classes, digits: readings, ...(score && { score }) };
  await writeFile(join(folder, 'digits.csv'), toCsv(readings, classes));
  await writeFile(join(folder, 'digits.json'), `${JSON.stringify(result)}\n`);
  print(
    json
      ? JSON.stringify(result)
      : `${summary(readings, score)}\ntables: ${shown(join(folder, 'digits.csv'))}, ${shown(join(folder, 'digits.json'))}`,
  );
}

async function readSheet(reader: SheetReader, file: string, output: string): Promise<Reading[]> {
  const picture = decodePicture(await readFile(file), file);
  const readings = reader.read(picture, file);
  const drawn = annotated(
    picture,
    readings.map((reading) => ({
      box: reading.box,
      text: reading.class,
      doubtful: reading.unlike || reading.touching === 'wide',
    })),
  );
  await writeFile(output, encodePng(drawn));
  return readings;
}

/** `<name>.annotated.png`; pictures of one name in several folders are numbered. */
function outputNames(files: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return files.map((file) => {
    const name = parse(basename(file)).name;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return `${name}${count > 1 ? `-${count}` : ''}.annotated.png`;
  });
}

/** What was read, then a line for each thing to mind, then the score. */
function summary(readings: readonly Reading[], score: LabelScore | undefined): string {
  const unlike = readings.filter((reading) => reading.unlike).length;
  const [cut, wide] = (['cut', 'wide'] as const).map(
    (touching) => readings.filter((reading) => reading.touching === touching).length,
  );
  return [
    `read in order: ${inOrder(readings)}`,
    unlike > 0 && `${unlike} of ${readings.length} inputs are unlike the training data; trust these readings less`,
    cut > 0 && `${cut} digits that touch were cut apart; check them`,
    wide > 0 && `${wide} ${wide === 1 ? 'input is' : 'inputs are'} wide for one digit: perhaps several that touch`,
    score && describeScore(score),
  ]
    .filter(Boolean)
    .join('\n');
}

/** The classes, rows set apart by a blank; all of them, where a name has several letters. */
function inOrder(readings: readonly Reading[]): string {
  const between = readings.every((reading) => reading.class.length === 1) ? '' : ' ';
  return readings
    .map(({ row, class: name }, i) => (i > 0 && row !== readings[i - 1].row ? ` ${name}` : name))
    .join(between);
}

function describeScore({ right, labels, wrong, missed, extra }: LabelScore): string {
  const share = ((100 * right) / labels).toFixed(1);
  return (
    `score: ${right} of ${labels} right (${share}%); ${wrong} read wrongly, ${missed} not found, ` +
    `${extra} found where no label is`
  );
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

/** `layerwise predict` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiment', experimentArgument)
      .positional('pictures', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'PNG or JPEG files, folders of them, patterns such as "scans/*.jpg"',
      })
      .option('labels', {
        type: 'string',
        describe: 'What is written on the sheets, in reading order, or a text file of it: the readings are scored',
      })
      .option('out', {
        type: 'string',
        describe: 'Folder for the annotated pictures and the tables; by default in the folder of the experiment',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object instead of a table' })
      .example('$0 predict pipeline:exp3 photo.jpg', '')
      .example('$0 predict pipeline:exp3 photo.jpg --labels "0123 456 789"', 'with a score'),
  handler: async ({ experiment, pictures, labels, out, json }) =>
    predictCommand(experiment, pictures, { labels, out, json }),
});
