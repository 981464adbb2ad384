/**
 * The data all contenders read: raw little-endian arrays in bench/.work/data, made once from
 * MNIST where it is found (LAYERWISE_DATA_DIR/mnist, then data/mnist), else from the generated
 * strokes data set.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Scratch of the benchmarks; git-ignored. */
export const work = fileURLToPath(new URL('.work', import.meta.url));

/** Values behind the header of an IDX file: magic number (4 bytes), then 4 bytes per dimension. */
function idx(file) {
  const bytes = gunzipSync(readFileSync(file));
  return bytes.subarray(4 + 4 * bytes[3]);
}

const files = {
  'train-images.u8': 'train-images-idx3-ubyte.gz',
  'train-labels.u8': 'train-labels-idx1-ubyte.gz',
  'test-images.u8': 't10k-images-idx3-ubyte.gz',
  'test-labels.u8': 't10k-labels-idx1-ubyte.gz',
};

function mnistFolder() {
  const places = [process.env.LAYERWISE_DATA_DIR, `${root}data`].filter(Boolean);
  return places
    .map((place) => `${place}/mnist`)
    .find((place) => Object.values(files).every((file) => existsSync(`${place}/${file}`)));
}

/** The generated strokes data set: 60,000 + 10,000 images. */
async function strokes() {
  const { drawStrokes } = await import('@layerwise/ingest');
  const draw = (part, rows) => {
    const pixels = new Uint8Array(rows * 784);
    const labels = new Uint16Array(rows);
    drawStrokes({ seed: 1998, part, from: 0, to: rows, pixels, labels });
    return { [`${part}-images.u8`]: pixels, [`${part}-labels.u8`]: Uint8Array.from(labels) };
  };
  return { ...draw('train', 60000), ...draw('test', 10000) };
}

/**
 * Makes the arrays if they are not there.
 * @returns {Promise<{ data: string, name: string, validation: number, trainRows: number }>} folder, data set, rows of validation at the front, rows after them
 */
export async function prepareData() {
  const folder = mnistFolder();
  const name = folder ? 'mnist' : 'strokes';
  const data = `${work}/data/${name}`;
  if (!Object.keys(files).every((file) => existsSync(`${data}/${file}`))) {
    mkdirSync(data, { recursive: true });
    const arrays = folder
      ? Object.fromEntries(Object.entries(files).map(([file, source]) => [file, idx(`${folder}/${source}`)]))
      : await strokes();
    for (const [file, values] of Object.entries(arrays)) writeFileSync(`${data}/${file}`, values);
  }
  const validation = 5000;
  return { data, name, validation, trainRows: statSync(`${data}/train-labels.u8`).size - validation };
}

/** The hidden activations that t-SNE is measured on, made once, by our own training: the same file for all. */
export function prepareHidden(data) {
  if (existsSync(`${data.data}/hidden.f32`)) return;
  execFileSync(
    process.execPath,
    [fileURLToPath(new URL('ours/hidden.mjs', import.meta.url)), JSON.stringify({ ...data, net: 'exp3', threads: 2 })],
    { stdio: 'inherit' },
  );
}
