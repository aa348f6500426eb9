import type { ChannelFactory, Sink } from '../../../client-sdk/src/channel.ts';
import { StatuswireError } from '../../../client-sdk/src/errors.ts';
import { drivePush } from '../../../client-sdk/src/push.ts';
import type { Update } from '../../../core/contract.ts';

/** A push channel that does what a test says, and retries nothing by itself. */
export interface FakePush {
  readonly factory: ChannelFactory;
  /** How often a feed was opened, and how many are open. */
  opened(): number;
  open(): number;
  /** Arguments of `wake`, oldest first. */
  readonly wakes: boolean[];
  up(): void;
  down(code?: 'unavailable' | 'unauthorized' | 'unsupported'): void;
  push(update: Update): void;
  /** What the next feed reports while it is being opened. */
  onOpen: ((sink: Sink) => void) | null;
}

export function createFakePush(): FakePush {
  const sinks = new Set<Sink>();
  let opened = 0;
  const self: FakePush = {
    onOpen: null,
    wakes: [],
    opened: () => opened,
    open: () => sinks.size,
    up() {
      for (const sink of [...sinks]) sink.up();
    },
    down(code = 'unavailable') {
      for (const sink of [...sinks]) sink.down(new StatuswireError(code, 'The push broke.'));
    },
    push(update) {
      for (const sink of [...sinks]) sink.frame({ type: 'update', update });
    },
    factory: () => ({
      channel: 'subscription',
      drive: drivePush,
      open(_, given) {
        const sink = { ...given };
        opened++;
        sinks.add(sink);
        self.onOpen?.(sink);
        return { close: () => void sinks.delete(sink) };
      },
      wake: (stale) => void self.wakes.push(stale),
      close: () => sinks.clear(),
    }),
  };
  return self;
}
