import { openStore } from '../../embedded/store/index.ts';
import { hastyTimer, openFileStore, untimed } from '../support/sqlite-ports.ts';
import { deliveriesSuite } from './deliveries-suite.ts';
import { intakesSuite } from './intakes-suite.ts';
import { logListSuite } from './log-list-suite.ts';
import { logModelSuite } from './log-model-suite.ts';
import { logReadSuite } from './log-read-suite.ts';
import { logSuite } from './log-suite.ts';
import { onCommittedSuite } from './on-committed-suite.ts';
import type { OpenPorts } from './opened.ts';
import { registersSuite } from './registers-suite.ts';

const engines: Record<string, OpenPorts> = {
  'SQLite, file': () => openFileStore(),
  'SQLite, memory': async () => openStore({ file: ':memory:', timer: hastyTimer, group: untimed }),
};

for (const [name, open] of Object.entries(engines)) {
  logSuite(name, open);
  logReadSuite(name, open);
  logListSuite(name, open);
  intakesSuite(name, open);
  deliveriesSuite(name, open);
  registersSuite(name, open);
}

logModelSuite('SQLite, memory', async () => openStore({ file: ':memory:', timer: hastyTimer, group: untimed }));
onCommittedSuite('SQLite, file', openFileStore);
