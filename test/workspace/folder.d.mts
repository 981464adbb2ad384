/** The repository under test. */
export const repository: string;

/** Lines of a study.yaml whose reports are read for something else than what they describe: one small map, few images and draws. */
export const small: string;

/**
 * Lines of a study.yaml of whose figures a test reads none: one small map, and stages that say next to nothing in the place of those that
 * describe (`nodes`, `classes`, `report`). Most of the work of a tiny experiment is then left out, and none of its stages.
 */
export const brief: string;

/** These stages as fields of one experiment, within its braces. */
export const briefly: string;

/**
 * Makes a workspace in a temporary folder: packages copied, so that they may be edited,
 * installed packages linked, no studies but those that a test writes. Returns its absolute path.
 */
export function createFolder(name: string): string;

/** Path of Nx's command in a workspace. */
export function nxPath(root: string): string;

/** The environment, without what steers Nx, Layerwise or the test runner. */
export function cleanEnvironment(added?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;

/** Runs Node.js in a workspace. `node` is another Node.js than this one, `user` another user than this one. */
export function runNode(
  root: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
  node?: string,
  user?: { uid?: number; gid?: number },
): Promise<{ code: number; output: string }>;
