import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Parsed } from '../../core/facts.ts';
import { parseLogEvents } from '../../core/sources/log-subscription.ts';
import { asRecord } from '../../core/sources/read.ts';

const mebibyte = 1_024 * 1_024;

/** What the payloads of one call may unpack to. */
export const unpackLimits = {
  /**
   * Bytes of one payload. CloudWatch Logs takes batches of 1 MiB (PutLogEvents); as JSON inside JSON that is up to three
   * times as much.
   */
  payloadBytes: 4 * mebibyte,
  /** Bytes of all together, those that turn out to be too large included. */
  bytes: 16 * mebibyte,
  /** Log events of all together: the most that one batch of CloudWatch Logs has (PutLogEvents). */
  logEvents: 10_000,
} as const;

/** The items are too much work for one call; nothing of them was taken. */
export class TooMuchAtOnce extends Error {
  override readonly name = 'TooMuchAtOnce';
}

/** Unpacks the payloads of one call, within what they may unpack to together. */
export interface Unpacker {
  /** What is inside a CloudWatch Logs subscription payload. Rejects with `TooMuchAtOnce` when too much came before it. */
  readonly unpack: (data: unknown) => Promise<readonly Parsed[]>;
}

const inflate = promisify(gunzip);

export function createUnpacker(): Unpacker {
  let bytesLeft: number = unpackLimits.bytes;
  let eventsLeft: number = unpackLimits.logEvents;
  const reject = (reason: string): readonly Parsed[] => [{ type: 'rejected', reason }];

  /** null: it is larger than a payload may be. Rejects for what is no gzip. */
  async function inflated(packed: Buffer): Promise<string | null> {
    try {
      const bytes = await inflate(packed, { maxOutputLength: unpackLimits.payloadBytes });
      bytesLeft -= bytes.length;
      return bytes.toString('utf8');
    } catch (error) {
      // What it was unpacked to before it proved wrong was work all the same.
      bytesLeft -= unpackLimits.payloadBytes;
      if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return null;
      throw error;
    }
  }

  return {
    async unpack(data) {
      if (typeof data !== 'string') return reject('awslogs.data is not a string');
      if (bytesLeft <= 0) {
        throw new TooMuchAtOnce(`The payloads unpack to over ${unpackLimits.bytes} bytes: send fewer at once.`);
      }
      let decoded: unknown;
      try {
        const text = await inflated(Buffer.from(data, 'base64'));
        if (text === null) return reject(`awslogs.data unpacks to over ${unpackLimits.payloadBytes} bytes`);
        decoded = JSON.parse(text);
      } catch (error) {
        return reject(`awslogs.data is not base64 of gzipped JSON: ${String(error)}`);
      }
      const count = countOf(decoded);
      if (count > unpackLimits.logEvents) return reject(`the payload has over ${unpackLimits.logEvents} log events`);
      eventsLeft -= count;
      if (eventsLeft < 0) {
        throw new TooMuchAtOnce(`The payloads have over ${unpackLimits.logEvents} log events: send fewer at once.`);
      }
      return parseLogEvents(decoded);
    },
  };
}

function countOf(decoded: unknown): number {
  const logEvents = asRecord(decoded)?.logEvents;
  return Array.isArray(logEvents) ? logEvents.length : 0;
}
