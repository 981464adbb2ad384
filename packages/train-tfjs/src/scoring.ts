import type { LayersModel, Sequential, SymbolicTensor, Tensor } from '@tensorflow/tfjs';
import { throwIfAborted, type Score } from '@layerwise/contracts';
import type { Tf } from './backend.js';
import { inOrder, type Split } from './rows.js';

/** Rows evaluated at once. */
const BATCH = 1000;
/** Probabilities are kept this far from 0 and 1 before the logarithm, as Keras does. */
const CLIP = 1e-7;

/** Scores nets without dropout. */
export class Scorer {
  private readonly tf: Tf;
  private readonly hidden: readonly string[];
  private readonly probe: LayersModel;
  private readonly signal: AbortSignal;

  /** @param hidden names of the hidden layers */
  constructor(tf: Tf, model: Sequential, hidden: readonly string[], signal: AbortSignal) {
    this.tf = tf;
    this.hidden = hidden;
    this.signal = signal;
    const outputs = [...hidden, 'output'].map((name) => model.getLayer(name).output as SymbolicTensor);
    this.probe = tf.model({ inputs: model.inputs, outputs });
  }

  /** Accuracy and mean cross-entropy (nats); NaN without rows. */
  async score(split: Split): Promise<Score> {
    const { accuracy, loss } = await this.pass(split, false);
    return { accuracy, loss };
  }

  /** Per hidden layer the largest value of each node over all rows, beside the score. */
  async scoreWithPeaks(split: Split): Promise<Score & { readonly peaks: readonly Float32Array[] }> {
    return this.pass(split, true);
  }

  private async pass(split: Split, withPeaks: boolean): Promise<Score & { readonly peaks: readonly Float32Array[] }> {
    const order = inOrder(split.rows);
    const peaks = this.hidden.map((name) =>
      new Float32Array((this.probe.getLayer(name).output as SymbolicTensor).shape[1] as number).fill(-Infinity),
    );
    let [loss, right] = [0, 0];
    for (let from = 0; from < split.rows; from += BATCH) {
      throwIfAborted(this.signal);
      const to = Math.min(split.rows, from + BATCH);
      this.tf.tidy(() => {
        const x = this.tf.tensor2d(split.batch(order, from, to), [to - from, this.probe.inputs[0]?.shape[1] as number]);
        const found = this.probe.predictOnBatch(x);
        const outputs = Array.isArray(found) ? found : [found];
        const [batchLoss, batchRight] = this.compare(outputs.at(-1) as Tensor, split.labels.subarray(from, to));
        loss += batchLoss;
        right += batchRight;
        if (withPeaks) peaks.forEach((peak, l) => raise(peak, this.tf.max(outputs[l], 0).dataSync() as Float32Array));
      });
    }
    return { loss: loss / split.rows, accuracy: right / split.rows, peaks };
  }

  /** Sum of the cross-entropies, and number of rows whose largest probability is that of the label (ties: the first class). */
  private compare(probabilities: Tensor, labels: Uint16Array): [number, number] {
    const { tf } = this;
    const truth = tf.tensor1d(Int32Array.from(labels), 'int32');
    const own = tf.sum(
      tf.mul(probabilities, tf.cast(tf.oneHot(truth, probabilities.shape[1] as number), 'float32')),
      1,
    );
    const loss = tf.neg(tf.sum(tf.log(tf.clipByValue(own, CLIP, 1 - CLIP)))).dataSync()[0];
    const guesses = tf.argMax(probabilities, 1).dataSync();
    return [loss, labels.reduce((sum, label, i) => sum + (guesses[i] === label ? 1 : 0), 0)];
  }
}

function raise(peak: Float32Array, values: Float32Array): void {
  values.forEach((value, i) => (peak[i] = Math.max(peak[i], value)));
}
