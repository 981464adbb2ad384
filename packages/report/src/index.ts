export { stage } from './stage.js';
export { stage as default } from './stage.js';
export type { ReportParams } from './params.js';
export { renderTimes, type StageTime } from './study/times.js';
export { renderComparison, renderSeeds } from './study/comparison.js';
export { renderStudy, type StudyPage } from './study/study-page.js';
export { accuracyFigure, type StudyFigure } from './study/accuracy-plot.js';
export type { ComparedExperiment } from './study/compared.js';
