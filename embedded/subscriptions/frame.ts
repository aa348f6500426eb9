/**
 * Bytes as text: one character per byte, as `socket.write(text, 'latin1')` takes them. Node writes such a string without
 * copying it into a Buffer first, which is what makes the hub's frames as cheap as frames can be.
 */
export type ByteText = string;

/** The UTF-8 bytes of a text. ASCII, the usual case, is its own. */
export function utf8(text: string): ByteText {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');
}

/** Opcode text with the FIN bit (RFC 6455 §5.2). */
const finalText = 0x81;

/**
 * The header of an unfragmented, unmasked text frame (RFC 6455 §5.2: servers do not mask).
 *
 * @param length Payload bytes, below 2^32.
 */
export function textFrameHeader(length: number): ByteText {
  if (length < 126) return String.fromCharCode(finalText, length);
  if (length < 65_536) return String.fromCharCode(finalText, 126, length >>> 8, length & 255);
  return String.fromCharCode(
    finalText,
    127,
    0,
    0,
    0,
    0,
    length >>> 24,
    (length >>> 16) & 255,
    (length >>> 8) & 255,
    length & 255,
  );
}

/** Makes frames of two parts, and the same one again when it is asked for again at once. */
export type TextFrames = (prefix: ByteText, payload: ByteText) => ByteText;

/**
 * Clients number their operations from 1, so most subscribers of an update get the very same bytes. Made once, they are
 * one string however many sockets they wait at, and nothing is copied or collected per subscriber.
 */
export function createTextFrames(): TextFrames {
  let last = { prefix: '', payload: '', frame: '' };
  return (prefix, payload) => {
    if (payload !== last.payload || prefix !== last.prefix) {
      last = { prefix, payload, frame: textFrameHeader(prefix.length + payload.length) + prefix + payload };
    }
    return last.frame;
  };
}
