/**
 * Reads the headers of WebSocket frames as they pass (RFC 6455 §5.2) and tells when one is larger than allowed, which ws,
 * whose limit is that of a whole message, does not.
 *
 * @returns what to call with each chunk of the connection
 */
export function createFrameMeter(maxBytes: number, onTooLarge: () => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  /** Of the present frame's payload that has not come yet. */
  let rest = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (rest > 0) {
        const passed = Math.min(rest, chunk.length - at);
        rest -= passed;
        at += passed;
        continue;
      }
      header = Buffer.concat([header, chunk.subarray(at, at + 1)]);
      at += 1;
      const payload = payloadBytes(header);
      if (payload === null) continue;
      header = Buffer.alloc(0);
      rest = payload;
      if (payload > maxBytes) onTooLarge();
    }
  };
}

/** null while the header is not whole. */
function payloadBytes(header: Buffer): number | null {
  const [, second = 0] = header;
  if (header.length < 2) return null;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const mask = second & 0x80 ? 4 : 0;
  if (header.length < 2 + extended + mask) return null;
  if (extended === 2) return header.readUInt16BE(2);
  return extended === 8 ? Number(header.readBigUInt64BE(2)) : short;
}
