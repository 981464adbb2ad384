/** The stage that writes an experiment's page; by either name, as every stage package. */
export { stage, stage as default } from './stage.js';
/** Checked parameters of the stage. */
export type { ReportParams } from './params.js';
export { renderTimes, type StageTime } from './study/times.js';
/** What of a study's expectations was missed, for the top of an experiment's page. */
export { renderUnmet } from './sections/opening.js';
export { renderComparison } from './study/comparison.js';
export { renderSeeds, type Seeds, type SeedSpread } from './study/seeds.js';
export { renderStudy, type StudyPage } from './study/study-page.js';
export { accuracyFigure, type StudyFigure } from './study/accuracy-plot.js';
export type { ComparedExperiment } from './study/compared.js';
