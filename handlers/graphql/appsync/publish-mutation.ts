/**
 * What the service publishes with. AppSync hands subscribers only what this mutation selects, and everything else as
 * null, so it selects every field of `Update`; a test holds it to the schema.
 */
export const publishMutation = `mutation PublishStatus($update: UpdateInput!) {
  publishStatus(update: $update) {
    tenant
    workflow
    id
    epoch
    seq
    cursor
    kind
    status
    done
    state
    activeStates
    progress {
      percent
      message
    }
    output
    outputOmitted
    error {
      name
      cause
    }
    redriveCount
    startedAt
    stoppedAt
    occurredAt
    recordedAt
  }
}`;
