import { gunzipSync } from 'node:zlib';
import type { HistoryRecord } from '../../../../embedded/runner/history.ts';
import type { EventBridgeEvent } from '../../../../embedded/runner/status-event.ts';

/** What is inside a CloudWatch Logs payload. */
export interface LogMessage {
  readonly messageType: string;
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly { readonly id: string; readonly timestamp: number; readonly message: string }[];
}

type Item = { readonly awslogs: { readonly data: string } } | EventBridgeEvent;

export function logMessage(item: unknown): LogMessage | null {
  const payload = item as Item;
  if (!('awslogs' in payload)) return null;
  return JSON.parse(gunzipSync(Buffer.from(payload.awslogs.data, 'base64')).toString('utf8'));
}

/** All history records in the items, in order. */
export function recordsIn(items: readonly unknown[]): readonly HistoryRecord[] {
  return items.flatMap((item) => logMessage(item)?.logEvents ?? []).map(({ message }) => JSON.parse(message));
}

/** `Type name` of every history record; an iteration with its index. */
export function storyOf(items: readonly unknown[]): readonly string[] {
  return recordsIn(items).map(({ type, details: { name, index } }) =>
    [type, name, index].filter((part) => part !== undefined).join(' '),
  );
}

function eventsOf(items: readonly unknown[], detailType: string): readonly EventBridgeEvent[] {
  const events = items.filter((item): item is EventBridgeEvent => !('awslogs' in (item as Item)));
  return events.filter((event) => event['detail-type'] === detailType);
}

export type Detail = Readonly<Record<string, unknown>>;

/** Details of the status-change events. */
export function statusesIn(items: readonly unknown[]): readonly Detail[] {
  return eventsOf(items, 'Step Functions Execution Status Change').map(({ detail }) => detail as Detail);
}

/** Details of the progress events. */
export function progressIn(items: readonly unknown[]): readonly Detail[] {
  return eventsOf(items, 'Statuswire Progress').map(({ detail }) => detail as Detail);
}

/** The last status-change event, as far as outcomes are about it. */
export function endIn(items: readonly unknown[]): Detail {
  const { status, error, cause, output } = statusesIn(items).at(-1) ?? {};
  return { status, error, cause, output: typeof output === 'string' ? JSON.parse(output) : output };
}
