export {
  createTestClock as createFakeClock,
  type TestClock as FakeClock,
} from '../../../client-sdk/src/testing/clock.ts';
