export { decodePicture, encodePng, MOST_PIXELS } from './decode.js';
export { readHeader, type PictureHeader } from './header.js';
export { findDigits, type FoundDigit, type Sheet } from './find.js';
export { readingRows } from './order.js';
export { boundsOf, formOf, normalise, type Box, type Form, type Ink } from './normalise.js';
export { luma, shrink, upright, type Grey, type Picture } from './picture.js';
export { penWidth, thickened } from './pen.js';
