import { LayerwiseError, readFeatures } from '@layerwise/contracts';
import type { DenseLayer, LayerValues } from '@layerwise/kernels/layers';
import { spread } from '@layerwise/kernels/ranking';
import { entropyTerms, resample, type Bootstrap } from './selectivity.js';
import { readFeatureMap, readModel } from '@layerwise/nets';
import type { NodesContext } from './params.js';
import { onIntensities } from './pixels.js';

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
  /** [N][P] as stored. */
  readonly images: Uint8Array | Float32Array;
  readonly pixels: number;
  /** The hidden layers and the last; the first takes the features. */
  readonly layers: readonly DenseLayer[];
  /** The first layer, of pixel intensities. */
  readonly first: DenseLayer;
  /** Activations of the hidden layers. */
  readonly hidden: readonly LayerValues[];
  readonly bootstrap: Bootstrap & { readonly rows: Uint32Array };
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
  const table = await inputs.activations.matrix('train');
  const images = await readFeatures(inputs.pixels, 'train');
  if (table.rows === 0) throw unfit('there must be training rows', 'none');
  if (images.rows !== table.rows)
    throw unfit('there must be an image for each row of activations', `${images.rows} and ${table.rows}`);
  const hidden = net.layers.slice(0, -1).map(({ units }, l): LayerValues => {
    const column: LayerValues | undefined = table.columns[`hidden${l + 1}`];
    if (column?.width !== units)
      throw unfit(`activations must have a column hidden${l + 1} of width ${units}`, String(column?.width ?? 'none'));
    return column;
  });
  const [label, predicted] = [table.columns.label.data, table.columns.predicted.data];
  const beyond = [label, predicted].flatMap((classes) => classes.find((c) => c >= net.classes) ?? []);
  if (beyond.length > 0) throw unfit(`labels must be below ${net.classes}`, String(beyond[0]));
  const rows = spread(table.rows, BOOTSTRAP_ROWS);
  return {
    names: dataset.classes,
    rows: table.rows,
    id: table.columns.id.data,
    label,
    predicted,
    images: images.data,
    pixels: images.columns,
    layers: net.layers,
    first: onIntensities(map, net.layers[0]),
    hidden,
    bootstrap: {
      rows,
      draws,
      ...(draws > 0 ? resample(rows.length, draws, seed()) : { times: new Uint8Array(0), most: 0 }),
      terms: entropyTerms(rows.length),
    },
  };
}

function unfit(rule: string, got: string): LayerwiseError {
  return new LayerwiseError('DATA_INVALID', `nodes: ${rule}, got ${got}`, {
    remedy: 'give the artifacts of one experiment',
  });
}
