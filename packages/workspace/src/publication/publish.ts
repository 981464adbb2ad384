import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { canonicalJson } from '@layerwise/contracts';
import { accuracyFigure, type ComparedExperiment } from '@layerwise/report';
import type { StoredArtifact } from '@layerwise/store';
import { replaceFile } from '@layerwise/store/replacement';
import type { ExperimentPlan } from '@layerwise/study';
import { reportPath, type ExperimentArtifacts } from '../experiment/experiment.js';

/** Text that takes the place of a marker in a report. */
export type Fragments = Readonly<Record<'times' | 'comparison' | 'seeds' | 'sources', string>>;

/**
 * Writes an experiment's folder: a link to the data of each stage, the record of which instances they are,
 * and the report with what varies from run to run put in.
 */
export async function publishExperiment(
  root: string,
  plan: ExperimentPlan,
  artifacts: ExperimentArtifacts,
  fragments: Fragments,
): Promise<void> {
  const folder = join(root, 'artifacts', plan.study, plan.name);
  const report = artifacts.report as StoredArtifact;
  await mkdir(join(folder, 'report'), { recursive: true });
  for (const [role, id] of Object.entries(plan.stages)) {
    if (role !== 'report') await linkFolder(join(folder, role), join(root, 'artifacts/stages', id, 'data'));
  }
  if (!plan.stages.reduce) await rm(join(folder, 'reduce'), { force: true });
  const figures = join(root, 'artifacts/stages', plan.stages.report as string, 'data/figures');
  if (existsSync(figures)) await linkFolder(join(folder, 'report/figures'), figures);
  const stages = Object.fromEntries(
    Object.entries(artifacts).map(([role, { manifest }]) => [role, { id: manifest.id, content: manifest.content }]),
  );
  await updateFile(join(folder, 'experiment.json'), `${canonicalJson({ stages, repeats: plan.repeats })}\n`);
  const page = bufferOf(await report.bytes('index.html'));
  await updateFile(join(root, reportPath(plan)), fillMarkers(page, fragments));
}

/** Writes the page of a study or of a comparison, and its figure as files beside it. @param page path relative to the workspace */
export async function publishPage(
  root: string,
  page: string,
  text: string,
  experiments: readonly ComparedExperiment[],
): Promise<void> {
  const figure = accuracyFigure(experiments);
  if (figure) {
    const path = join(root, dirname(page), 'figures', figure.name);
    await updateFile(`${path}.svg`, figure.svg);
    const isNew = await updateFile(`${path}.vl.json`, `${JSON.stringify(figure.spec, null, 1)}\n`);
    // The specification holds the data. Loading the writers of tables takes longer than the rest of a run with nothing to do.
    if (isNew || !existsSync(`${path}.parquet`))
      await updateFile(`${path}.parquet`, await (await import('@layerwise/store/parquet')).encodeParquet(figure.data));
  }
  await updateFile(join(root, page), text);
}

/** Replaces each `<!--layerwise:NAME-->` by its text. */
function fillMarkers(page: Buffer, fragments: Fragments): Buffer {
  const markers = Object.entries(fragments).flatMap(([name, text]) =>
    placesOf(page, `<!--layerwise:${name}-->`).map((place) => ({ ...place, text: Buffer.from(text) })),
  );
  const sorted = markers.sort((a, b) => a.from - b.from);
  const pieces = sorted.flatMap(({ from, text }, i) => [page.subarray(sorted[i - 1]?.to ?? 0, from), text]);
  return Buffer.concat([...pieces, page.subarray(sorted.at(-1)?.to ?? 0)]);
}

function placesOf(page: Buffer, marker: string): { from: number; to: number }[] {
  const places: { from: number; to: number }[] = [];
  for (let from = page.indexOf(marker); from >= 0; from = page.indexOf(marker, from + marker.length))
    places.push({ from, to: from + marker.length });
  return places;
}

async function linkFolder(path: string, target: string): Promise<void> {
  const wanted = relative(dirname(path), target);
  if ((await readlink(path).catch(() => undefined)) === wanted) return;
  if (lstatSync(path, { throwIfNoEntry: false })) await rm(path, { recursive: true, force: true });
  await symlink(wanted, path, 'junction');
}

/** Replaces a file unless it already has this content. @returns whether it had not */
export async function updateFile(path: string, content: string | Uint8Array): Promise<boolean> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : bufferOf(content);
  if ((await readFile(path).catch(() => undefined))?.equals(bytes)) return false;
  await replaceFile(path, [bytes]);
  return true;
}

/** The same bytes, not copied: a report has megabytes. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
