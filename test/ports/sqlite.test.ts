import { expect, it } from 'vitest';
import { openStore } from '../../embedded/store/index.ts';
import { makeChange } from '../support/make-update.ts';
import { hastyTimer, openFileStore, untimed } from '../support/sqlite-ports.ts';
import { deliveriesSuite } from './deliveries-suite.ts';
import { intakesSuite } from './intakes-suite.ts';
import { logListSuite } from './log-list-suite.ts';
import { logModelSuite } from './log-model-suite.ts';
import { logReadSuite } from './log-read-suite.ts';
import { logSuite } from './log-suite.ts';
import { onCommittedSuite } from './on-committed-suite.ts';
import { type OpenPorts, recordingListener, shortly } from './opened.ts';
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

it('S33: SQLite tells what one call commits in one call, since it is one group', async () => {
  const store = await openFileStore();
  const { listener, calls, told, until } = recordingListener();
  await store.start(listener);
  await store.log.commit(Array.from({ length: 50 }, (_, n) => makeChange({ id: `x${n}`, count: 2 })));
  await until(100);
  expect(calls).toHaveLength(1);
  expect(shortly(told()).slice(0, 4)).toEqual(['x0#1', 'x0#2', 'x1#1', 'x1#2']);
  await store.close();
});
