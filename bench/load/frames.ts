import { randomBytes } from 'node:crypto';

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** A whole frame of a server (RFC 6455 §5.2: not masked). */
export type OnFrame = (opcode: number, payload: Buffer) => void;

/** Takes a byte stream apart into frames. As cheap as can be: the load must not be what is measured. */
export function createFrameReader(onFrame: OnFrame): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 2) {
      const short = (bytes[at + 1] ?? 0) & 127;
      const headerLength = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length - at < headerLength) break;
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
      const end = at + headerLength + length;
      if (bytes.length < end) break;
      onFrame((bytes[at] ?? 0) & 15, bytes.subarray(at + headerLength, end));
      at = end;
    }
    rest = bytes.subarray(at);
  };
}

/** A frame as a client sends it: masked (RFC 6455 §5.3). At most 65,535 bytes. */
export function clientFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const header =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | payload.length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, payload.length >> 8, payload.length & 255]);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return Buffer.concat([header, mask, masked]);
}
