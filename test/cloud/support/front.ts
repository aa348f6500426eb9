import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Front {
  /** `ws://127.0.0.1:<port>` */
  readonly url: string;
  close(): void;
}

const endOfHead = '\r\n\r\n';

/**
 * Stands before the emulated cloud's WebSocket APIs, which open a socket without a word of the subprotocol, whatever the
 * Lambda of `$connect` answered. Clients refuse such a socket (RFC 6455 §4.1), so the one that the client offered is put in.
 * Everything else passes untouched, byte by byte.
 *
 * @param port where the emulated cloud listens on the loopback
 */
export async function startFront(port: number): Promise<Front> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const cloud = connect(port, '127.0.0.1');
    let offered: string | null = null;
    onHead(client, (head) => {
      offered = /^sec-websocket-protocol: *([^,\r]+)/im.exec(head)?.[1] ?? null;
      cloud.write(head, 'latin1');
      client.pipe(cloud);
    });
    onHead(cloud, (head) => {
      const isOpen = head.startsWith('HTTP/1.1 101 ') && offered !== null;
      client.write(isOpen ? head.replace('\r\n', `\r\nSec-WebSocket-Protocol: ${offered}\r\n`) : head, 'latin1');
      cloud.pipe(client);
    });
    for (const [socket, other] of [
      [client, cloud],
      [cloud, client],
    ] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return {
    url: `ws://127.0.0.1:${address.port}`,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** @param handle is told what came up to the end of the first head, and what came with it, as Latin-1. */
function onHead(socket: Socket, handle: (head: string) => void): void {
  let text = '';
  const take = (chunk: Buffer): void => {
    text += chunk.toString('latin1');
    if (!text.includes(endOfHead)) return;
    socket.off('data', take);
    socket.pause();
    handle(text);
  };
  socket.on('data', take);
}
