import type { ChannelFactory } from '../channel.ts';
import type { WatchedUpdate } from '../workflows.ts';
import { readBody } from './bytes.ts';
import { parseSecret } from './keys.ts';
import { createOnce } from './once.ts';
import { readPayload } from './payload.ts';
import { type Refusal, refused, type Verified } from './refusal.ts';
import { createSnsVerifier, isSns, type SnsOptions, type SubscriptionChanged } from './sns/verifier.ts';
import { createStandardVerifier } from './standard-webhooks.ts';
import { createWebhookChannel } from './webhook-channel.ts';

/** What came with an update. */
export interface Delivery {
  /** Stable over retries and replays, `upd_<epoch>_<seq>` (S31): an idempotency key. */
  readonly id: string;
  /** The seq this endpoint got before of the same log; null for the first, and over SNS. */
  readonly previousSeq: number | null;
}

/** What a receiver did with a request, for logs and metrics. Holds no key and no payload. */
export type ReceiverEvent =
  | { readonly type: 'accepted'; readonly id: string }
  /** Authentic, and of a type that is none of ours: answered as accepted. */
  | { readonly type: 'ignored' }
  | Refusal
  /** `onUpdate` failed; the answer was 500, so the sender will repeat it. */
  | { readonly type: 'failed'; readonly id: string; readonly error: unknown }
  | SubscriptionChanged;

export interface WebhookReceiverOptions {
  /**
   * What the sender signs with: `whsec_…` (shared secret, `v1`) or `whpk_…` (Ed25519 public key, `v1a`); several while one
   * replaces another. @default none: only SNS is taken
   */
  readonly secret?: string | readonly string[] | undefined;
  /** Takes messages of SNS topics as well, or instead. @default none: refused */
  readonly sns?: SnsOptions;
  /**
   * Called with each update, in the order it comes in, and awaited before the answer: when it throws, or the process dies,
   * the sender repeats the update. Not called again for an id that succeeded before, among the last `rememberIds`; beyond
   * that, and after a restart, an update may come twice. The sender gives up waiting after 15 s.
   */
  readonly onUpdate?: (update: WatchedUpdate, delivery: Delivery) => unknown;
  /** @default 10000 */
  readonly rememberIds?: number;
  /** How far the time of a Standard Webhooks request may be from now, either side, in ms. @default 300000 */
  readonly toleranceMs?: number;
  /** Longer bodies are refused with 413. @default 262144 (256 KiB, what SNS sends at most; docs/webhooks.md) */
  readonly maxBodyBytes?: number;
  /** Told of every request. Must not throw. */
  readonly onEvent?: (event: ReceiverEvent) => void;
  /** Epoch milliseconds. @default the runtime's */
  readonly clock?: () => number;
}

export interface WebhookReceiver {
  /**
   * Answers one request, whose body must not have been read: 204 accepted, 400 unreadable, 401 not authentic, 403 an SNS
   * topic that is not expected, 405, 413, 415, 500 when `onUpdate` failed, 503 when AWS could not be asked. Never rejects.
   */
  handle(request: Request): Promise<Response>;
  /** The receiver as a push channel: `createStatusClient({ url, token, channels: [receiver.channel(), poll()] })`. */
  channel(): ChannelFactory;
}

type Content = Verified | SubscriptionChanged | Refusal;

/**
 * Receives the service's webhooks: Standard Webhooks 1.0.0, and SNS messages over HTTP/S. Throws a `TypeError` when a
 * secret or a topic is none, or when there is neither.
 *
 * @example
 * const receiver = createWebhookReceiver({ secret: process.env.WEBHOOK_SECRET, onUpdate: (update) => save(update) });
 * app.post('/hooks/status', (c) => receiver.handle(c.req.raw));
 */
export function createWebhookReceiver(options: WebhookReceiverOptions): WebhookReceiver {
  const { sns, onUpdate, onEvent, clock = Date.now, maxBodyBytes = 262_144, toleranceMs = 300_000 } = options;
  const keys = [options.secret ?? []].flat().map(parseSecret);
  if (keys.length === 0 && !sns) throw new TypeError('A webhook receiver needs a secret, or SNS topics.');
  const verifyStandard = createStandardVerifier({ keys, toleranceMs, clock });
  const verifySns = sns ? createSnsVerifier(sns, clock) : null;
  const once = createOnce(options.rememberIds ?? 10_000);
  const watches = createWebhookChannel();

  async function open(request: Request): Promise<Content> {
    const { method, headers } = request;
    if (method !== 'POST') return refused(405, 'Webhooks are sent with POST.');
    const ofSns = isSns(headers);
    const mediaType = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    // SNS says text/plain unless the subscription's delivery policy says otherwise.
    if (mediaType !== 'application/json' && !(ofSns && mediaType === 'text/plain')) {
      return refused(415, 'The body must be application/json.');
    }
    if (headers.has('content-encoding')) return refused(415, 'The body must come as it was signed, not encoded.');
    const body = await readBody(request, maxBodyBytes).catch(() => undefined);
    if (body === undefined) return refused(400, 'The body did not come whole.');
    if (body === null) return refused(413, `The body may have ${maxBodyBytes} bytes.`);
    if (!ofSns) return verifyStandard(headers, body);
    return verifySns ? verifySns(headers, body) : refused(403, 'SNS is not expected here.');
  }

  async function accept(content: Content): Promise<ReceiverEvent> {
    if (content.type !== 'verified') return content;
    const payload = readPayload(content.text);
    if (payload.type === 'other') return { type: 'ignored' };
    if (payload.type === 'unreadable') return refused(400, 'The body holds no update.');
    const { update, previousSeq } = payload;
    const id = content.id ?? `upd_${update.epoch}_${update.seq}`;
    // First, because watches sort out repetitions themselves and need not wait for the application.
    watches.publish(update);
    try {
      await once(id, () => onUpdate?.(update, { id, previousSeq }));
      return { type: 'accepted', id };
    } catch (error) {
      return { type: 'failed', id, error };
    }
  }

  return {
    async handle(request) {
      const event = await accept(await open(request));
      onEvent?.(event);
      return answer(event);
    },
    channel: watches.channel,
  };
}

function answer(event: ReceiverEvent): Response {
  if (event.type !== 'refused' && event.type !== 'failed') return new Response(null, { status: 204 });
  // RFC 9457. Of a failure nothing is told: it is the application's own affair.
  const [status, title] = event.type === 'failed' ? [500, 'The update was not taken.'] : [event.status, event.reason];
  const headers = { 'content-type': 'application/problem+json', ...(status === 405 && { allow: 'POST' }) };
  return new Response(JSON.stringify({ type: 'about:blank', title, status }), { status, headers });
}
