/** Every field of an update. */
export const selection = `{
  tenant workflow id epoch seq cursor kind status done state activeStates progress { percent message }
  output outputOmitted error { name cause } redriveCount startedAt stoppedAt occurredAt recordedAt
}`;
