import { LayerwiseError } from '@layerwise/contracts';
import type { DenseLayer } from '@layerwise/kernels/layers';
import { spread } from '@layerwise/kernels/ranking';
import { entropyTerms, resample, type Bootstrap } from './selectivity.js';
import { readFeatureMap, readModel } from '@layerwise/nets';
import type { NodesContext } from './params.js';
import { gatherRows, HiddenValues, type ReadRows } from './hidden.js';
import { intensities, onIntensities } from './pixels.js';

/** Rows of the bootstrap at most: 100 samples of as many rows are 6 MB. */
const BOOTSTRAP_ROWS = 60_000;

/** Everything the figures of a layer are made from. N training rows, P pixels, K classes. */
export interface Subject {
  readonly names: readonly string[];
  readonly rows: number;
  /** uint32[N] */
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly predicted: Uint16Array;
  readonly pixels: number;
  /** Pixels of a row of an image. */
  readonly width: number;
  /** float64[n][P]: intensities, 0 to 1, of chosen rows. @param rows ascending */
  readonly images: (rows: Uint32Array) => Promise<Float64Array[]>;
  /** The layers, the first of pixel intensities and the last giving logits. */
  readonly layers: readonly DenseLayer[];
  /** Activations of the hidden layers. */
  readonly hidden: readonly HiddenValues[];
  readonly bootstrap: Bootstrap & { readonly rows: Uint32Array };
  /** Closes the files. */
  readonly close: () => Promise<void>;
}

/** Opens and checks the inputs. @throws LayerwiseError DATA_INVALID where they do not belong together */
export async function readSubject(
  inputs: NodesContext['inputs'],
  draws: number,
  seed: () => Uint32Array,
): Promise<Subject> {
  const { info, map } = await readFeatureMap('the experiment', inputs.features);
  const { dataset, columns } = info;
  const net = await readModel(inputs.model);
  if (net.inputs !== columns)
    throw unfit("the model's inputs must be as many as the features", `${net.inputs} and ${columns}`);
  const table = await inputs.activations.rows('train');
  const images = await inputs.pixels.rows('train').catch(async (error: unknown) => {
    await table.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    await table.close();
    await images.close();
  };
  try {
    if (table.rows === 0) throw unfit('there must be training rows', 'none');
    if (images.rows !== table.rows)
      throw unfit('there must be an image for each row of activations', `${images.rows} and ${table.rows}`);
    const hidden = net.layers.slice(0, -1).map(({ units }, l) => {
      const name = `hidden${l + 1}` as const;
      const width = Object.hasOwn(table.columns, name) ? table.columns[name].width : undefined;
      if (width !== units)
        throw unfit(`activations must have a column ${name} of width ${units}`, String(width ?? 'none'));
      return new HiddenValues(units, table.rows, (from, to) => table.read<typeof name>(name, from, to));
    });
    const all = <C extends 'id' | 'label' | 'predicted'>(column: C) => table.read(column, 0, table.rows);
    const [id, label, predicted] = [await all('id'), await all('label'), await all('predicted')];
    const beyond = [label, predicted].flatMap((classes) => classes.find((c) => c >= net.classes) ?? []);
    if (beyond.length > 0) throw unfit(`labels must be below ${net.classes}`, String(beyond[0]));
    const pixels = images.columns.features.width;
    return {
      names: dataset.classes,
      rows: table.rows,
      id,
      label,
      predicted,
      pixels,
      width: dataset.width,
      images: (rows) => readImages((from, to) => images.read('features', from, to), pixels, rows),
      layers: [onIntensities(map, net.layers[0]), ...net.layers.slice(1).map(inFloat64)],
      hidden,
      bootstrap: bootstrapOf(label, dataset.classes.length, draws, seed),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readImages(read: ReadRows, pixels: number, rows: Uint32Array): Promise<Float64Array[]> {
  const stored = new Float32Array(rows.length * pixels);
  await gatherRows(read, pixels, rows, stored);
  return Array.from(rows, (_, i) => intensities(stored, i, pixels));
}

/** The numbers of every layer in one type: code that sees two is slower. */
function inFloat64(layer: DenseLayer): DenseLayer {
  return { ...layer, kernel: Float64Array.from(layer.kernel), bias: Float64Array.from(layer.bias) };
}

function bootstrapOf(
  label: Uint16Array,
  classes: number,
  draws: number,
  seed: () => Uint32Array,
): Subject['bootstrap'] {
  const rows = spread(label.length, BOOTSTRAP_ROWS);
  const drawn =
    draws > 0
      ? resample(
          Uint16Array.from(rows, (r) => label[r]),
          classes,
          draws,
          seed(),
        )
      : { times: new Uint8Array(0), most: 0, totals: new Uint32Array(0) };
  return { rows, draws, ...drawn, terms: entropyTerms(rows.length) };
}

function unfit(rule: string, got: string): LayerwiseError {
  return new LayerwiseError('DATA_INVALID', `nodes: ${rule}, got ${got}`, {
    remedy: 'give the artifacts of one experiment',
  });
}
