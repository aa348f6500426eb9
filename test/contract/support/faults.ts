import type { Stage } from '../stage.ts';
import type { Push, PushFate } from './wire.ts';

/** Of the update that is committed next. */
export const nextSeq = ({ archive }: Stage): number => (archive.last()?.seq ?? 0) + 1;

const holds = (body: string, seq: number) => body.includes(`"seq":${seq},`);

/** Loses the update of this seq once, on whatever brings it first: a push, or an answer. Answers whether it was lost. */
export function lose({ wire }: Stage, seq: number, how: 'lose' | 'cut' = 'lose'): () => boolean {
  let isLost = false;
  const once = () => {
    isLost = true;
  };
  wire.push = (push) => {
    if (isLost || push.seq !== seq) return 'pass';
    once();
    return 'drop';
  };
  wire.answer = ({ isRead, body }) => {
    if (isLost || !isRead || !holds(body, seq)) return 'pass';
    once();
    return how;
  };
  return () => isLost;
}

/** Every push comes twice, and while polling every answer. */
export function repeat({ wire, polls }: Stage): void {
  let asked = 0;
  wire.wanted.add(polls() ? 'again' : 'twice');
  wire.push = () => 'twice';
  wire.ask = ({ isRead }) => (isRead && polls() && asked++ % 2 === 1 ? 'again' : 'pass');
}

/** Keeps pushes back until `wire.release`. */
export function hold({ wire }: Stage, isHeld: (push: Push) => boolean): void {
  wire.push = (push): PushFate => (isHeld(push) ? 'hold' : 'pass');
}

/** The next reads are answered from a cache that should not be there. @param how what was read first of all, or last */
export function staleReads({ wire }: Stage, count: number, how: 'oldest' | 'again' = 'oldest'): void {
  let left = count;
  wire.wanted.add(how);
  wire.ask = ({ isRead }) => (isRead && left-- > 0 ? how : 'pass');
}

/** Whatever is asked next is answered by something in between, so many times; sockets too. */
export function interfere({ wire }: Stage, how: 'html' | 'refuse', count: number): void {
  let left = count;
  wire.wanted.add(how);
  wire.ask = () => (left-- > 0 ? how : 'pass');
  wire.socket = () => (left-- > 0 ? how : 'pass');
}

/** This update is committed before the push is active, although it was said to be. */
export function missActivation({ wire }: Stage, seq: number): void {
  wire.push = (push) => (push.seq === seq ? 'drop' : 'pass');
}

/** Nothing comes through in any direction. */
export function dark({ wire }: Stage): void {
  wire.ask = () => 'refuse';
  wire.socket = () => 'refuse';
  wire.push = () => 'drop';
  wire.cut();
}

/** Everything comes through again. */
export function light({ wire }: Stage): void {
  wire.ask = () => 'pass';
  wire.answer = () => 'pass';
  wire.socket = () => 'pass';
  wire.push = () => 'pass';
  wire.start = () => 0;
}
