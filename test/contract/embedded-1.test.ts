import { embedded, openEmbedded } from './embedded.ts';
import { contractSuite } from './suite.ts';
import { cellsOf, chosenOf, halfOf } from './table.ts';

contractSuite({ name: 'G6, embedded', open: openEmbedded, cells: halfOf(chosenOf(cellsOf(embedded)), 0) });
