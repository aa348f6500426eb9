import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { progressEvent, statusChange } from '../support/aws-shapes.ts';
import { ask, dial, flood, mint, openSocket } from './attackers.ts';
import { type Ground, longLog } from './ground.ts';

export interface Attack {
  readonly name: string;
  /** Safeguards of `npm run test:mutations` that hold it: each turns its test red when it is taken out. */
  readonly heldBy: readonly string[];
  /** Answers counts of what the attacker met. */
  readonly run: (ground: Ground, seconds: number) => Promise<Readonly<Record<string, number>>>;
}

const where = `workflow: "${longLog.workflow}", id: "${longLog.id}"`;
const everything = 'tenant workflow id epoch seq cursor kind status state activeStates output progress { message }';
const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, at) => `a${at}: ${field}`).join(' ');
const manyPages = `{ ${aliases(80, `updates(${where}, limit: 1000) { updates { seq status } }`)} }`;
const wholePage = `{ updates(${where}, limit: 1000) { updates { ${everything} } } }`;

/** Closes what was opened, once the time is up. */
async function heldOpen<T>(seconds: number, opened: readonly T[], close: (one: T) => void): Promise<number> {
  await pause(seconds * 1_000);
  for (const one of opened) close(one);
  return opened.length;
}

async function opened<T>(count: number, open: (at: number) => Promise<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for (let at = 0; at < count; at += 20) {
    const some = await Promise.allSettled(Array.from({ length: 20 }, (_, one) => open(at + one)));
    for (const one of some) if (one.status === 'fulfilled') found.push(one.value);
  }
  return found;
}

