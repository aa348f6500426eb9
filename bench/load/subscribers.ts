import { connect, type Socket } from 'node:net';
import { serveCalls } from '../process/calls.ts';
import { stayAwake } from './awake.ts';
import { type DialectName, dialects, speak } from './dialects.ts';
import { openRawWebSocket, type RawWebSocket } from './web-socket.ts';

/** Many subscribers in one process: counts the updates that come, and tells the server by its control port. */
export interface ConnectOptions {
  readonly dialect: DialectName;
  readonly port: number;
  readonly controlPort: number;
  readonly count: number;
  /** `own`: the n-th socket watches `order-n`; `shared`: all watch `order-0`. */
  readonly topics: 'own' | 'shared';
  readonly credential: string;
}

/** Handshake messages are shorter than any update. */
const shortestUpdate = 300;
/** Connections being opened at the same time. */
const atOnce = 200;

const sockets: RawWebSocket[] = [];
let received = 0;
let perReceipt = Number.POSITIVE_INFINITY;
let control: Socket | null = null;
let sleep = (): void => {};

function count(payload: Buffer): void {
  if (payload.length < shortestUpdate) return;
  received += 1;
  if (received % perReceipt === 0) control?.write('.');
}

async function openOne(options: ConnectOptions, topic: string): Promise<void> {
  const dialect = dialects[options.dialect];
  let socket: RawWebSocket | null = null;
  const early: Buffer[] = [];
  const take = (payload: Buffer): void => {
    count(payload);
    const answer = dialect.reply(payload, topic);
    if (answer !== null) socket?.send(answer);
  };
  socket = await openRawWebSocket({
    port: options.port,
    path: dialect.path,
    protocol: dialect.protocol,
    onText: (payload) => (socket === null ? early.push(payload) : take(payload)),
  });
  sockets.push(socket);
  speak(dialect, socket, topic, options.credential);
  for (const payload of early) take(payload);
}

serveCalls({
  async connect(options: ConnectOptions) {
    control = connect({ port: options.controlPort, host: '127.0.0.1', noDelay: true });
    control.on('error', () => control?.destroy());
    for (let first = 0; first < options.count; first += atOnce) {
      const size = Math.min(atOnce, options.count - first);
      await Promise.all(
        Array.from({ length: size }, (_, index) =>
          openOne(options, options.topics === 'own' ? `order-${first + index}` : 'order-0'),
        ),
      );
    }
  },
  /** A receipt is sent for every so many updates. */
  expect(updates: number) {
    received = 0;
    perReceipt = updates;
    sleep();
    sleep = stayAwake();
  },
  received() {
    sleep();
    return received;
  },
});
