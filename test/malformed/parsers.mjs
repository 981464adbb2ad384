/** Every parser of files that come from elsewhere, with valid files to begin from. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { MemoryArtifact } from '@layerwise/conformance';
import { canonicalJson, LayerwiseError, sha256 } from '@layerwise/contracts';
import { readIdx } from '@layerwise/ingest';
import { parseLayersModel, readTrainedNet } from '@layerwise/nets';
import { decodePicture } from '@layerwise/images';
import { decodeArrow, decodeParquet, parseManifest } from '@layerwise/store';
import { parseStudy } from '@layerwise/study';
import * as arrow from './corpus/arrow.mjs';
import * as customFiles from './corpus/custom-files.mjs';
import * as parquet from './corpus/parquet.mjs';
import { model, weights } from './corpus/model.mjs';
import { jpeg, mendPng, png } from './corpus/picture.mjs';

const pipelines = join(dirname(fileURLToPath(import.meta.url)), '../../pipelines');
const studies = readdirSync(pipelines, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readFileSync(join(pipelines, name, 'study.yaml'), 'utf8'));

const idx = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3]), Buffer.alloc(18, 7)]);
const manifest = {
  schema: 1,
  id: 'train-1',
  stage: 'train',
  kind: 'model',
  recipe: {
    uses: '@layerwise/train',
    params: { epochs: 3 },
    seed: 1,
    inputs: { features: 'a' },
    raw: [],
    code: { digest: 'd', modules: {}, dependencies: {} },
    node: 'v20',
  },
  inputs: { features: 'preprocess-1' },
  files: { 'model.json': { bytes: 3, sha256: 'a' } },
  content: '',
  warnings: [{ code: 'X', message: 'y' }],
  seconds: 1,
  peakMemoryMB: 2,
  finished: '2026-01-01T00:00:00.000Z',
};
const info = {
  columns: 4,
  origin: 'selected',
  selected: [0, 1, 2, 3],
  scale: { factor: 1 / 255, offset: 0 },
  sourceScale: { factor: 1, offset: 0 },
  dataset: { name: 'x', width: 3, height: 2, classes: ['0', '1'], origin: 'made' },
};

/** `mend` makes a file whole again where a checksum alone would give the change away. `wrapped`: the caller makes a LayerwiseError of any error. */
export const parsers = {
  idx: {
    seeds: [idx, gzipSync(idx)],
    mend: remade,
    parse: (bytes) => onDisk(bytes, (path) => readIdx(path, { dimensions: 3, limit: 1 << 20 })),
  },
  study: { seeds: studies, parse: (text) => parseStudy(text, 'study.yaml') },
  manifest: { seeds: [manifest], parse: (value) => refusal(parseManifest(JSON.stringify(sealed(value)))) },
  'manifest.json': {
    seeds: [JSON.stringify(sealed(manifest), null, 1)],
    parse: (text) => refusal(parseManifest(text)),
  },
  arrow: { seeds: [arrow.sound], wrapped: true, parse: decodeArrow },
  parquet: { seeds: [parquet.sound], wrapped: true, parse: decodeParquet },
  model: { seeds: [model], parse: (value) => parseLayersModel(value, weights) },
  features: { seeds: [info], parse: openNet },
  csv: { seeds: [customFiles.csv], parse: (text) => ingested('d.csv', text) },
  npz: { seeds: [customFiles.npz, customFiles.npzDeflated], parse: (bytes) => ingested('d.npz', bytes) },
  'custom arrow': { seeds: [customFiles.arrow], parse: (bytes) => ingested('d.arrow', bytes) },
  'custom parquet': { seeds: [customFiles.parquet], parse: (bytes) => ingested('d.parquet', bytes) },
  png: { seeds: [png], mend: mendPng, parse: (bytes) => decodePicture(bytes, 'fuzzed') },
  jpeg: { seeds: [jpeg], parse: (bytes) => decodePicture(bytes, 'fuzzed') },
};

const folder = mkdtempSync(join(tmpdir(), 'layerwise-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function onDisk(bytes, read) {
  const path = join(folder, 'input');
  writeFileSync(path, bytes);
  return read(path);
}

function ingested(file, content) {
  return customFiles.ingest(folder, { [file]: content }, file);
}

/** What was packed, changed and packed again. */
function remade(bytes) {
  try {
    return gzipSync(gunzipSync(bytes));
  } catch {
    return bytes;
  }
}

/** With content and seal that fit, as far as there is anything to fit. */
function sealed(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const whole = { ...value, content: sha256(canonicalJson({ files: value.files, warnings: value.warnings })) };
  return { ...whole, seal: sha256(canonicalJson(whole)) };
}

function refusal(found) {
  if (typeof found === 'string') throw new LayerwiseError('ARTIFACT_CORRUPT', found);
}

async function openNet(value) {
  const [features, net] = [new MemoryArtifact('features'), new MemoryArtifact('model')];
  await features.json('features', value);
  await net.json('model', model);
  await net.bytes('weights.bin', weights);
  await readTrainedNet('tiny:exp1', features, net);
}
