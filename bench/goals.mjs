/**
 * The goals of each row of results: least ratio of the fastest peer whose name starts so to ours.
 * A row is judged by the fastest peer that starts from the same input: arrays in memory, nothing compiled or copied in
 * the measured time.
 */
export const goals = {
  train: [{ against: 'JAX', ratio: 1.8 }],
  ex4: [{ against: 'JAX', ratio: 1.05 }],
  'wide 800': [{ against: 'JAX', ratio: 1 }],
  'wide 1000-500': [{ against: 'JAX', ratio: 0.8 }],
  'wide 784-196': [{ against: 'JAX', ratio: 0.8 }],
  predict: [{ against: 'ONNX Runtime', ratio: 1.2 }],
  activations: [{ against: 'ONNX Runtime', ratio: 1.2 }],
  evaluate: [{ against: 'ONNX Runtime', ratio: 1.2 }],
  pca: [{ against: 'scikit-learn', ratio: 1.6 }],
  forest: [{ against: 'scikit-learn', ratio: 3.2 }],
  tsne: [
    { against: 'openTSNE', ratio: 5.4 },
    { against: 'scikit-learn', ratio: 20 },
  ],
  cold: [{ against: 'Python script', ratio: 1 }],
  cached: [{ against: 'DVC', ratio: 1 }],
};
