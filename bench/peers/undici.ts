import { createHmac, createSecretKey } from 'node:crypto';
import { Agent } from 'undici';
import { serveCalls } from '../process/calls.ts';
import { startCpu } from '../process/cpu.ts';
import { epoch, sampleUpdate } from '../servers/sample.ts';

/** Signed POSTs with nothing on top: no log, no order, no cursor, no time limit, no guard. */
const agent = new Agent({ connections: 64 });
const key = createSecretKey(Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'));

function signed(seq: number): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const update = sampleUpdate(seq);
  const body = JSON.stringify({
    type: 'status.updated',
    timestamp: update.occurredAt,
    data: update,
    previousSeq: seq - 1,
  });
  const id = `upd_${epoch}_${seq}`;
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Statuswire',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return { headers, body };
}

function dispatch(origin: string, seq: number): Promise<void> {
  return new Promise((resolve, reject) => {
    agent.dispatch(
      { origin, path: '/', method: 'POST', ...signed(seq) },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(),
        onResponseError: (_, e) => reject(e),
      },
    );
  });
}

async function viaFetch(origin: string, seq: number): Promise<void> {
  const answer = await fetch(origin, { method: 'POST', ...signed(seq) });
  await answer.arrayBuffer();
}

serveCalls({
  async post(how: 'dispatch' | 'fetch', origin: string, count: number, together: number) {
    const post = how === 'dispatch' ? dispatch : viaFetch;
    const cpu = startCpu();
    let left = count;
    await Promise.all(
      Array.from({ length: together }, async () => {
        while (left > 0) {
          left -= 1;
          await post(origin, count - left);
        }
      }),
    );
    return cpu();
  },
});
