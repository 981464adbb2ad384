import type { ArtifactIndex } from '@layerwise/store/artifact-index';
import type { CodeTrace } from '@layerwise/store/fingerprint';
import { findDamage, type Damage } from '@layerwise/store/integrity';
import type { Manifest, Recipe } from '@layerwise/store/manifest';
import { copyChecker } from '@layerwise/store/nx-cache';
import { differences, type ForeseenRecipe, type StalenessReason } from '@layerwise/store/staleness';
import type { Store } from '@layerwise/store/store';
import { roleNames, type ExperimentPlan, type RoleName, type StageInstance } from '@layerwise/study';
import { copyNotes } from '../plan/folders.js';
import { readRecord } from '../record/record.js';
import { nearestTo, recipeOf, storeOf } from '../run/recipe.js';

/**
 * What will become of a stage in the next run.
 * - `current`: its artifact is intact and right.
 * - `restores`: an equal artifact is taken, of another id or from Nx's cache.
 * - `runs`: it is computed.
 * - `depends`: stages before it will run; it runs unless its inputs turn out to be those of an artifact that is there (`unless`).
 */
export type StageState = 'current' | 'restores' | 'runs' | 'depends';

/** What `layerwise explain --json` prints of each stage. Scripts read it: fields may be added, never renamed or removed. */
export interface StageExplanation {
  readonly role: RoleName;
  /** Of a training from another seed than the experiment's first. */
  readonly seed?: number;
  readonly id: string;
  readonly state: StageState;
  /**
   * Why the artifact does not serve as it is; against the instance's own last artifact, else the experiment's last one,
   * else the nearest; the latter for an experiment that was built once.
   */
  readonly reasons: readonly ExplainedReason[];
  /** Id of the artifact that `reasons` compares with, if there is one. */
  readonly comparedWith: string | null;
  /** Roles whose content is not known before they have run. */
  readonly waitsFor: readonly RoleName[];
  /** For `depends`: it does not run if the contents of all its inputs are those of one of these. Input name -> digest. */
  readonly unless: readonly Readonly<Record<string, string>>[];
}

/** A reason, with what helps to find its cause. */
export type ExplainedReason = StalenessReason & {
  /** Of an input: the instance that provides it. */
  readonly from?: string;
  /** Of a module: the modules from the stage's entry to the one that imports it. */
  readonly through?: readonly string[];
};

/** What is foreseen of an instance, whichever experiment it is asked for. */
interface Foreseen {
  readonly state: StageState;
  readonly wanted: ForeseenRecipe;
  /** Its own artifact, if that may turn out to be right. */
  readonly own: Manifest | undefined;
  readonly unless: StageExplanation['unless'];
  /** Of the artifact that will be there; null if it is not known. */
  readonly content: string | null;
}

/** Explains experiments of one workspace; what they share is looked at once. Nothing runs, nothing is written. */
export class Explainer {
  private readonly store: Store;
  private readonly artifactIndex: ArtifactIndex;
  private readonly damage: ReadonlyMap<string, Damage>;
  private readonly damaged: ReadonlySet<string>;
  private readonly foreseen = new Map<string, Promise<Foreseen>>();

  /**
   * @param root absolute path of the workspace
   * @param instances of the workspace's plan
   * @param trace finds the code of a stage package
   */
  constructor(
    private readonly root: string,
    private readonly instances: ReadonlyMap<string, StageInstance>,
    private readonly trace: (uses: string) => CodeTrace,
  ) {
    this.store = storeOf(root);
    this.artifactIndex = this.store.artifactIndex(copyChecker(copyNotes(root)));
    const found = findDamage(this.store.root);
    this.damage = new Map(found.map((one) => [one.id, one]));
    this.damaged = new Set(this.damage.keys());
  }

  /** Every stage of an experiment, in the order they run. */
  async explain(plan: ExperimentPlan): Promise<readonly StageExplanation[]> {
    const last = lastRecord(this.root, plan);
    const present = roleNames.filter((role) => plan.stages[role] !== undefined);
    const explained: StageExplanation[] = [];
    for (const { role, seed, id } of stepsOf(plan)) {
      const judged = await this.judge(id, last && (last[nameOf(role, seed)] ?? ''));
      const providers = await Promise.all(
        Object.values(this.instance(id).inputs).map(async (provider) => ({
          provider,
          known: (await this.foresee(provider)).content !== null,
        })),
      );
      const waitsFor = present.filter((other) =>
        providers.some(({ provider, known }) => !known && plan.stages[other] === provider),
      );
      explained.push({ role, ...(seed === undefined ? {} : { seed }), ...judged, waitsFor });
    }
    return explained;
  }

  private instance(id: string): StageInstance {
    return this.instances.get(id) as StageInstance;
  }

  private foresee(id: string): Promise<Foreseen> {
    let found = this.foreseen.get(id);
    if (!found) this.foreseen.set(id, (found = this.predict(this.instance(id))));
    return found;
  }

