import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { progressEvent, statusChange } from '../support/aws-shapes.ts';
import type { Ground } from './ground.ts';

/** What somebody who does nothing wrong met meanwhile. */
export interface Met {
  /** Milliseconds that 99 of 100 requests took at most. */
  readonly p99: number;
  readonly requests: number;
  readonly updates: number;
  /** Updates that a reader did not get, by what it read. */
  readonly lost: { readonly polling: number; readonly subscription: number };
  readonly refused: number;
}

/** Between two requests, and between two updates of what is watched, milliseconds. */
const paceMs = 20;
/** The readers may be behind; they are given so long to come up at the end. */
const graceMs = 10_000;

/** Asks, polls and watches an execution that moves all the time, until the work is over. */
export async function besideAnInnocent(ground: Ground, id: string, work: () => Promise<void>): Promise<Met> {
  const key = { workflow: 'innocent', id };
  const startDate = Date.now();
  await ground.send([statusChange({ ...key, startDate })]);
  const path = `${ground.url}/status/${key.workflow}/${key.id}`;
  const headers = { authorization: `Bearer ${ground.innocent}` };
  const [took, polled, pushed] = [[] as number[], new Set<number>(), new Set<number>()];
  let [over, refused, sent] = [false, 0, 1];

  const client = createClient({
    url: `${ground.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: ground.innocent },
    retryAttempts: Number.POSITIVE_INFINITY,
    keepAlive: 5_000,
  });
  const query = `subscription { statusChanged(workflow: "innocent", id: "${id}") { seq } }`;
  const stop = client.subscribe<{ statusChanged: { seq: number } }>(
    { query },
    {
      next: ({ data }) => data && pushed.add(data.statusChanged.seq),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  const asking = async (): Promise<void> => {
    while (!over) {
      const begun = performance.now();
      const answer = await fetch(path, { headers }).catch(() => null);
      await answer?.arrayBuffer().catch(() => null);
      took.push(performance.now() - begun);
      if (answer?.status !== 200) refused += 1;
      await pause(paceMs);
    }
  };
  const move = async (): Promise<void> => {
    const event = progressEvent({ ...key, at: startDate + 1_000, sequence: sent, percent: sent % 100 });
    // What is not taken is sent again, as AWS does.
    if ((await ground.send([event]).catch(() => 0)) === 200) sent += 1;
    await pause(paceMs);
  };
  const moving = async (): Promise<void> => {
    while (!over) await move();
  };
  let after = '';
  const poll = async (): Promise<void> => {
    const from = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
    const answer = await fetch(`${ground.url}/status/${key.workflow}/${id}/updates?limit=1000${from}`, { headers });
    if (answer.status !== 200) return;
    const page = (await answer.json()) as { updates?: readonly { seq: number }[]; next: string };
    for (const { seq } of page.updates ?? []) polled.add(seq);
    after = page.next;
  };
  const polling = async (): Promise<void> => {
    while (!over) {
      await poll().catch(() => undefined);
      await pause(10 * paceMs);
    }
  };

  // A subscription carries what comes after it began, which only the first update tells.
  while (pushed.size === 0) await move();
  const first = Math.min(...pushed);

  const running = [asking(), moving(), polling()];
  await work().finally(() => {
    over = true;
  });
  await Promise.all(running);
  const until = Date.now() + graceMs;
  while (Date.now() < until && (pushed.size <= sent - first || polled.size < sent)) {
    await poll().catch(() => undefined);
    await pause(100);
  }
  stop();
  await client.dispose();
  return {
    p99: took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? Number.NaN,
    requests: took.length,
    updates: sent,
    lost: { polling: sent - polled.size, subscription: sent - first + 1 - pushed.size },
    refused,
  };
}
