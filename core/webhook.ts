import type { Kind, Status, Update } from './contract.ts';

/** Which updates an endpoint wants; an absent list lets everything through. */
export interface EndpointFilter {
  readonly workflows?: readonly string[];
  readonly kinds?: readonly Kind[];
  readonly statuses?: readonly Status[];
}

/** A registered webhook. */
export interface Endpoint {
  /** ULID, prefixed `ep_`. */
  readonly id: string;
  readonly tenant: string;
  readonly url: string;
  readonly filter: EndpointFilter;
  /** `whsec_` + base64 of 32 random bytes (Standard Webhooks 1.0.0). Shown once, at registration. */
  readonly secret: string;
  /** Epoch milliseconds. Where it begins in the logs: see `Endpoints.byPosition`, `begins` (S31). */
  readonly createdAt: number;
  readonly description: string;
}

/**
 * How far the clocks of those who record updates and of those who register endpoints may lie apart. Where times decide,
 * rather a few updates from before the registration are sent than one lost (S31).
 */
export const beginToleranceMs = 5_000;

/** Was an update recorded after the endpoint began, as far as times can tell? */
export const begins = ({ createdAt }: Endpoint, { recordedAt }: Update): boolean =>
  Date.parse(recordedAt) >= createdAt - beginToleranceMs;

export function wantsWorkflow(filter: EndpointFilter, workflow: string): boolean {
  return filter.workflows === undefined || filter.workflows.includes(workflow);
}

export function wants(filter: EndpointFilter, update: Update): boolean {
  return (
    wantsWorkflow(filter, update.workflow) &&
    (filter.kinds === undefined || filter.kinds.includes(update.kind)) &&
    (filter.statuses === undefined || filter.statuses.includes(update.status))
  );
}

/** Body of a delivery (design §4, S31, S32). `previousSeq`: what this endpoint got before, of the same epoch. */
export interface WebhookPayload {
  readonly type: 'status.updated';
  /** When it happened at the source, ISO 8601. */
  readonly timestamp: string;
  readonly data: Update;
  readonly previousSeq: number | null;
  /** History between `previousSeq` and `data` was trimmed. */
  readonly skipped?: true;
}
