/** How a watch is connected; one fact of its own, apart from the execution's status and from errors. */
export interface Connection {
  /**
   * - `idle`: nobody iterates, listens or waits.
   * - `connecting`: nothing answered yet.
   * - `live`: what is shown is current, or as old as the polling pace.
   * - `degraded`: reading goes on, and worse than it should: by polling because push channels fail, or by a push channel
   *   while nothing that it may lose can be pulled. Nothing to worry a user with.
   * - `offline`: nothing answers. It is retried for as long as somebody reads.
   * - `closed`: the watch has ended.
   */
  readonly state: 'idle' | 'connecting' | 'live' | 'degraded' | 'offline' | 'closed';
  /** What carries updates now; null when nothing does. */
  readonly channel: 'subscription' | 'webhook' | 'polling' | null;
  /** When this began: epoch milliseconds. */
  readonly since: number;
}
