import type { Update } from '../../core/contract.ts';

/** A server that hands updates to subscribers: ours, or a peer. */
export interface Broadcaster {
  readonly port: number;
  /** What clients have to show. */
  readonly credential: string;
  /** To everybody who watches the update's execution. */
  readonly publish: (update: Update) => void;
  /** How many watch anything. */
  readonly subscribers: () => number;
}
