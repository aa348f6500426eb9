import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStatusClient } from '../../client-sdk/src/index.ts';
import type { WebhookPayload } from '../../core/webhook.ts';

/** What was wrong with what a reader got. */
export interface Faults {
  lost: number;
  repeated: number;
  reordered: number;
  skipped: number;
}

export const noFaults = (): Faults => ({ lost: 0, repeated: 0, reordered: 0, skipped: 0 });

export interface Readers {
  /** Resolves with how many executions were read to their end, when all were. */
  readonly done: Promise<number>;
  close(): void;
}

/** Watches executions through one channel, from before they exist until they end, and counts faults. */
export function watchAll(
  url: string,
  token: string,
  channels: 'polling' | 'subscription',
  ids: readonly string[],
  faults: Faults,
): Readers {
  const client = createStatusClient({ url, token, channels });
  const readOne = async (id: string): Promise<void> => {
    let before = 0;
    for await (const update of client.watch('orders', id, { notFoundAfterMs: Number.POSITIVE_INFINITY })) {
      if (update.skipped) faults.skipped += 1;
      else if (update.seq === before) faults.repeated += 1;
      else if (update.seq < before) faults.reordered += 1;
      else if (update.seq > before + 1) faults.lost += update.seq - before - 1;
      before = update.seq;
      if (update.done) return;
    }
    throw new Error(`${id}: the ${channels} reader ended before the execution did`);
  };
  const done = Promise.all(ids.map(readOne)).then(() => ids.length);
  done.catch(() => undefined);
  return { done, close: () => client.close() };
}

export interface WebhookReader {
  readonly url: string;
  /** Highest seq taken so far, by execution. */
  readonly taken: ReadonlyMap<string, number>;
  /** Deliveries that came again after a crash, under the same webhook-id: allowed on the wire. */
  readonly again: () => number;
  /** Resolves when the execution's last update was taken. */
  close(): Promise<void>;
}

/** A partner that takes each webhook-id once, and counts what comes out of order or leaves a gap. */
export async function webhookReader(faults: Faults): Promise<WebhookReader> {
  const taken = new Map<string, number>();
  const seen = new Set<string>();
  let again = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { data, previousSeq } = JSON.parse(Buffer.concat(chunks).toString()) as WebhookPayload;
    const messageId = String(request.headers['webhook-id']);
    const before = taken.get(data.id) ?? 0;
    if (seen.has(messageId)) again += 1;
    else if (data.seq <= before) faults.reordered += 1;
    else if (data.seq !== before + 1 || (previousSeq ?? 0) !== before) faults.lost += data.seq - before - 1 || 1;
    seen.add(messageId);
    taken.set(data.id, Math.max(before, data.seq));
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    again: () => again,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
