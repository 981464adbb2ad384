import type { TrainedNet } from '@layerwise/nets';

/** A file of an export. */
export interface ExportedFile {
  /** With `/` for a folder. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** The net's own files, as its artifact holds them. */
export interface LayersModelFiles {
  readonly model: Uint8Array;
  readonly weights: Uint8Array;
}

/** A format that a net can be exported to. */
export interface ExportFormat {
  /** What `--format` takes. */
  readonly id: string;
  /** The file that a user opens. */
  readonly title: string;
  /** What is written in the README: what the file takes, what it gives, how to open it. */
  readonly usage: (net: TrainedNet) => string;
  readonly files: (net: TrainedNet, own: LayersModelFiles) => readonly ExportedFile[];
}
