import { activationsChapter } from './activations.js';
import { classesChapter } from './classes.js';
import { componentsChapter } from './components.js';
import { confusionChapter } from './confusion.js';
import { datasetChapter } from './dataset.js';
import { drawPadChapter } from './pad.js';
import { errorsChapter } from './errors.js';
import { filesChapter } from './files.js';
import { historyChapter } from './history.js';
import { importancesChapter } from './importances.js';
import { mapsChapter } from './maps.js';
import { metricsChapter } from './metrics.js';
import { modelChapter } from './model.js';
import { nodesChapter } from './nodes.js';
import { probabilitiesChapter } from './probabilities.js';
import { trustChapter } from './trust.js';
import type { Chapter, LateChapter } from './section.js';

/** The chapters of a report, in any order here; each has its place by its number. */
const all: readonly (Chapter | LateChapter)[] = [
  classesChapter,
  metricsChapter,
  { id: 'comparison', order: 150, title: 'Other experiments', late: true },
  historyChapter,
  confusionChapter,
  errorsChapter,
  drawPadChapter,
  probabilitiesChapter,
  trustChapter,
  importancesChapter,
  componentsChapter,
  modelChapter,
  activationsChapter,
  nodesChapter,
  mapsChapter,
  datasetChapter,
  { id: 'times', order: 1400, title: 'Times', late: true },
  filesChapter,
];

/** The chapters of a report in their order. */
export const chapters = [...all].sort((a, b) => a.order - b.order);
