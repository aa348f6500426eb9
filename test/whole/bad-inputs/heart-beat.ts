import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import WebSocket from 'ws';
import { type Call, insist } from '../../crash/calls.ts';
import { progressEvent, statusChange } from '../../support/aws-shapes.ts';
import { eventually } from '../../support/eventually.ts';

/** What a reader saw who lives beside all the bad input. */
export interface HeartBeat {
  /** Of the updates so far, in the order in which they came. */
  readonly seqs: readonly number[];
  /** Ends it; resolves with `seqs` when the last beat has arrived. */
  stop(): Promise<readonly number[]>;
}

const beatMs = 50;
const id = 'beat';
export const pulse = `subscription { statusChanged(workflow: "pulse", id: "${id}") { seq progress { message } } }`;

/** One execution that reports something every 50 ms, and one subscriber of it. */
export async function startHeartBeat(url: string, token: string, call: Call): Promise<HeartBeat> {
  const seqs: number[] = [];
  let sent = 0;
  const began = Date.now();
  await insist(call, 200, 'POST', '/events', statusChange({ workflow: 'pulse', id, startDate: began }));
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  socket.on('message', (data) => {
    const { payload } = JSON.parse(String(data));
    seqs.push(payload.data.statusChanged.seq);
  });
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: pulse } }));

  let stopped = false;
  const beating = (async () => {
    for (let beat = 0; !stopped; beat += 1) {
      const event = progressEvent({ workflow: 'pulse', id, message: String(beat), sequence: beat, at: Date.now() });
      await insist(call, 200, 'POST', '/events', event);
      sent += 1;
      await delay(beatMs);
    }
  })();
  return {
    seqs,
    async stop() {
      stopped = true;
      await beating;
      // The first may have come before the subscription.
      await eventually(() => expect(seqs.length).toBeGreaterThanOrEqual(sent - 1));
      socket.terminate();
      return seqs;
    },
  };
}
