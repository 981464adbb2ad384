/** Data of a user's own, named by a study: CSV, npz, folders of images, Parquet and Arrow, and paths to them. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/ingest';
import { encodeParquet } from '@layerwise/store';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { cut, overwritten } from './bytes.mjs';
import { crcOf, jpeg, png } from './picture.mjs';

const rows = 24;
const line = (row) => [row % 3, ...Array.from({ length: 16 }, (_, i) => (37 * row + 11 * i) % 256)].join(',');
const header = `label,${Array.from({ length: 16 }, (_, i) => `p${i}`).join(',')}`;
export const csv = `${[header, ...Array.from({ length: rows }, (_, row) => line(row))].join('\n')}\n`;

const little = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value >>> 0, 4 * i));
  return bytes;
};
const short = (...values) => Buffer.from(values.flatMap((value) => [value & 255, value >> 8]));
export const npy = (descr, shape, data) => {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = `${text}${' '.repeat(63 - ((10 + text.length) % 64))}\n`;
  return Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]),
    short(padded.length),
    Buffer.from(padded, 'latin1'),
    data,
  ]);
};
/**
 * A ZIP archive; `claim` overrides the length that it claims of each entry.
 * @param {Record<string, Uint8Array>} files
 * @param {{ deflate?: boolean, claim?: number }} how
 */
