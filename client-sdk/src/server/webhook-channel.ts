import type { Update } from '../../../core/contract.ts';
import type { ChannelFactory, Sink } from '../channel.ts';
import { drivePush } from '../push.ts';

/** Hands received updates to the watches of any number of clients in this process. */
export interface WebhookChannel {
  publish(update: Update): void;
  channel(): ChannelFactory;
}

const nameOf = ({ workflow, id }: { readonly workflow: string; readonly id: string }): string =>
  JSON.stringify([workflow, id]);

export function createWebhookChannel(): WebhookChannel {
  const sinks = new Map<string, Set<Sink>>();

  return {
    publish(update) {
      // `skipped` is of the endpoint's own history: what this watch lacks, and whether the log still has it, only a pull
      // can tell. So everything is a plain update here, and a gap makes the supervisor ask.
      for (const sink of [...(sinks.get(nameOf(update)) ?? [])]) sink.frame({ type: 'update', update });
    },
    channel: () => () => {
      const mine = new Set<() => void>();
      return {
        channel: 'webhook',
        drive: drivePush,
        open(target, sink) {
          const name = nameOf(target);
          // An identity of its own for each feed, though two may have one sink.
          const feed: Sink = { ...sink };
          const feeds = sinks.get(name) ?? new Set();
          sinks.set(name, feeds.add(feed));
          const close = () => {
            mine.delete(close);
            feeds.delete(feed);
            if (feeds.size === 0 && sinks.get(name) === feeds) sinks.delete(name);
          };
          mine.add(close);
          // Whoever calls has no connection that could be made or lost: it is up as long as the process is.
          sink.up();
          return { close };
        },
        close() {
          for (const closeFeed of [...mine]) closeFeed();
        },
        wake() {},
      };
    },
  };
}
