import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startReceiver } from '../../handlers/egress/receiver.ts';
import { eventually } from '../../support/eventually.ts';
import { serviceKit } from '../../support/service-kit.ts';

it('--hold-webhooks calls nobody and loses nothing: what is due goes out after a start without it', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'statuswire-held-'));
  const receiver = await startReceiver();
  const held = await serviceKit({ dataFolder, holdWebhooks: true });
  try {
    const { call, updatesOf } = held;
    expect((await call('/webhooks', { body: { url: receiver.origin } })).status).toBe(201);
    expect((await call('/executions/orders', { body: { id: 'order-1' } })).status).toBe(202);
    await eventually(async () => expect((await call('/status/orders/order-1')).body.done).toBe(true));
    const updates = await updatesOf('orders', 'order-1');
    expect((await call('/healthz')).body).toEqual({ status: 'degraded', problems: ['webhooks-held'] });
    const { body: metrics } = await call('/metrics');
    expect(metrics).toContain('statuswire_problem{problem="webhooks-held"} 1');
    expect(metrics).toMatch(/statuswire_queue_depth\{queue="webhook"\} 1\n/);
    expect(metrics).not.toMatch(/statuswire_oldest_undelivered_seconds\{channel="webhook"\} 0\n/);
    await held.service.stop();
    expect(receiver.received).toEqual([]);

    const freed = await serviceKit({ dataFolder });
    try {
      await eventually(() => expect(receiver.received).toHaveLength(updates.length));
      expect(receiver.received.map(({ body }) => JSON.parse(body).data.seq)).toEqual(updates.map(({ seq }) => seq));
      expect((await freed.call('/healthz')).body).toEqual({ status: 'ok' });
    } finally {
      await freed.service.stop();
    }
  } finally {
    await held.service.stop();
    await receiver.close();
    rmSync(dataFolder, { recursive: true });
  }
});
