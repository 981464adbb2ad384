export { decodePicture, encodePng, MOST_PIXELS } from './decode.js';
export { luma, scaled, shrink, transpose, type Grey } from './grey.js';
export { readHeader, type PictureHeader } from './header.js';
export { encodeIndexedPng, type IndexedImage, type Rgba } from './indexed-png.js';
export { upright } from './orientation.js';
export { lumaOf, type Picture } from './picture.js';
export { resample, type RowReader, type Size } from './resample.js';
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