export const zip = (files, { deflate = false, claim } = {}) => {
  const parts = [];
  const list = [];
  let at = 0;
  for (const [name, data] of Object.entries(files)) {
    const packed = deflate ? deflateRawSync(data, { level: 9 }) : data;
    const about = Buffer.concat([
      short(20, 0, deflate ? 8 : 0, 0, 0),
      little(crcOf(data), packed.length, claim ?? data.length),
      short(name.length, 0),
    ]);
    const local = Buffer.concat([little(0x04034b50), about, Buffer.from(name), packed]);
    list.push(Buffer.concat([little(0x02014b50), short(20), about, short(0, 0, 0), little(0, at), Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(list);
  return Buffer.concat([
    ...parts,
    directory,
    little(0x06054b50),
    short(0, 0, list.length, list.length),
    little(directory.length, at),
    short(0),
  ]);
};
const pixels = Buffer.from(Array.from({ length: rows * 16 }, (_, i) => (i * 29) % 256));
const classes = Buffer.from(Array.from({ length: rows }, (_, i) => i % 3));
const arrays = (images, labels) => ({ 'x_train.npy': images, 'y_train.npy': labels });
const sound = arrays(npy('|u1', [rows, 4, 4], pixels), npy('|u1', [rows], classes));
export const npz = zip(sound);
export const npzDeflated = zip(sound, { deflate: true });
const zeros = () => npy('|u1', [rows, 4, 4], Buffer.alloc(150 << 20));
/** @type {Record<string, { type: 'int32', values: number[] }>} */
const columns = {
  label: { type: 'int32', values: [...classes] },
  ...Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [
      `p${i}`,
      { type: 'int32', values: Array.from({ length: rows }, (_, row) => pixels[16 * row + i]) },
    ]),
  ),
};
export const parquet = Buffer.from(await encodeParquet(columns));
export const arrow = Buffer.from(
  tableToIPC(
    tableFromArrays(
      Object.fromEntries(Object.entries(columns).map(([name, { values }]) => [name, Uint8Array.from(values)])),
    ),
    'file',
  ),
);

const edit = (change) => change(csv.trim().split('\n')).join('\n');
const withCell = (row, column, value) =>
  edit((lines) =>
    lines.map((text, i) =>
      i === row
        ? text
            .split(',')
            .map((cell, j) => (j === column ? value : cell))
            .join(',')
        : text,
    ),
  );

/** Name -> file and content; made when it is asked for: packing hundreds of megabytes takes a while. */
const bad = () => ({
  'CSV: an empty file': ['d.csv', ''],
  'CSV: its header alone': ['d.csv', `${header}\n`],
  'CSV: one column': ['d.csv', 'label\n1\n2\n'],
  'CSV: a cell too few': [
    'd.csv',
    edit((lines) => [...lines.slice(0, 5), lines[5].slice(0, lines[5].lastIndexOf(',')), ...lines.slice(6)]),
  ],
  'CSV: a cell too many': ['d.csv', edit((lines) => [...lines, `${lines[1]},7`])],
  'CSV: a text for a pixel': ['d.csv', withCell(3, 4, 'dark')],
  'CSV: an empty pixel': ['d.csv', withCell(3, 4, '')],
  'CSV: a pixel that is not a number': ['d.csv', withCell(3, 4, 'NaN')],
  'CSV: a pixel that is infinite': ['d.csv', withCell(3, 4, '1e999')],
  'CSV: a pixel below zero': ['d.csv', withCell(3, 4, '-40')],
  'CSV: a pixel above 255': ['d.csv', withCell(3, 4, '70000')],
  'CSV: no label': ['d.csv', withCell(3, 0, '')],
  'CSV: a quote left open': ['d.csv', withCell(3, 0, '"open')],
  'CSV: images that are not square': [
    'd.csv',
    edit((lines) => lines.map((text) => text.slice(0, text.lastIndexOf(',')))),
  ],
  'CSV: bytes of zero': ['d.csv', Buffer.alloc(100_000)],
  'CSV: a picture by its name': ['d.csv', png],
  'CSV: one line of 20 MB': ['d.csv', Buffer.alloc(20 << 20, '1')],
  'CSV: a gzip bomb': ['d.csv.gz', gzipSync(Buffer.alloc(150 << 20, '0'), { level: 9 })],
  'CSV: gzip cut short': ['d.csv.gz', cut(gzipSync(csv), 0.5)],
  'npz: an empty file': ['d.npz', ''],
  'npz: no archive': ['d.npz', 'PK nothing'],
  'npz: the first half': ['d.npz', cut(npz, 0.5)],
  'npz: its directory past its end': ['d.npz', overwritten(npz, -6, 255, 255, 255, 127)],
  'npz: no arrays of images': ['d.npz', zip({ 'other.npy': sound['y_train.npy'] })],
  'npz: no labels': ['d.npz', zip({ 'x_train.npy': sound['x_train.npy'] })],
  'npz: entries that are no arrays': ['d.npz', zip(arrays(Buffer.from('text'), Buffer.from('text')))],
  'npz: pickled objects': ['d.npz', zip(arrays(npy('|O', [rows, 4, 4], pixels), sound['y_train.npy']))],
  'npz: fewer labels than images': [
    'd.npz',
    zip(arrays(sound['x_train.npy'], npy('|u1', [rows - 1], classes.subarray(1)))),
  ],
  'npz: a shape larger than its data': [
    'd.npz',
    zip(arrays(npy('|u1', [rows + 1, 4, 4], pixels), sound['y_train.npy'])),
  ],
  'npz: a shape of 2^60': ['d.npz', zip(arrays(npy('|u1', [2 ** 30, 2 ** 15, 2 ** 15], pixels), sound['y_train.npy']))],
  'npz: one dimension': ['d.npz', zip(arrays(npy('|u1', [rows * 16], pixels), sound['y_train.npy']))],
  'npz: a bomb': ['d.npz', zip(arrays(zeros(), sound['y_train.npy']), { deflate: true })],
  'npz: a bomb that claims to be small': [
    'd.npz',
    zip(arrays(zeros(), sound['y_train.npy']), { deflate: true, claim: sound['x_train.npy'].length }),
  ],
  'npz: a wrong checksum': ['d.npz', overwritten(npz, 150 + 60, 1, 2, 3, 4)],
  'Parquet: an empty file': ['d.parquet', ''],
  'Parquet: the first half': ['d.parquet', cut(parquet, 0.5)],
  'Parquet: a footer longer than the file': ['d.parquet', overwritten(parquet, -8, 255, 255, 255, 127)],
  'Parquet: a footer of zeros': [
    'd.parquet',
    Buffer.concat([parquet.subarray(0, 4), Buffer.alloc(400), parquet.subarray(-8)]),
  ],
  'Parquet: the size of a page is true': ['d.parquet', overwritten(parquet, 9, 0x11)],
  'Parquet: its data zeroed': [
    'd.parquet',
    Buffer.concat([parquet.subarray(0, 4), Buffer.alloc(1500), parquet.subarray(1504)]),
  ],
  'Arrow: an empty file': ['d.arrow', ''],
  'Arrow: the first half': ['d.arrow', cut(arrow, 0.5)],
  'Arrow: a footer of ones': [
    'd.arrow',
    Buffer.concat([arrow.subarray(0, -210), Buffer.alloc(200, 255), arrow.subarray(-10)]),
  ],
  'Arrow: its middle zeroed': [
    'd.arrow',
    Buffer.concat([arrow.subarray(0, 100), Buffer.alloc(2000), arrow.subarray(2100)]),
  ],
  'a format that is unknown': ['d.xlsx', 'PK'],
  'images: no folders of classes': ['d/readme.txt', 'nothing'],
  'images: one class': ['d/a/1.png', png],
});
const folders = {
  'images: a damaged one among them': { 'd/a/1.png': png, 'd/b/1.png': cut(png, 0.5) },
  'images: a text by the name of a picture': { 'd/a/1.png': png, 'd/b/1.jpg': 'text' },
  'images: one cut short': { 'd/a/1.jpg': jpeg, 'd/b/1.jpg': cut(jpeg, 0.5) },
  'images: an empty class': { 'd/a/1.png': png, 'd/b/none.txt': '' },
};
const paths = {
  'a path to nothing': 'nothing.csv',
  'the address of a server': 'https://127.0.0.1:9/d.csv',
};

export async function ingest(folder, files, from) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return runInMemory(stage, {
    params: { from },
    places: { data: [join(folder, 'data')], download: join(folder, 'data'), workspace: folder },
  });
}

export function cases() {
  const codes = ['DATA_INVALID', 'DATA_MISSING', 'PARAMS_INVALID', 'STUDY_INVALID', 'UNSUPPORTED'];
  const link = async (folder, target) => {
    symlinkSync(target, join(folder, 'd.csv'));
    await ingest(folder, {}, 'd.csv');
  };
  return [
    ...Object.entries(bad()).map(([name, [file, content]]) => ({
      name,
      code: codes,
      says: /must|cannot/,
      run: (folder) => ingest(folder, { [file]: content }, file.split('/')[0]),
    })),
    ...Object.entries(folders).map(([name, files]) => ({
      name,
      code: codes,
      says: /must|cannot/,
      run: (folder) => ingest(folder, files, 'd'),
    })),
    ...Object.entries(paths).map(([name, from]) => ({
      name,
      code: codes,
      says: /must|cannot|no |not /,
      run: (folder) => ingest(folder, {}, from),
    })),
    {
      name: 'a link out of the workspace',
      code: codes,
      says: /must|cannot/,
      run: (folder) => link(folder, '/etc/passwd'),
    },
    { name: 'a link to a device', code: codes, says: /must|cannot/, run: (folder) => link(folder, '/dev/zero') },
    { name: 'a link to itself', code: codes, says: /must|cannot|no |not /, run: (folder) => link(folder, 'd.csv') },
  ];
}
