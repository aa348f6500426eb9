import type { Duplex } from 'node:stream';
import { type ByteText, createTextFrames, type TextFrames } from './frame.ts';

/** Writes text frames of one socket, those of one tick together. */
export interface SocketWriter {
  /** Two parts of one text frame's payload; leaves with the next flush. */
  readonly push: (prefix: ByteText, payload: ByteText) => void;
  /** Writes what waits, now. To be called before anybody else writes to the socket, so that order is kept. */
  readonly flush: () => void;
}

/** Flushes every writer that has something, once per tick; frames of all of them are made here. */
export interface FlushQueue {
  readonly add: (writer: SocketWriter) => void;
  readonly frame: TextFrames;
}

/**
 * @param schedule Runs a function after the present tick's work. By default `setImmediate`: whatever several commits
 *   publish in one turn of the event loop then leaves in one write per socket.
 */
export function createFlushQueue(schedule: (run: () => void) => void = setImmediate): FlushQueue {
  let waiting: SocketWriter[] = [];
  const flushAll = (): void => {
    const writers = waiting;
    waiting = [];
    for (const writer of writers) writer.flush();
  };
  return {
    frame: createTextFrames(),
    add(writer) {
      waiting.push(writer);
      if (waiting.length === 1) schedule(flushAll);
    },
  };
}

export interface SocketWriterOptions {
  /** The connection below the WebSocket; compression must be off. */
  readonly socket: Duplex;
  /** False once a close frame was sent or received: nothing may follow it (RFC 6455 §5.5.1). */
  readonly isOpen: () => boolean;
  readonly queue: FlushQueue;
  /** Bytes still unsent from earlier writes beyond which the reader counts as slow. */
  readonly backlogBytes: number;
  /** Called instead of writing when the reader is slow; what waits is dropped. */
  readonly onSlow: () => void;
}

export function createSocketWriter({ socket, isOpen, queue, backlogBytes, onSlow }: SocketWriterOptions): SocketWriter {
  let pending: ByteText = '';
  const writer: SocketWriter = {
    push(prefix, payload) {
      if (!isOpen()) return;
      if (pending === '') queue.add(writer);
      pending += queue.frame(prefix, payload);
    },
    flush() {
      if (pending === '') return;
      const bytes = pending;
      pending = '';
      if (!isOpen()) return;
      // Measured before writing: one large burst is no sign of a slow reader, what is left of earlier ones is.
      if (socket.writableLength > backlogBytes) onSlow();
      else socket.write(bytes, 'latin1');
    },
  };
  return writer;
}
