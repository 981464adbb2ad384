export { componentParams, runComponents, type ComponentParams } from './components.js';
export { runForestSelection, type ForestParams, type GrownForest } from './forest.js';
export { runSelection, type Importances, type ReduceContext, type Source } from './selection.js';
