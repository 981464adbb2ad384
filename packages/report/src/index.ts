/** The stage that writes an experiment's page; by either name, as every stage package. */
export { stage, stage as default } from './stage.js';
/** Parameters of the stage: the table, and its values once checked. */
export { params, type ReportParams } from './params.js';
/** Times and memory of the stages: known when a run is over, so put into the page then, as are the next three. */
export { renderTimes, type StageTime } from './study/times.js';
/** What of a study's expectations was missed, for the top of an experiment's page. */
export { renderUnmet } from './sections/opening.js';
/** The experiment among those of its study. */
export { renderComparison } from './study/comparison.js';
/** Figures over the seeds it was trained from. */
export { renderSeeds, type Seeds, type SeedSpread } from './study/seeds.js';
/** The page of a study, or of a comparison. */
export { renderStudy, type StudyPage } from './study/study-page.js';
/** What the source of a study prints, and how it is answered: by a figure of ours, a sentence, or a reason. */
export type { SourceFigures } from './study/source-section.js';
export type { MeasuredExperiment } from './study/measured.js';
/** The epochs that the source prints, on an experiment's page. */
export { renderSourceEpochs } from './study/source-curves.js';
/** The rules by which claims of a source are answered. */
export { ANSWER_RULES } from './study/source-answers.js';
/** Accuracy against the number of parameters. */
export { accuracyFigure, type StudyFigure } from './study/accuracy-plot.js';
/** What is compared of an experiment. */
export type { ComparedExperiment } from './study/compared.js';
