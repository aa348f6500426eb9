import type { Duplex } from 'node:stream';
import type { Backlog, Behind } from './backlog.ts';
import { type ByteText, createTextFrames, type TextFrames } from './frame.ts';

/** Flushes every writer that has something, once per tick; frames of all of them are made here. */
export interface FlushQueue {
  readonly add: (writer: Pick<SocketWriter, 'flush'>) => void;
  readonly frame: TextFrames;
}

/**
 * @param after Runs when all were flushed.
 * @param schedule Runs a function after the present tick's work. By default `setImmediate`: whatever several commits
 *   publish in one turn of the event loop then leaves in one write per socket.
 */
export function createFlushQueue(after: () => void, schedule: (run: () => void) => void = setImmediate): FlushQueue {
  let waiting: Pick<SocketWriter, 'flush'>[] = [];
  const flushAll = (): void => {
    const writers = waiting;
    waiting = [];
    for (const writer of writers) writer.flush();
    after();
  };
  return {
    frame: createTextFrames(),
    add(writer) {
      waiting.push(writer);
      if (waiting.length === 1) schedule(flushAll);
    },
  };
}

/** What all writers of a server have in common. */
export interface WriterRules {
  readonly queue: FlushQueue;
  /** Most bytes that may wait for one reader, at any tick: ours and those of the connection below. */
  readonly backlogBytes: number;
  readonly backlog: Backlog;
}

/** Whose writer it is. */
export interface WriterOwner {
  /** False once a close frame was sent or received: nothing may follow it (RFC 6455 §5.5.1). */
  readonly isOpen: boolean;
  /** The reader is slow. */
  readonly closeSlow: () => void;
  /** The reader is slow, and there is no room left for what waits for it. */
  readonly cut: () => void;
}

/**
 * What gathers in one tick is written once; but never does more than this wait to be written, or a burst would lie here
 * that the network could have taken. Some thousand updates of the usual size.
 */
const writeAt = 262_144;

/** Writes text frames of one socket, those of one tick together, and bounds what waits for its reader. */
export class SocketWriter implements Behind {
  /** The connection below the WebSocket; compression must be off. */
  private readonly socket: Duplex;
  private readonly owner: WriterOwner;
  private readonly rules: WriterRules;
  private pending: ByteText = '';
  /** How long `pending` may get: found out when the first of a tick is added, since only we add to what waits. */
  private room = 0;

  constructor(socket: Duplex, owner: WriterOwner, rules: WriterRules) {
    this.socket = socket;
    this.owner = owner;
    this.rules = rules;
  }

  get waitingBytes(): number {
    return this.pending.length + (this.socket.destroyed ? 0 : this.socket.writableLength);
  }

  cut(): void {
    this.drop();
    this.owner.cut();
  }

  /**
   * May so many bytes be added? Asked before they are made. Where nothing waits, always: one message may be larger than
   * the bound. A reader that has no room left is closed.
   */
  hasRoom(bytes: number): boolean {
    if (!this.owner.isOpen) return false;
    const waiting = this.waitingBytes;
    if (waiting === 0 || waiting + bytes <= this.rules.backlogBytes) return true;
    this.drop();
    this.owner.closeSlow();
    return false;
  }

  /** Two parts of one text frame's payload; leaves with the next flush. */
  push(prefix: ByteText, payload: ByteText): void {
    const { queue, backlogBytes } = this.rules;
    const bytes = prefix.length + payload.length;
    if (this.pending === '' || this.pending.length + bytes > this.room) {
      if (!this.hasRoom(bytes)) return;
      if (this.pending === '') queue.add(this);
      this.room = backlogBytes - this.socket.writableLength;
    }
    this.pending += queue.frame(prefix, payload);
    if (this.pending.length >= writeAt) this.flush();
  }

  /** Writes what waits, now. To be called before anybody else writes to the socket, so that order is kept. */
  flush(): void {
    if (this.pending === '') return;
    const bytes = this.pending;
    this.pending = '';
    if (!this.owner.isOpen) return;
    this.socket.write(bytes, 'latin1');
    this.wrote();
  }

  /** Something was written, by whomever. */
  wrote(): void {
    if (this.socket.writableLength > 0) this.rules.backlog.add(this);
  }

  /** Forgets what waits here. */
  drop(): void {
    this.pending = '';
  }
}
