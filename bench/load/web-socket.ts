import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { clientFrame, createFrameReader, opcodes } from './frames.ts';

export interface RawWebSocket {
  readonly send: (text: string) => void;
  readonly close: () => void;
}

export interface RawWebSocketOptions {
  readonly port: number;
  readonly path: string;
  /** The subprotocol to ask for. */
  readonly protocol: string | null;
  /** Every text frame's payload. */
  readonly onText: (payload: Buffer) => void;
}

const endOfHead = '\r\n\r\n';

/** A WebSocket client that costs next to nothing per frame. Answers pings. Rejects when the upgrade is refused. */
export function openRawWebSocket({ port, path, protocol, onText }: RawWebSocketOptions): Promise<RawWebSocket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const read = createFrameReader((opcode, payload) => {
      if (opcode === opcodes.text) onText(payload);
      else if (opcode === opcodes.ping) socket.write(clientFrame(opcodes.pong, payload));
    });
    let head = '';
    socket.once('error', reject);
    socket.write(
      [
        `GET ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
        endOfHead,
      ]
        .join('\r\n')
        .replace(/(\r\n)+$/, endOfHead),
    );
    socket.on('data', function upgrade(chunk: Buffer) {
      head += chunk.toString('latin1');
      const end = head.indexOf(endOfHead);
      if (end < 0) return;
      socket.off('data', upgrade);
      if (!head.startsWith('HTTP/1.1 101')) return reject(new Error(`no upgrade: ${head.slice(0, 60)}`));
      socket.on('data', read);
      // A server that is ended while we are connected resets us; that is how every row ends.
      socket.off('error', reject).on('error', () => socket.destroy());
      resolve({
        send: (text) => void socket.write(clientFrame(opcodes.text, Buffer.from(text))),
        close: () => socket.destroy(),
      });
      const early = Buffer.from(head.slice(end + endOfHead.length), 'latin1');
      if (early.length > 0) read(early);
    });
  });
}
