import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { type Call, insist } from '../../crash/calls.ts';
import { progressEvent, statusChange } from '../../support/aws-shapes.ts';

/** What a reader saw who lives beside all the bad input. */
export interface HeartBeat {
  /** Milliseconds from the sending of each event so far to its update. */
  readonly delaysMs: readonly number[];
  /** Ends it; resolves when the last beat has arrived. Milliseconds from the sending of each event to its update. */
  stop(): Promise<{ readonly seqs: readonly number[]; readonly delaysMs: readonly number[] }>;
}

const beatMs = 50;
const id = 'beat';
export const pulse = `subscription { statusChanged(workflow: "pulse", id: "${id}") { seq progress { message } } }`;

/** One execution that reports something every 50 ms, and one subscriber of it. */
export async function startHeartBeat(url: string, token: string, call: Call): Promise<HeartBeat> {
  const seqs: number[] = [];
  const delaysMs: number[] = [];
  const sentAt: number[] = [];
  const began = Date.now();
  await insist(call, 200, 'POST', '/events', statusChange({ workflow: 'pulse', id, startDate: began }));
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  socket.on('message', (data) => {
    const { payload } = JSON.parse(String(data));
    const { seq, progress } = payload.data.statusChanged;
    seqs.push(seq);
    delaysMs.push(performance.now() - (sentAt[Number(progress.message)] ?? 0));
  });
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: pulse } }));

  let stopped = false;
  const beating = (async () => {
    for (let beat = 0; !stopped; beat += 1) {
      sentAt[beat] = performance.now();
      const event = progressEvent({ workflow: 'pulse', id, message: String(beat), sequence: beat, at: Date.now() });
      await insist(call, 200, 'POST', '/events', event);
      await delay(beatMs);
    }
  })();
  return {
    delaysMs,
    async stop() {
      stopped = true;
      await beating;
      for (const until = Date.now() + 5_000; seqs.length < sentAt.length - 1 && Date.now() < until; ) await delay(20);
      socket.terminate();
      return { seqs, delaysMs };
    },
  };
}
