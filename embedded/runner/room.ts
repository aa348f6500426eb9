import { getHeapStatistics } from 'node:v8';
import type { Json } from '../../core/contract.ts';

/** Bytes that an execution under way takes beside its data: its promises, signals and place in the tables of the process. */
const bytesOfOne = 4 * 1024;

/** Estimated bytes of a parsed value on V8's heap: what a caller sends may take thirty times its length as text. */
function bytesOf(value: Json): number {
  if (typeof value === 'string') return 24 + value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = 64;
  for (const [name, inner] of Object.entries(value))
    bytes += 8 + (Array.isArray(value) ? 0 : name.length) + bytesOf(inner);
  return bytes;
}

/** What an execution under way is expected to take: its input as text, and the data it works on. */
export const weightOf = (input: string, data: Json): number => bytesOfOne + input.length * 2 + bytesOf(data);

/** An eighth of the heap: the rest is for what they do, for requests, sockets and caches. */
export const defaultMostBytes = (): number => Math.floor(getHeapStatistics().heap_size_limit / 8);

/** Bounds the bytes of executions under way; the others wait, in order, outside the memory. */
export interface Room {
  /** Is there room for one of this weight now, with nobody waiting before it? One alone always finds room. */
  has(bytes: number): boolean;
  enter(arn: string, bytes: number): void;
  leave(arn: string): void;
  /** Calls `onTurn` when its turn has come; it must enter. One that waits already goes on waiting. */
  wait(arn: string, bytes: number, onTurn: () => Promise<void>): void;
  isWaiting(arn: string): boolean;
  /** Takes it out of those that wait. */
  forget(arn: string): void;
  /** Of what is inside and what waits. */
  readonly bytes: number;
  readonly waiting: number;
}

export function createRoom({
  mostBytes,
  failed,
  given,
}: {
  readonly mostBytes: number;
  readonly failed: (error: unknown, arn: string) => void;
  /** All turns that could be given were. */
  readonly given: () => void;
}): Room {
  const inside = new Map<string, number>();
  const waiting = new Map<string, { readonly bytes: number; readonly onTurn: () => Promise<void> }>();
  let insideBytes = 0;
  let waitingBytes = 0;
  /** Turns are given one after the other: what each one takes is known when it has entered. */
  let giving = false;

  const fits = (bytes: number): boolean => inside.size === 0 || insideBytes + bytes <= mostBytes;
  function forget(arn: string): void {
    waitingBytes -= waiting.get(arn)?.bytes ?? 0;
    waiting.delete(arn);
  }
  async function give(): Promise<void> {
    if (giving) return;
    giving = true;
    for (const [arn, { bytes, onTurn }] of waiting) {
      if (!fits(bytes)) break;
      // It counts as waiting until it has entered.
      await onTurn().catch((error: unknown) => failed(error, arn));
      forget(arn);
    }
    giving = false;
    given();
  }

  return {
    has: (bytes) => waiting.size === 0 && !giving && fits(bytes),
    enter(arn, bytes) {
      insideBytes += bytes - (inside.get(arn) ?? 0);
      inside.set(arn, bytes);
    },
    leave(arn) {
      insideBytes -= inside.get(arn) ?? 0;
      inside.delete(arn);
      void give();
    },
    wait(arn, bytes, onTurn) {
      if (waiting.has(arn)) return;
      waiting.set(arn, { bytes, onTurn });
      waitingBytes += bytes;
      void give();
    },
    isWaiting: (arn) => waiting.has(arn),
    forget,
    get bytes() {
      return insideBytes + waitingBytes;
    },
    get waiting() {
      return waiting.size;
    },
  };
}
