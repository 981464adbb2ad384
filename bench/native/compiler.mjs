/** Compiles the native prototype where this machine has a C compiler and a processor it is written for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('epoch.c', import.meta.url));
const folder = fileURLToPath(new URL('../.work/native', import.meta.url));

/** Numbers of lanes that the processor has: 4 and 8 with AVX2 and fused multiply-add, 16 with AVX-512. */
export function lanes() {
  if (process.arch !== 'x64' || spawnSync('cc', ['--version']).status !== 0 || !existsSync('/proc/cpuinfo')) return [];
  const flags = readFileSync('/proc/cpuinfo', 'utf8');
  if (!/\bavx2\b/.test(flags) || !/\bfma\b/.test(flags)) return [];
  return /\bavx512f\b/.test(flags) ? [4, 8, 16] : [4, 8];
}

/** The program for so many lanes, compiled anew. @param {number} count @returns its file */
export function compiled(count) {
  mkdirSync(folder, { recursive: true });
  const program = `${folder}/epoch-${count}`;
  const flags = ['-O3', '-march=native', '-ffp-contract=off', `-DLANES=${count}`];
  execFileSync('cc', [...flags, source, '-o', program, '-lm', '-lpthread']);
  return program;
}
