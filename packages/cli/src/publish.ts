import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { canonicalJson } from '@layerwise/contracts';
import type { StoredArtifact } from '@layerwise/store';
import type { ExperimentPlan } from '@layerwise/study';
import { reportPath, type ExperimentArtifacts } from './experiment.js';

/** Text that takes the place of a marker in a report. */
export type Fragments = Readonly<Record<'times' | 'comparison' | 'seeds', string>>;

/**
 * Lays an experiment's folder: a link to the data of each stage, the record of which instances they are,
 * and the report with what varies from run to run put in.
 */
export async function publishExperiment(root: string, plan: ExperimentPlan, artifacts: ExperimentArtifacts, fragments: Fragments): Promise<void> {
  const folder = join(root, 'artifacts', plan.study, plan.name);
  const report = artifacts.report as StoredArtifact;
  await mkdir(join(folder, 'report'), { recursive: true });
  for (const [role, id] of Object.entries(plan.stages)) {
    if (role !== 'report') await linkFolder(join(folder, role), join(root, 'artifacts/stages', id, 'data'));
  }
  if (!plan.stages.reduce) await rm(join(folder, 'reduce'), { force: true });
  const figures = join(root, 'artifacts/stages', plan.stages.report as string, 'data/figures');
  if (existsSync(figures)) await linkFolder(join(folder, 'report/figures'), figures);
  const stages = Object.fromEntries(Object.entries(artifacts).map(([role, { manifest }]) => [role, { id: manifest.id, content: manifest.content }]));
  await replaceFile(join(folder, 'experiment.json'), `${canonicalJson({ stages, repeats: plan.repeats })}\n`);
  const page = Buffer.from(await report.bytes('index.html')).toString('utf8');
  await replaceFile(join(root, reportPath(plan)), fillMarkers(page, fragments));
}

/** Replaces each `<!--layerwise:NAME-->` by its text. */
function fillMarkers(page: string, fragments: Fragments): string {
  return Object.entries(fragments).reduce((filled, [name, text]) => filled.split(`<!--layerwise:${name}-->`).join(text), page);
}

async function linkFolder(path: string, target: string): Promise<void> {
  const wanted = relative(dirname(path), target);
  if (lstatSync(path, { throwIfNoEntry: false })) await rm(path, { recursive: true, force: true });
  await symlink(wanted, path, 'junction');
}

/** Writes a file aside and renames it into place, unless it already has this content. */
export async function replaceFile(path: string, content: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === content) return;
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}`;
  await writeFile(aside, content);
  await rename(aside, path);
}
