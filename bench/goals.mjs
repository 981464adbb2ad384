/** The goals of each row of results: least ratio of the fastest peer whose name starts so to ours. */
export const goals = {
  train: [{ against: 'the fastest peer', ratio: 6 }],
  ex4: [{ against: 'the fastest peer', ratio: 1 }],
  predict: [{ against: 'Keras', ratio: 2 }],
  activations: [{ against: 'Keras', ratio: 2 }],
  evaluate: [{ against: 'Keras', ratio: 2 }],
  pca: [
    { against: 'scikit-learn, auto', ratio: 2 },
    { against: 'the fastest peer', ratio: 1 },
  ],
  forest: [{ against: 'scikit-learn', ratio: 3 }],
  tsne: [
    { against: 'openTSNE', ratio: 2 },
    { against: 'scikit-learn', ratio: 10 },
  ],
  cold: [{ against: 'Python script', ratio: 8 }],
  cached: [{ against: 'DVC', ratio: 1 }],
};
