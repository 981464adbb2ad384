/** The style sheet of every page, bundled from `browser/styles/`. */
export declare const STYLE: string;
