import { statSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './folder.js';

/** How a file looks: size, modification and change time (ns) and inode; '' if it is no file. The change time cannot be set back. */
export function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() ? [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino].join(' ') : '';
}

/** How all files below a folder look. */
export function stampOfFolder(folder: string): string {
  return filesBelow(folder)
    .sort()
    .map((file) => `${file} ${stampOf(join(folder, file))}`)
    .join('\n');
}
