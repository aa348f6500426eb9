import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import * as ws from 'ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Update } from '../../core/contract.ts';
import type { Broadcaster } from '../servers/broadcaster.ts';
import { listenLocal } from '../servers/listen.ts';

interface Subscriber {
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
}

/** `Sender` is exported by ws, but not in its types. */
const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): readonly Buffer[] } };

/**
 * ws with nothing on top: no credentials, no protocol, no bounds.
 *
 * @param how `frame`: the frame is built once and written to each socket; `send`: `ws.send(buffer)` for each.
 */
export async function startWs(how: 'frame' | 'send'): Promise<Broadcaster> {
  const topics = new Map<string, Set<Subscriber>>();
  let subscribers = 0;
  const server = createServer();
  const webSockets = new WebSocketServer({ server, perMessageDeflate: false });
  webSockets.on('connection', (webSocket, { socket }) => {
    webSocket.on('error', () => webSocket.terminate());
    webSocket.once('message', (topic) => {
      const watching = topics.get(String(topic)) ?? new Set();
      topics.set(String(topic), watching);
      watching.add({ webSocket, socket });
      subscribers += 1;
    });
  });

  const publish = (update: Update): void => {
    const payload = Buffer.from(JSON.stringify(update));
    const watching = topics.get(update.id) ?? [];
    if (how === 'send') {
      for (const { webSocket } of watching) webSocket.send(payload, { binary: false });
      return;
    }
    const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
    const frame = Buffer.concat(Sender.frame(payload, options));
    for (const { webSocket, socket } of watching) if (webSocket.readyState === webSocket.OPEN) socket.write(frame);
  };
  return { port: await listenLocal(server), credential: '', publish, subscribers: () => subscribers };
}
