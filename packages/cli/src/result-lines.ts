import type { FigureChange, ResultChange, StageChange } from '@layerwise/workspace/results/verification';

/** What tells two results of an experiment from each other, in lines; what is the same bit by bit has one. */
export function changeLines(experiment: string, { figures, stages }: ResultChange): string[] {
  const start = experiment.padEnd(20);
  if (figures.length === 0 && stages.length === 0) return [`${start}  the same, bit by bit`];
  const head = figures.length === 0 ? 'the same figures, from other bytes' : 'other figures';
  return [
    `${start}  ${head}`,
    ...figures.map(figureLine).map((line) => `  ${line}`),
    ...stages.map(stageLine).map((line) => `  ${line}`),
  ];
}

function figureLine({ figure, old, new: now }: FigureChange): string {
  const difference = old === null || now === null ? '' : `  (${now > old ? '+' : ''}${shown(now - old)})`;
  return `${figure.padEnd(20)}${shown(old)} -> ${shown(now)}${difference}`;
}

function stageLine({ role, because }: StageChange): string {
  return `${role.padEnd(20)}${because.join(', ')}`;
}

/** Six digits are enough to see that a figure is another one; what differs in later ones only is shown whole. */
function shown(value: number | null): string {
  if (value === null) return 'none';
  return Math.abs(value) >= 1e-4 || value === 0 ? value.toFixed(6).replace(/0{1,2}$/, '') : value.toExponential(2);
}
