import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookPayload } from '../../core/webhook.ts';
import { createSigner } from '../../handlers/webhooks/sign.ts';

export interface Receiver {
  readonly url: string;
  /** Deliveries signed otherwise are refused; known only after the registration. */
  setSecret(secret: string): void;
  close(): Promise<void>;
}

/** A partner's server in small: verifies each delivery (Standard Webhooks) and hands it over. Listens on loopback. */
export async function startReceiver(onPayload: (payload: WebhookPayload) => void): Promise<Receiver> {
  const sign = createSigner();
  let secret: string | null = null;
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        const verified = secret !== null && isSigned(request, body, secret, sign);
        if (verified) onPayload(JSON.parse(body) as WebhookPayload);
        response.writeHead(verified ? 204 : 401).end();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/status-updates`,
    setSecret: (text) => {
      secret = text;
    },
    close: () => closed(server),
  };
}

function isSigned(
  request: IncomingMessage,
  body: string,
  secret: string,
  sign: ReturnType<typeof createSigner>,
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string') return false;
  return sign(secret, { id, sentAt: Number(timestamp) * 1_000, body })['webhook-signature'] === signature;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
