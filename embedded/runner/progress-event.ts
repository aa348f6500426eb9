import type { Json } from '../../core/contract.ts';
import type { JsonObject } from '../workflows/asl.ts';
import type { ProgressReport } from '../workflows/task-handler.ts';
import { machineArn, type Place } from './place.ts';
import type { Run } from './run.ts';
import { type EventBridgeEvent, eventTime } from './status-event.ts';

/** S11. */
export const progressDetailType = 'Statuswire Progress';
/** S11. */
const longestMessage = 280;

/** One entry of `events:putEvents` (aws-facts §3), as far as it decides what is delivered. */
export interface PutEventsEntry {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Json;
  readonly resources: readonly string[];
}

/** The event EventBridge delivers for an entry. Step Functions appends its machine and execution to the resources. */
export function putEvent(
  entry: PutEventsEntry,
  run: Run,
  { place, eventId, now }: { readonly place: Place; readonly eventId: string; readonly now: number },
): EventBridgeEvent {
  return {
    version: '0',
    id: eventId,
    'detail-type': entry.detailType,
    source: entry.source,
    account: place.account,
    time: eventTime(now),
    region: place.region,
    resources: [...entry.resources, machineArn(place, run.workflow), run.arn],
    detail: entry.detail !== null && typeof entry.detail === 'object' ? entry.detail : {},
  };
}

/**
 * A handler's report as the detail of a progress event (S11); null when nothing in it can be shown. A percent out of
 * range is brought into it and a long message cut, because a report must not fail the work it reports on.
 */
export function progressDetail(report: ProgressReport, sequence: number, redriveCount: number): JsonObject | null {
  const { percent, message } = report;
  const shown: { percent?: number; message?: string } = {};
  if (typeof percent === 'number' && Number.isFinite(percent)) shown.percent = Math.min(100, Math.max(0, percent));
  if (typeof message === 'string' && message !== '') {
    // Not in the middle of a surrogate pair.
    shown.message = message.slice(0, longestMessage).replace(/[\uD800-\uDBFF]$/, '');
  }
  return Object.keys(shown).length === 0 ? null : { ...shown, sequence, redriveCount };
}
