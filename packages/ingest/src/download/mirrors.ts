/**
 * Public copies of the four MNIST files, in the order of preference; `<mirror>/<file>.gz` is fetched.
 * Whatever a mirror sends is checked against the canonical SHA-256, so none has to be trusted.
 */
export const MNIST_MIRRORS: readonly string[] = [
  'https://ossci-datasets.s3.amazonaws.com/mnist',
  'https://storage.googleapis.com/cvdf-datasets/mnist',
  'https://azureopendatastorage.blob.core.windows.net/mnist',
  'https://raw.githubusercontent.com/fgnt/mnist/master',
];
