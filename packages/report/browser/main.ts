// The script of a report's page. A chapter that is not on the page has nothing for it to find.
import { boxGrids } from './box-grids.js';
import { confusionImages } from './confusion.js';
import { drawPad } from './draw-pad.js';
import { landOnChapters, unfoldForPrint } from './landing.js';
import { hoverMaps } from './maps.js';
import { nodeExplorers } from './node-explorer.js';
import { classPanels } from './rivals.js';

classPanels();
hoverMaps();
confusionImages();
boxGrids();
nodeExplorers();
drawPad();
landOnChapters();
unfoldForPrint();
