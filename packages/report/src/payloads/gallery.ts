/** The images that the page's script can show: one sheet, and what each of its images is. Numbers are base64 of little-endian arrays. */
export interface Gallery {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  /** PNG. */
  readonly sheet: string;
  /** uint8: place in train, validation, test. */
  readonly split: string;
  /** uint32. */
  readonly id: string;
  /** uint16. */
  readonly label: string;
  /** uint16. */
  readonly predicted: string;
  readonly maps: Readonly<Record<string, GalleryMap>>;
}

/** Hoverable points of one map: `entry` uint32 place in the gallery, `x` and `y` uint16 from 0 to 65535 across the plot, y downwards. */
export interface GalleryMap {
  readonly entry: string;
  readonly x: string;
  readonly y: string;
}
