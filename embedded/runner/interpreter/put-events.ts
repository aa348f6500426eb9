import { z } from 'zod';
import type { Json } from '../../../core/contract.ts';
import type { Environment } from './environment.ts';
import { StateFailure } from './failure.ts';

const json: z.ZodType<Json> = z.json();

/** What `events:putEvents` takes (aws-facts §3). `EventBusName` means nothing here: there is one bus. */
const parameters = z.object({
  Entries: z
    .array(
      z.object({
        Detail: json,
        DetailType: z.string().min(1).max(128),
        Source: z.string().min(1),
        Resources: z.array(z.string()).default([]),
      }),
    )
    .min(1)
    .max(10),
});

function detailOf(detail: Json): Json {
  if (typeof detail !== 'string') return detail;
  try {
    return JSON.parse(detail);
  } catch {
    throw new StateFailure('EventBridge.FailedEntry', 'Detail is no JSON');
  }
}

/** Does a Task with the resource `states:::events:putEvents`: emits its entries as EventBridge events. */
export async function putEvents(env: Environment, input: Json): Promise<Json> {
  const parsed = parameters.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new StateFailure('EventBridge.FailedEntry', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const entries = parsed.data.Entries.map(({ Detail, DetailType, Source, Resources }) => ({
    detail: detailOf(Detail),
    detailType: DetailType,
    source: Source,
    resources: Resources,
  }));
  const ids = await Promise.all(entries.map((entry) => env.putEvent(entry)));
  return { Entries: ids.map((id) => ({ EventId: id })), FailedEntryCount: 0 };
}
