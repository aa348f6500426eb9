/** A Statuswire service in memory, for tests of applications. No dependencies, no network, no waiting. */

export { createTestClock, type TestClock } from './clock.ts';
export type { Change, TestRun } from './run.ts';
export { createTestService, type TestRequest, type TestService } from './service.ts';
