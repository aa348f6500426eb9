import WebSocket from 'ws';
import { type Call, repeat } from '../crash/calls.ts';
import { progressEvent, statusChange } from '../support/aws-shapes.ts';
import { send } from './cloud-runs.ts';
import type { Gone } from './gone.ts';
import { openSocket, type RawOptions, subscribe } from './raw-sockets.ts';

const fence = { workflow: 'cloud', id: 'e-fence' };

/**
 * Subscribes to what is gone and sends its late facts: nothing may come (S4). An execution that lives is subscribed to on
 * the same socket: once its next update is there, so would be what came before it.
 */
export async function faultsOfSubscribers(
  call: Call,
  gone: readonly Gone[],
  options: Pick<RawOptions, 'url' | 'token'>,
  now: number,
): Promise<readonly string[]> {
  const socket = await openSocket(options);
  if (!socket) return ['no socket for the subscribers of what is gone'];
  const heard: string[] = [];
  let fences = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as { readonly type: string; readonly id?: string };
    if (message.type === 'connection_ack') {
      for (const { workflow, id } of [...gone, fence])
        subscribe(socket, id, `subscription { statusChanged(workflow: "${workflow}", id: "${id}") { id seq } }`);
    } else if (message.id === fence.id && message.type === 'next') fences += 1;
    else if (message.id !== undefined) heard.push(`gone, but its subscriber got ${String(data)}`);
  });
  let sequence = 0;
  const nextFence = async (): Promise<void> => {
    const before = fences;
    await repeat(async () => {
      sequence += 1;
      await send(call, [progressEvent({ ...fence, sequence, message: `${sequence}`, at: now })]);
      return fences > before || null;
    });
  };
  await send(call, [statusChange({ ...fence, startDate: now - 1_000 })]);
  await nextFence();
  for (const { late } of gone) await send(call, late);
  await nextFence();
  if (socket.readyState !== WebSocket.OPEN) heard.push('the socket of the subscribers was closed');
  socket.close();
  return heard;
}