  /** @param last id of the artifact that the experiment's last run used, '' if it had none, undefined if it was never built */
  private async judge(
    id: string,
    last: string | undefined,
  ): Promise<Omit<StageExplanation, 'role' | 'seed' | 'waitsFor'>> {
    const foreseen = await this.foresee(id);
    const { state, own, unless } = foreseen;
    if (state === 'current') return { id, state, reasons: [], comparedWith: id, unless };
    const instance = this.instance(id);
    const old = own ?? this.baseline(instance, foreseen.wanted, last);
    return {
      id,
      state,
      reasons: this.reasons(instance, old, foreseen, last === id),
      comparedWith: old?.id ?? null,
      unless,
    };
  }

  private async predict(instance: StageInstance): Promise<Foreseen> {
    const { id, stage } = instance;
    const trace = this.trace(instance.uses);
    const inputs = Object.fromEntries(
      await Promise.all(
        Object.entries(instance.inputs).map(
          async ([name, provider]) => [name, (await this.foresee(provider)).content] as const,
        ),
      ),
    );
    const wanted = recipeOf(instance, trace.code, inputs);
    const serving = await this.artifactIndex.serving(stage, id, wanted, this.damaged);
    const unknown = Object.values(inputs).includes(null);
    const [best] = serving;
    const own = best?.manifest.id === id && best.from === 'artifacts';
    const state: StageState = !best ? 'runs' : unknown ? 'depends' : own ? 'current' : 'restores';
    const unless = state === 'depends' ? distinct(serving.map(({ manifest }) => manifest.recipe.inputs)) : [];
    const content = unknown
      ? null
      : (best?.manifest.content ?? (await this.store.noteOf(wanted as Recipe))?.content ?? null);
    return { state, wanted, own: own ? best.manifest : undefined, unless, content };
  }

  /** The instance's own manifest, else that of the experiment's last run, else the nearest of its stage; what was never built is compared with no other's. */
  private baseline(
    { id, stage }: StageInstance,
    wanted: ForeseenRecipe,
    last: string | undefined,
  ): Manifest | undefined {
    const there = this.artifactIndex.ofStage(stage).map(({ manifest }) => manifest);
    return (
      there.find((manifest) => manifest.id === id) ??
      there.find((manifest) => manifest.id === last) ??
      (last === undefined ? undefined : nearestTo(this.artifactIndex, { id, stage }, wanted))
    );
  }

  private reasons(
    instance: StageInstance,
    old: Manifest | undefined,
    { wanted, state }: Foreseen,
    wasThere: boolean,
  ): ExplainedReason[] {
    const trace = this.trace(instance.uses);
    if (wasThere && old?.id !== instance.id) return [{ reason: 'artifact missing' }];
    const damage = this.damage.get(instance.id);
    const lost: ExplainedReason[] = !damage
      ? []
      : damage.file === 'manifest.json' && damage.what === 'missing'
        ? [{ reason: 'artifact missing' }]
        : [{ reason: 'artifact damaged', file: damage.file, what: damage.what }];
    const differing = old
      ? [...differences(old.recipe, wanted), ...notKnown(old.recipe, wanted)].map((reason): ExplainedReason =>
          withCause(reason, instance, trace),
        )
      : [];
    if (lost.length > 0 || differing.length > 0) return [...lost, ...differing];
    return [{ reason: old || state === 'restores' ? 'artifact missing' : 'never computed' }];
  }
}

/** Inputs whose content is known when the stages before have run. */
function notKnown(old: Recipe, { inputs }: ForeseenRecipe): StalenessReason[] {
  const names = Object.keys(inputs).filter((name) => inputs[name] === null);
  return names.map((name) => ({ reason: 'input', name, old: old.inputs[name], new: null }));
}

function withCause(reason: StalenessReason, instance: StageInstance, trace: CodeTrace): ExplainedReason {
  if (reason.reason === 'input')
    return { ...reason, ...(instance.inputs[reason.name] ? { from: instance.inputs[reason.name] } : {}) };
  if (reason.reason === 'module') return { ...reason, through: trace.through(reason.name) };
  return reason;
}

function distinct(inputs: readonly Recipe['inputs'][]): Recipe['inputs'][] {
  return [...new Map(inputs.map((one) => [JSON.stringify(one), one])).values()];
}

/** The stages of an experiment in the order they run, trainings from further seeds after the first. */
function stepsOf({ stages, repeats }: ExperimentPlan): readonly { role: RoleName; seed?: number; id: string }[] {
  return roleNames.flatMap((role) => {
    const id = stages[role];
    const others =
      role === 'train' ? repeats.slice(1).map((repeat) => ({ role, seed: repeat.seed as number, id: repeat.id })) : [];
    return id === undefined ? [] : [{ role, id }, ...others];
  });
}

/** `train`; `train seed 44` for a further seed. */
function nameOf(role: string, seed: number | undefined): string {
  return seed === undefined ? role : `${role} seed ${seed}`;
}

/** What a stage is called ({@link nameOf}) -> id of the experiment's last run; nothing where its record is damaged, undefined if it was never built. */
function lastRecord(root: string, plan: ExperimentPlan): Readonly<Record<string, string>> | undefined {
  const record = readRecord(root, plan);
  if (record === undefined) return undefined;
  if (record === 'damaged') return {};
  return Object.fromEntries([
    ...Object.entries(record.stages).map(([role, { id }]) => [role, id]),
    ...record.repeats.slice(1).map(({ seed, id }) => [nameOf('train', seed as number), id]),
  ]);
}
