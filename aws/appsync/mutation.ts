import type { Update } from '../../core/contract.ts';
import { fitUpdate } from '../../handlers/fanout/fit-update.ts';
import { publishMutation } from '../../handlers/graphql/appsync/publish-mutation.ts';

/**
 * AppSync delivers subscription payloads of 240 KB at most (AppSync endpoints and quotas); what wraps the update, under
 * the names that a subscriber gives it, has the rest.
 */
const maxPayloadBytes = 240_000 - 4_000;

/** `UpdateInput`: the update, its output as JSON text (AWSJSON, S27). */
function inputOf(update: Update) {
  return { ...update, output: update.output === null ? null : JSON.stringify(update.output) };
}

/** The body of the request that publishes an update, without its output where that is more than a subscriber can get. */
export function mutationBody(update: Update): string {
  const fits = (candidate: Update) => Buffer.byteLength(JSON.stringify(inputOf(candidate))) <= maxPayloadBytes;
  return JSON.stringify({ query: publishMutation, variables: { update: inputOf(fitUpdate(update, fits)) } });
}
