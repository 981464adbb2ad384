export { decodePicture, encodePng, MOST_PIXELS } from './decode.js';
export { readHeader, type PictureHeader } from './header.js';
export { findDigits, type FoundDigit, type Sheet } from './find.js';
export { type Judge } from './touching.js';
export { readingRows } from './order.js';
export { drawn, PEN, type Stroke } from './drawn.js';
export { boundsOf, formOf, normalise, type Box, type Form, type Ink } from './normalise.js';
export { luma, shrink, upright, type Grey, type Picture } from './picture.js';
export { penWidth, thickened } from './pen.js';
export {
  backdropOf,
  laidOn,
  lightOf,
  vanishesOn,
  visibleOf,
  wantedBackdrop,
  type Backdrop,
  type Visible,
} from './transparency.js';
export { annotated, type Note } from './annotate.js';
export { UNLIKE, type Familiarity } from './familiarity.js';
export { TrainingSet } from './training-set.js';
export { loudest, toCsv, toText, type Reading, type Voice } from './reading.js';
export { scoreReadings, type LabelScore } from './score.js';
