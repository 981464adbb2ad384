import { join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { noteLooks } from '@layerwise/store/integrity';
import { builtExperiments, composeReports, seedTests } from '../compose.js';
import { openExperiment } from '../experiment.js';
import { unmet } from '../expectations.js';
import { Journal, type JournalEntry } from '../journal.js';
import { duration } from '../progress.js';
import { describeResult, describeRun, describeStudy, describeWaits } from '../summary.js';
import { distrusting, experimentOf, findRoot, findStudy, planAll, type PlannedStudy } from '../workspace.js';

/** `layerwise result <study>[:<experiment>]`, the last target of a run: lays the experiments' folders and reports, and says how it went. */
export async function resultCommand(address: string): Promise<void> {
  const root = findRoot();
  const name = address.split(':')[0] as string;
  const study = givenStudy(name) ?? findStudy(await planAll(root), name);
  const plans = address.includes(':') ? [experimentOf(study, address)] : study.experiments;
  const built = await distrusting(root, () => builtExperiments(root, study));
  const shown = plans.flatMap((plan) => built.filter((experiment) => experiment.plan === plan));
  const missing = plans.find((plan) => !shown.some((experiment) => experiment.plan === plan));
  if (missing) await distrusting(root, () => openExperiment(root, missing));
  const journal = Journal.current(root);
  const entries = journal?.entries() ?? new Map<string, JournalEntry>();
  const ids = shown.flatMap(({ plan }) => Object.values(plan.stages));
  const cached = new Set(ids.filter((id) => entries.get(id)?.status !== 'computed'));
  await composeReports(root, study, built, shown, cached);
  const show = (text: string): void => (journal ? journal.leaveScreen(text) : void process.stdout.write(text));
  if (address.includes(':')) {
    for (const { plan, result } of shown) {
      const run = journal ? `\n${describeRun(plan, entries, journal.started, Date.now())}` : '';
      show(`\n${describeResult(result)}${run}\n`);
    }
  } else {
    const counts = new Map(shown.map(({ plan, result }) => [result.experiment, Object.values(plan.stages).filter((id) => entries.get(id)?.status === 'computed').length]));
    const time = journal ? `  time       ${duration(Date.now() - journal.started)}\n` : '';
    const waits = describeWaits(entries.values()).map((line) => `${line}\n`).join('');
    const tests = seedTests(built).map((line) => `  ${line}\n`).join('');
    show(`\n${study.name}  ${study.title}\n${describeStudy(study.name, shown.map(({ result }) => result), journal ? counts : new Map())}\n${tests}${waits}${time}  report     artifacts/${study.name}/report/index.html\n`);
  }
  noteLooks(join(root, 'artifacts'));
  journal?.prune();
  const off = shown.flatMap(({ plan, result }) => unmet(plan, result));
  if (off.length === 0) return;
  journal?.leaveScreen(`\nnot as expected:\n${off.map((line) => `  ${line}\n`).join('')}`);
  throw new LayerwiseError('EXPECTATION_UNMET', off.join('\n'), { remedy: 'The report is written all the same. Look at its history and warnings; if the study is meant to be so, change its expect.' });
}

/** The study as the run planned it. */
function givenStudy(name: string): PlannedStudy | undefined {
  const given = process.env.LAYERWISE_STUDY;
  const study = given === undefined ? undefined : (JSON.parse(given) as PlannedStudy);
  return study?.name === name ? study : undefined;
}
