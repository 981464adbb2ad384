import { column, LayerwiseError, type ArtifactReader } from '@layerwise/contracts';
import type { Picture } from '@layerwise/images';
import { contributions, largest, readTrainedNet, respond, type TrainedNet } from '@layerwise/nets';
import { findDigits, strongest, TrainingSet, UNLIKE, type Reading } from '@layerwise/scan';
import type { StoredArtifact } from '@layerwise/store';
import type { ExperimentPlan } from '@layerwise/study';
import { openExperiment } from '@layerwise/workspace/experiment/experiment';

/** Nodes named for and against, per hidden layer. */
const NAMED = 3;

/** Reads sheets with the net of one experiment, its preprocessing and feature reduction included. */
export class SheetReader {
  private constructor(
    readonly net: TrainedNet,
    private readonly training: TrainingSet,
  ) {}

  /** @throws LayerwiseError ARTIFACT_MISSING if the experiment is not built, UNSUPPORTED if it was trained on images that are not square */
  static async open(root: string, plan: ExperimentPlan): Promise<SheetReader> {
    const net = await openNet(root, plan);
    const { width, height } = net.dataset;
    if (width !== height)
      throw new LayerwiseError('UNSUPPORTED', `reading sheets needs square training images, got ${width} x ${height}`);
    const { activations } = await openExperiment(root, plan, ['activations']);
    const last = `hidden${net.net.layers.length - 1}`;
    const rows = column(await (activations as ArtifactReader).matrix('train'), last, Float32Array);
    return new SheetReader(net, new TrainingSet(rows.data, rows.width));
  }

  /** Finds and reads the digits on a picture. @throws LayerwiseError DATA_INVALID if there is nothing on it */
  read(picture: Picture, name: string): Reading[] {
    const { digits } = findDigits(picture, this.net.dataset.width, (pixels) =>
      Math.max(...respond(this.net, pixels).probabilities),
    );
    if (digits.length === 0)
      throw new LayerwiseError('DATA_INVALID', `picture ${name} must have digits on it, but no writing was found`, {
        remedy: 'Digits should be at least 10 pixels tall and clearly darker or lighter than the paper.',
      });
    return digits.map(({ box, pixels, row, touching }, i) => {
      const response = respond(this.net, pixels);
      const winner = largest(response.probabilities);
      const last = response.hidden[response.hidden.length - 1] ?? response.features;
      const { distance, percentile } = this.training.novelty(last);
      const attributions = strongest(contributions(this.net, response, winner), NAMED);
      return {
        picture: name,
        number: i + 1,
        row: row + 1,
        box,
        class: this.net.dataset.classes[winner] ?? String(winner),
        probabilities: Array.from(response.probabilities),
        ...attributions,
        distance,
        percentile,
        unlike: percentile > UNLIKE,
        ...(touching && { touching }),
      };
    });
  }
}

/** The net of a built experiment. @throws LayerwiseError ARTIFACT_MISSING */
export async function openNet(root: string, plan: ExperimentPlan): Promise<TrainedNet> {
  const artifacts = await openExperiment(root, plan, ['preprocess', 'reduce', 'train']);
  return readTrainedNet(
    `${plan.study}:${plan.name}`,
    (artifacts.reduce ?? artifacts.preprocess) as StoredArtifact,
    artifacts.train as StoredArtifact,
  );
}
