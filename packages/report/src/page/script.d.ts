/** The script of a report's page, bundled from `browser/`: a classic script in one text. */
export declare const SCRIPT: string;
