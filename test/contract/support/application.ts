import type { StatusClient, WatchedUpdate, WatchOptions } from '../../../client-sdk/src/index.ts';
import type { Execution } from '../deployment.ts';

/** What an application was handed: the sequence that the table is about. */
export interface Application {
  readonly seen: readonly WatchedUpdate[];
  /** What iteration rejected with; null while it goes on. */
  readonly failure: unknown;
  /** Reads with this client from now on: from where it begins, or after what was seen last. */
  read(client: StatusClient, options: WatchOptions): void;
  /** Closes the client that it reads with. */
  leave(): void;
  /** What its watch says of its connection; null while it reads nothing. */
  connection(): { readonly state: string; readonly channel: string | null } | null;
  explain(): string;
  /** Called after every update. */
  onSeen: (update: WatchedUpdate) => void;
}

export function createApplication({ workflow, id }: Execution): Application {
  const seen: WatchedUpdate[] = [];
  let reading: { readonly client: StatusClient; readonly watch: ReturnType<StatusClient['watch']> } | null = null;
  let failure: unknown = null;

  async function follow(watch: ReturnType<StatusClient['watch']>): Promise<void> {
    for await (const update of watch) {
      seen.push(update);
      application.onSeen(update);
    }
  }

  const application: Application = {
    seen,
    get failure() {
      return failure;
    },
    read(client, options) {
      const from = seen.at(-1)?.cursor ?? options.from ?? 'beginning';
      const watch = client.watch(workflow, id, { ...options, from });
      reading = { client, watch };
      follow(watch).catch((error: unknown) => {
        if (reading?.watch === watch) failure = error;
      });
    },
    leave() {
      const left = reading;
      reading = null;
      left?.client.close();
    },
    connection: () => reading?.watch.getSnapshot().connection ?? null,
    explain: () => reading?.watch.explain() ?? '',
    onSeen: () => undefined,
  };
  return application;
}
