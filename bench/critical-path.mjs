/** @typedef {{ id: string, stage: string, inputs: Record<string, string>, seconds: number, finished: string }} Manifest */
/** @typedef {{ stage: string, start: number, end: number }} Step a stage, in seconds since the first one began */

/**
 * The chain of stages, each an input of the next, that takes longest; no run with more processors is shorter.
 * @param {readonly Manifest[]} manifests of the stages of one run
 * @returns {{ steps: Step[], seconds: number, sum: number }} the seconds of the chain's stages, and the sum over all stages
 */
export function criticalPath(manifests) {
  const byId = new Map(manifests.map((manifest) => [manifest.id, manifest]));
  /** @type {Map<string, { seconds: number, before: Manifest | undefined }>} */
  const found = new Map();
  const chainOf = (manifest) => {
    const known = found.get(manifest.id);
    if (known) return known;
    const inputs = Object.values(manifest.inputs).flatMap((id) => byId.get(id) ?? []);
    const before = longest(inputs);
    const chain = { before, seconds: manifest.seconds + (before ? chainOf(before).seconds : 0) };
    found.set(manifest.id, chain);
    return chain;
  };
  const longest = (some) => [...some].sort((a, b) => chainOf(b).seconds - chainOf(a).seconds)[0];
  const end = ({ finished }) => Date.parse(finished) / 1000;
  const zero = Math.min(...manifests.map((manifest) => end(manifest) - manifest.seconds));
  const last = longest(manifests);
  const steps = [];
  for (let at = last; at; at = chainOf(at).before)
    steps.unshift({ stage: at.stage, start: end(at) - at.seconds - zero, end: end(at) - zero });
  return {
    steps,
    seconds: last ? chainOf(last).seconds : 0,
    sum: manifests.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** @param {ReturnType<typeof criticalPath>} path */
export function describePath({ steps, seconds, sum }) {
  const said = steps.map(({ stage, start, end }) => `${stage} ${start.toFixed(1)} to ${end.toFixed(1)}`);
  return (
    `Critical path of the last cold run, start to end of each stage in seconds: ${said.join(', ')}; ` +
    `${seconds.toFixed(1)} s of work, of ${sum.toFixed(1)} s in all stages`
  );
}
