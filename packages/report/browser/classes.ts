import { classColour } from '../src/page/colours.js';
import { json } from './elements.js';

/** Names of the classes, as figures have them. */
export const names: readonly string[] = json<string[]>('class-names') ?? [];
/** Their colours. */
export const colours: readonly string[] = names.map((_, c) => classColour(c));
