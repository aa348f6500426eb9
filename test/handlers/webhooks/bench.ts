import { emptyBook } from '../../../core/book.ts';
import type { Update } from '../../../core/contract.ts';
import { encodeCursor } from '../../../core/cursor.ts';
import type { Book, Head } from '../../../core/head.ts';
import type { DeliveryKey, Log, LogKey } from '../../../core/ports.ts';
import type { Endpoint } from '../../../core/webhook.ts';
import { openStore, type Store } from '../../../embedded/store/index.ts';
import { createDeliverer, type DelivererOptions } from '../../../handlers/webhooks/deliver.ts';
import { createFanOut } from '../../../handlers/webhooks/fan-out.ts';
import type { SendOutcome, SendRequest } from '../../../handlers/webhooks/send.ts';

export const epoch1 = '01JD0000000000000000000001';
export const epoch2 = '01JD0000000000000000000002';
export const orderKey: LogKey = { workflow: 'orders', id: 'order-1' };
export const startTime = Date.parse('2026-11-20T10:00:00.000Z');

export function updateOf(seq: number, change: Partial<Update> = {}): Update {
  const epoch = change.epoch ?? epoch1;
  const at = new Date(startTime + seq * 1000).toISOString();
  return {
    tenant: 'default',
    ...orderKey,
    epoch,
    seq,
    cursor: encodeCursor({ epoch, seq }),
    kind: 'state',
    status: 'RUNNING',
    done: false,
    state: `State${seq}`,
    activeStates: [`State${seq}`],
    progress: null,
    output: null,
    outputOmitted: false,
    error: null,
    redriveCount: 0,
    startedAt: at,
    stoppedAt: null,
    occurredAt: at,
    recordedAt: at,
    ...change,
  };
}

export function updatesOf(from: number, to: number, change: Partial<Update> = {}): readonly Update[] {
  return Array.from({ length: to - from + 1 }, (_, index) => updateOf(from + index, change));
}

const book: Book = { ...emptyBook, attempt: 0 };

/** Commits the updates; the head follows the last of them. */
export async function append(log: Log, updates: readonly Update[], change: Partial<Head> = {}): Promise<void> {
  const last = updates.at(-1);
  if (!last) throw new Error('nothing to append');
  const key = { workflow: last.workflow, id: last.id };
  const [stored] = await log.load([key]);
  const expectedVersion = stored?.version ?? 0;
  const head: Head = {
    ...key,
    version: expectedVersion + 1,
    tenant: last.tenant,
    epoch: last.epoch,
    seq: last.seq,
    last,
    run: null,
    book,
    held: [],
    formerRuns: [],
    dueAt: null,
    expiresAt: null,
    goneUntil: null,
    ...change,
  };
  const outcome = await log.commit([{ key, expectedVersion, head, updates }]);
  if (outcome[0] !== 'ok') throw new Error('conflict');
}

export function endpointOf(change: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'ep_1',
    tenant: 'default',
    url: 'https://hooks.example.com/orders',
    filter: {},
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    createdAt: 0,
    description: '',
    ...change,
  };
}

export const deliveryKey: DeliveryKey = { endpointId: 'ep_1', ...orderKey };

export type Answer = (request: SendRequest) => SendOutcome | Promise<SendOutcome>;
export const ok: SendOutcome = { type: 'answered', status: 204, retryAfter: null };
export const status = (code: number, retryAfter: string | null = null): SendOutcome => ({
  type: 'answered',
  status: code,
  retryAfter,
});

export interface Bench {
  readonly store: Store;
  /** Epoch milliseconds; the test moves it. */
  readonly time: { now: number };
  readonly requests: SendRequest[];
  /** What the endpoint answers; the test may change it. */
  readonly endpoint: { answer: Answer };
  /** Appends and fans out. */
  publish(updates: readonly Update[], change?: Partial<Head>): Promise<readonly DeliveryKey[]>;
  /** A deliverer on the store, with ports replaced where the test says so. */
  deliverer(change?: Partial<DelivererOptions>): ReturnType<typeof createDeliverer>;
}

/** The SQLite store, a clock that stands still, and an endpoint that accepts everything until told otherwise. */
export function createBench(): Bench {
  const store = openStore({ file: ':memory:' });
  const time = { now: startTime + 3_600_000 };
  const clock = () => time.now;
  const requests: SendRequest[] = [];
  const endpoint: { answer: Answer } = { answer: () => ok };
  const { log, endpoints, deliveries } = store;
  const fanOut = createFanOut({ endpoints, deliveries, clock });
  return {
    store,
    time,
    requests,
    endpoint,
    async publish(updates, change) {
      await append(log, updates, change);
      return fanOut(updates);
    },
    deliverer: (change = {}) =>
      createDeliverer({
        log,
        endpoints,
        deliveries,
        clock,
        random: () => 0,
        async send(request) {
          requests.push(request);
          return endpoint.answer(request);
        },
        ...change,
      }),
  };
}

/** The seqs that were posted, in order. */
export function seqs(requests: readonly SendRequest[]): readonly number[] {
  return requests.map(({ body }) => JSON.parse(body).data.seq);
}

/** `previousSeq` of each post, in order. */
export function previousSeqs(requests: readonly SendRequest[]): readonly (number | null)[] {
  return requests.map(({ body }) => JSON.parse(body).previousSeq);
}