export const attacks: readonly Attack[] = [
  {
    name: 'many pages in one query',
    heldBy: ['G8: lists weigh as much as their limit', 'G8: a request reads a page once'],
    run: (ground, seconds) => flood(seconds, 20, () => ask(ground, '/graphql', ground.hostile, { query: manyPages })),
  },
  {
    name: 'whole pages, one after the other',
    heldBy: ['G8: pages of many requests are made in turns', 'G8: a query is charged before it runs'],
    run: (ground, seconds) => flood(seconds, 20, () => ask(ground, '/graphql', ground.hostile, { query: wholePage })),
  },
  {
    name: 'a field under many names',
    heldBy: ['G8: fields weigh as much as their largest value', 'G8: an answer that gets too large is cut'],
    run: (ground, seconds) => {
      const query = `{ updates(${where}, limit: 1000) { updates { ${aliases(300, 'cursor')} } } }`;
      return flood(seconds, 20, () => ask(ground, '/graphql', ground.hostile, { query }));
    },
  },
  {
    name: 'gzip bombs in events',
    heldBy: [
      'G8: the payloads of one request unpack to so much and no more',
      'G8: what is refused for its size counts as work',
      'G8: large payloads are unpacked one call after the other',
    ],
    run: (ground, seconds) => {
      const data = gzipSync(Buffer.alloc(7 * 1_048_576, 'x')).toString('base64');
      const body = JSON.stringify(Array.from({ length: 48 }, () => ({ awslogs: { data } })));
      return flood(seconds, 4, () => ask(ground, '/events', ground.operator, body));
    },
  },
  {
    name: 'thousands of log events',
    heldBy: [
      'G8: the log events of one request are counted',
      'G8: thousands of facts of one execution are taken in slices',
    ],
    run: (ground, seconds) =>
      flood(seconds, 2, (turn) => {
        const events = Array.from({ length: 1_000 }, (_, at) =>
          progressEvent({
            workflow: 'hostile',
            id: `many-${turn % 3}`,
            sequence: turn * 1_000 + at,
            percent: at % 100,
          }),
        );
        return ground.send(events);
      }),
  },
  {
    name: 'tokens for fresh allowances',
    heldBy: ['G8: tokens share the pool of the key that made them', 'G8: a request counts against the pool, too'],
    async run(ground, seconds) {
      const tokens = await opened(200, (at) => mint(ground, `t-${at}`));
      return flood(seconds, 50, (turn) =>
        ask(ground, `/status/hostile/t-${turn % tokens.length}`, tokens[turn % tokens.length] ?? ''),
      );
    },
  },
  {
    name: 'held requests of many tokens',
    heldBy: ['G8: held requests and sockets count against the pool, too'],
    async run(ground, seconds) {
      const tokens = await opened(40, (at) => mint(ground, `h-${at}`));
      await ground.send(
        tokens.map((_, at) => statusChange({ workflow: 'hostile', id: `h-${at}`, startDate: Date.now() })),
      );
      const stop = AbortSignal.timeout(seconds * 1_000);
      const holding = Array.from({ length: 3_000 }, async (_, at) => {
        const token = tokens[at % tokens.length] ?? '';
        const headers = { authorization: `Bearer ${token}` };
        const first = await fetch(`${ground.url}/status/hostile/h-${at % tokens.length}`, { headers, signal: stop });
        await first.arrayBuffer();
        const again = { ...headers, 'if-none-match': first.headers.get('etag') ?? '' };
        const held = await fetch(`${ground.url}/status/hostile/h-${at % tokens.length}?wait=20`, {
          headers: again,
          signal: stop,
        });
        return held.status;
      });
      const ends = await Promise.allSettled(holding);
      const answered = ends.filter(({ status }) => status === 'fulfilled').length;
      return { answered, held: ends.length - answered };
    },
  },
  {
    name: 'slow readers and bursts',
    heldBy: [
      'G8: what waits for a reader is bounded at any tick',
      'G8: what gathers in a tick counts for a reader',
      'G8: what waits for all readers is bounded',
    ],
    async run(ground, seconds) {
      const sockets = await opened(100, async () => {
        const socket = await openSocket(ground, ground.hostile, false);
        const query = `subscription { statusChanged(workflow: "hostile") { ${everything} } }`;
        for (let at = 0; at < 90; at += 1) {
          socket.send(JSON.stringify({ id: `s${at}`, type: 'subscribe', payload: { query } }));
        }
        return socket;
      });
      const counts = await flood(seconds, 2, (turn) =>
        ground.send(
          Array.from({ length: 200 }, (_, at) =>
            progressEvent({ ...longLog, sequence: 10_000 + turn * 200 + at, message: 'y'.repeat(250) }),
          ),
        ),
      );
      for (const socket of sockets) socket.terminate();
      return { ...counts, sockets: sockets.length };
    },
  },
  {
    name: 'long documents as subscriptions',
    heldBy: [
      'G8: what is kept of subscriptions is bounded per caller, per tenant and in all',
      'G8: a selection holds nothing of its document',
      'G8: parsed documents are bounded in bytes',
    ],
    async run(ground, seconds) {
      const sockets = await opened(40, async (at) => {
        const socket = await openSocket(ground, ground.hostile);
        for (let one = 0; one < 100; one += 1) {
          const names = aliases(390, 'seq').replaceAll('a', `n${at}x${one}`);
          const query = `subscription { statusChanged(workflow: "hostile") { ${names
            .slice(0, 7_900)
            .replace(/ [^ ]*$/, '')
            .replace(/:$/, ': seq')} } }`;
          socket.send(JSON.stringify({ id: `d${one}`, type: 'subscribe', payload: { query } }));
        }
        return socket;
      });
      return { sockets: await heldOpen(seconds, sockets, (socket) => socket.terminate()) };
    },
  },
  {
    name: 'sockets and pings',
    heldBy: ['G8: operations on sockets count for the allowance', 'G8: pongs count for the message budget'],
    async run(ground, seconds) {
      const sockets = await opened(300, () => openSocket(ground, ground.hostile));
      const counts = await flood(seconds, 20, async (turn) => {
        const socket = sockets[turn % sockets.length];
        if (socket?.readyState !== socket?.OPEN) return 'closed';
        socket?.ping();
        await pause(0);
        return 'pinged';
      });
      for (const socket of sockets) socket.terminate();
      return counts;
    },
  },
  {
    name: 'connections of nobody',
    heldBy: ['G8: strangers have a cap of connections per address'],
    async run(ground, seconds) {
      const sockets = Array.from({ length: 4_000 }, () => dial(ground));
      return { connections: await heldOpen(seconds, sockets, (socket) => socket.destroy()) };
    },
  },
  {
    name: 'wrong credentials',
    heldBy: ['G8: what strangers ask is counted per address'],
    run: (ground, seconds) =>
      flood(seconds, 50, (turn) => ask(ground, '/status/hostile/long', `a.${'b'.repeat(200)}${turn}.c`)),
  },
  {
    name: 'slow bodies, and heads without end',
    heldBy: ['G8: a head has its time', 'bodies: the limit holds while a body comes'],
    async run(ground, seconds) {
      const sockets = Array.from({ length: 400 }, (_, at) => {
        const socket = dial(ground);
        const who = `Host: x\r\nAuthorization: Bearer ${ground.hostile}\r\nContent-Type: application/json\r\n`;
        socket.write(
          at % 2 === 0
            ? `POST /graphql HTTP/1.1\r\n${who}Content-Length: 500000\r\n\r\n${' '.repeat(200_000)}`
            : `GET /status/hostile/long HTTP/1.1\r\n${`X-${'y'.repeat(100)}: ${'z'.repeat(900)}\r\n`.repeat(30)}`,
        );
        return socket;
      });
      return { connections: await heldOpen(seconds, sockets, (socket) => socket.destroy()) };
    },
  },
  {
    name: 'deep JSON',
    heldBy: ['G8: JSON is nested so deeply and no more'],
    run: (ground, seconds) =>
      flood(seconds, 10, (turn) => {
        const deep = '['.repeat(250_000);
        return ask(ground, turn % 2 === 0 ? '/graphql' : '/executions/orders', ground.hostile, deep);
      }),
  },
];
