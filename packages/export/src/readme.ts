import type { Affine } from '@layerwise/contracts';
import { widthsOf, type FeatureStep, type TrainedNet } from '@layerwise/nets';
import type { ExportFormat } from './format.js';

/** What is written beside an export: what goes in, what comes out, how to use each file. */
export function readme(net: TrainedNet, formats: readonly ExportFormat[]): string {
  const {
    name,
    dataset,
    map: { pixels, steps },
    net: { layers },
  } = net;
  const data = `${dataset.width} x ${dataset.height} images, classes ${dataset.classes.join(', ')}`;
  const dense = `A dense net ${widthsOf(net.net)} (${layers.map(({ activation }) => activation).join(', ')})`;
  return `# The net of ${name}

Trained on ${dataset.name} (${dataset.origin}): ${data}. ${dense}.

An image is ${pixels} numbers, row after row, 0 for the background to 255 for ink, prepared as those of ${dataset.name} are. Before the net:

${steps.length === 0 ? 'nothing: the net takes the numbers as they are.' : steps.map((step, i) => `${i + 1}. ${sentence(step)}`).join('\n')}

${formats.map(({ title, usage }) => `## ${title}\n\n${usage(net)}\n`).join('\n')}`;
}

function sentence(step: FeatureStep): string {
  if (step.kind === 'select')
    return `of the pixels (numbered from 0) only these are kept, in this order: ${step.columns.join(', ')}`;
  if (step.kind === 'scale') return `each number becomes number * factor + offset, with ${scaleText(step.scale)}`;
  return `the mean image is taken off, and what is left is projected on ${step.components.length / step.mean.length} principal components`;
}

function scaleText({ factor, offset }: Affine): string {
  const text = (value: number | readonly number[]): string =>
    typeof value === 'number' ? String(value) : `one per column: ${value.join(', ')}`;
  return `factor ${text(factor)} and offset ${text(offset)}`;
}
