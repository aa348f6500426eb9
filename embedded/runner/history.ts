import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Json } from '../../core/contract.ts';
import type { Place } from './place.ts';

/** What stands under `details`; numbers as text, as everywhere in these records. */
export type HistoryDetails = { readonly [key: string]: Json };

/**
 * One record of an execution's history as Step Functions logs it at level ALL without execution data, which is AWS's
 * default (aws-facts §2.1): inputs, outputs and parameters are not in it.
 */
export interface HistoryRecord {
  readonly id: string;
  readonly type: string;
  readonly details: HistoryDetails;
  readonly previous_event_id: string;
  readonly event_timestamp: string;
  readonly execution_arn: string;
  readonly redrive_count: string;
}

/** The payloads are a few KB: zlib's usual 256 KB of buffers per call would cost more than the compression. */
const smallGzip = { memLevel: 4, windowBits: 12, chunkSize: 2048 } as const;

/** CloudWatch Logs' event ids have 56 digits; this one is the same whenever the record is the same. */
function logEventId({ execution_arn, redrive_count, id }: HistoryRecord): string {
  const digits = hash('sha256', `${execution_arn} ${redrive_count} ${id}`).slice(0, 46);
  return BigInt(`0x${digits}`).toString().padStart(56, '0');
}

/** The records as a CloudWatch Logs subscription delivers them: base64 of gzip of JSON (aws-facts §2.3). */
export function logsPayload(
  records: readonly HistoryRecord[],
  { place, workflow }: { readonly place: Place; readonly workflow: string },
): { readonly awslogs: { readonly data: string } } {
  const hour = new Date(Number(records[0]?.event_timestamp ?? 0)).toISOString().slice(0, 13).replace('T', '-');
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: place.account,
    logGroup: `/aws/vendedlogs/states/${workflow}`,
    logStream: `states/${workflow}/${hour}/00000000`,
    subscriptionFilters: ['statuswire'],
    logEvents: records.map((record) => ({
      id: logEventId(record),
      timestamp: Number(record.event_timestamp),
      message: JSON.stringify(record),
    })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(message), smallGzip).toString('base64') } };
}
