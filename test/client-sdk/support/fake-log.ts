import { createTestLog, type TestLog } from '../../../client-sdk/src/testing/log.ts';

export type FakeLog = TestLog;

/** The testing kit's log, at a time that stands still. */
export const createFakeLog = (workflow = 'orders', id = 'order-1'): FakeLog =>
  createTestLog(workflow, id, () => Date.UTC(2026, 10, 20, 10));
