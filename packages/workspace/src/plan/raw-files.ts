import { basename, posix } from 'node:path';
import { canonicalJson, LayerwiseError, sha256, type AnyStage, type Places } from '@layerwise/contracts';
import type { FileCache } from '@layerwise/store/file-cache';
import type { RawState } from '@layerwise/study';

/** An instance travels in one environment variable, of which Linux takes 128 KiB: room for the records of so many files. */
const maxRecords = 200;

/**
 * What the raw files of a stage hold now. More than a few are told folder by folder, very many as one.
 * @param fileCache keeps the hash of a file that looks as it did
 * @throws LayerwiseError DATA_INVALID if a file cannot be read
 */
export function rawStateOf(
  stage: AnyStage,
  params: Readonly<Record<string, unknown>>,
  places: Places,
  fileCache: FileCache,
): RawState {
  const { files, names, complete } = stage.rawFiles?.(params, places) ?? { files: [], complete: true };
  const records = files.map((file, i) => ({ name: names?.[i] ?? basename(file), sha256: hashOf(file, fileCache) }));
  if (records.length <= maxRecords) return { files: records, complete };
  const folders = gathered(records, ({ name }) => posix.dirname(name));
  return { files: folders.length <= maxRecords ? folders : gathered(records, () => '.'), complete };
}

/** One record for the files of each group, in the order in which the groups come. */
function gathered(records: RawState['files'], groupOf: (record: RawState['files'][0]) => string): RawState['files'] {
  const groups = new Map<string, RawState['files'][0][]>();
  for (const record of records) {
    const group = groupOf(record);
    const there = groups.get(group);
    if (there) there.push(record);
    else groups.set(group, [record]);
  }
  return Array.from(groups, ([group, members]) => ({
    name: `${group}/ (${members.length} files)`,
    sha256: sha256(canonicalJson(members)),
  }));
}

function hashOf(file: string, fileCache: FileCache): string {
  let rule = 'it is missing';
  try {
    const hash = fileCache.get('sha256', file, sha256);
    if (hash !== undefined) return hash;
  } catch (error) {
    rule = (error as Error).message;
  }
  throw new LayerwiseError('DATA_INVALID', `raw data file cannot be read: ${rule}`, {
    where: file,
    remedy: 'Check its permissions, or point LAYERWISE_DATA_DIR at another folder.',
  });
}
