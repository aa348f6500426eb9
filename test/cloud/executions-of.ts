import { gunzipSync } from 'node:zlib';
import type { Execution } from '../contract/deployment.ts';

/** The executions that an event names, by the ARNs in it; of CloudWatch Logs, in what is packed there. */
export function executionsOf(event: unknown): readonly Execution[] {
  const { awslogs } = event as { readonly awslogs?: { readonly data: string } };
  const text = awslogs ? gunzipSync(Buffer.from(awslogs.data, 'base64')).toString() : JSON.stringify(event);
  const found = text.matchAll(/:execution:([^:"\\]+):([^:"\\]+)/g);
  return [...new Map([...found].map(([arn, workflow = '', id = '']) => [arn, { workflow, id }])).values()];
}
