import { type Child, endAll, startChild } from '../process/child.ts';
import { fasterThan, type Row, type Running, type Scale } from '../row.ts';
import { startedEvent } from '../servers/events.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Service {
  readonly port: number;
  readonly apiKey: string;
}

const connections = 64;
const path = '/status/orders/order-1';

/** One execution to ask for. */
async function fill({ port, apiKey }: Service): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify([startedEvent('order-1')]),
  });
  if (!answer.ok) throw new Error(`POST /events: ${answer.status} ${await answer.text()}`);
}

/** What the service answers, for the peer to answer the same. */
async function sample({ port, apiKey }: Service, ifNoneMatch: string | null): Promise<Answer> {
  const headers = { authorization: `Bearer ${apiKey}`, ...(ifNoneMatch ? { 'if-none-match': ifNoneMatch } : {}) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers, cache: 'no-store' });
  // node:http adds these by itself.
  const own = ['date', 'connection', 'keep-alive', 'transfer-encoding'];
  const kept = [...answer.headers].filter(([name]) => !own.includes(name));
  return { status: answer.status, headers: Object.fromEntries(kept), body: await answer.text() };
}

async function run(conditional: boolean, scale: Scale): Promise<Running> {
  const service = startChild('servers/service.ts');
  const bare = startChild('peers/bare-http.ts');
  const load = startChild('load/http.ts');
  const stop = (): Promise<void> => endAll([service, bare, load]);
  try {
    const listening = await service.call<Service>('listening');
    await fill(listening);
    const etag = conditional ? ((await sample(listening, null)).headers.etag ?? null) : null;
    const answer = await sample(listening, etag);
    await bare.call('answer', answer);
    const condition = etag ? `If-None-Match: ${etag}\r\n` : '';
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${listening.apiKey}\r\n${condition}\r\n`;
    const requests = scale === 'quick' ? 3_000 : 10_000;
    const perSecond = async (server: Child, port: number): Promise<number> => {
      await server.call('startCpu');
      const came = await load.call<string>('load', { port, request, connections, requests });
      const cpu = await server.call<number>('cpu');
      if (!came.startsWith(`HTTP/1.1 ${conditional ? 304 : 200} `)) throw new Error(`the service answered ${came}`);
      return (requests / cpu) * 1_000_000;
    };
    const barePort = await bare.call<number>('listening');
    return {
      contenders: {
        ours: () => perSecond(service, listening.port),
        'node:http': () => perSecond(bare, barePort),
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const goals = [{ text: 'bare node:http, same bytes', value: fasterThan('node:http'), limit: { atLeast: 0.75 } }];

export const statusFound: Row = {
  name: 'status-200',
  title: 'GET /status, 200, access checked',
  unit: 'requests per CPU second',
  goals,
  start: (scale) => run(false, scale),
};

export const statusUnchanged: Row = {
  name: 'status-304',
  title: 'GET /status, 304, access checked',
  unit: 'requests per CPU second',
  goals,
  start: (scale) => run(true, scale),
};
