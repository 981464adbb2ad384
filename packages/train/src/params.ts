export { netParams as params, type NetParams as TrainParams } from '@layerwise/contracts';
