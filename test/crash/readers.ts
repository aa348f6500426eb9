import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
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

/** Counts what is wrong with an update that follows `before`, the seq handed over last (0: none). */
export function countFault(
  faults: Faults,
  before: number,
  { seq, skipped }: { readonly seq: number; readonly skipped: boolean },
): void {
  if (skipped) faults.skipped += 1;
  else if (seq === before) faults.repeated += 1;
  else if (seq < before) faults.reordered += 1;
  else faults.lost += seq - before - 1;
}

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
      countFault(faults, before, update);
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
  /** Deliveries that said themselves that history before them is gone (S32). */
  readonly skipped: () => number;
  /** Highest seq taken so far, by `workflow/id`. */
  readonly taken: ReadonlyMap<string, number>;
  /** Deliveries that came again after a crash, under the same webhook-id: allowed on the wire. */
  readonly again: () => number;
  close(): Promise<void>;
}

/** What a partner answers to a delivery, and after how long; only 2xx is taken. */
export type Behave = (payload: WebhookPayload, messageId: string) => { readonly status: number; readonly ms: number };

const prompt: Behave = () => ({ status: 204, ms: 0 });

export interface Partner {
  /** @default takes everything at once */
  readonly behave?: Behave;
  /** Its endpoint has a filter: `previousSeq` alone tells whether something is missing. */
  readonly filtered?: boolean;
  /** History is gone before it comes: a gap that says so is none (S32). */
  readonly trimmed?: boolean;
}

/** A partner that takes each webhook-id once, and counts what comes out of order or leaves a gap. */
export async function webhookReader(
  faults: Faults,
  { behave = prompt, filtered = false, trimmed = false }: Partner = {},
): Promise<WebhookReader> {
  const taken = new Map<string, number>();
  const seen = new Set<string>();
  let again = 0;
  let skips = 0;
  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    if (text === null) return;
    const payload = JSON.parse(text) as WebhookPayload;
    const messageId = String(request.headers['webhook-id']);
    const { status, ms } = behave(payload, messageId);
    if (ms > 0) await delay(ms);
    if (status >= 200 && status <= 299) take(payload, messageId);
    response.writeHead(status).end();
  });
  function take({ data, previousSeq, skipped }: WebhookPayload, messageId: string): void {
    const name = `${data.workflow}/${data.id}`;
    const before = taken.get(name) ?? 0;
    if (seen.has(messageId)) again += 1;
    else if (data.seq <= before) faults.reordered += 1;
    else if (skipped && trimmed && data.seq > before + 1) skips += 1;
    else if (skipped) faults.skipped += 1;
    else if ((previousSeq ?? 0) !== before || (!filtered && data.seq !== before + 1))
      faults.lost += data.seq - before - 1 || 1;
    seen.add(messageId);
    taken.set(name, Math.max(before, data.seq));
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    again: () => again,
    skipped: () => skips,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** null when the sender died in the middle. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString();
}
