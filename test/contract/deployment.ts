import type { Json, Update } from '../../core/contract.ts';
import type { Carrier } from './support/wire.ts';

/** What only some deployments can be made to do. What one cannot do is left out of its table, with that as the reason. */
export type Ability =
  /** Remove the first updates of a log (S4). */
  | 'trim'
  /** Give all logs new epochs, as after a restore (S36). */
  | 'rebuild'
  /** Stop, and start again on the same data and address. */
  | 'restart'
  /** Make tokens that live for a second. */
  | 'tokens'
  /** Run the example workflows. */
  | 'run';

export interface Execution {
  readonly workflow: string;
  readonly id: string;
}

/** A service to run the table against. Everything it does is done when the promise resolves. */
export interface Deployment {
  readonly name: string;
  readonly abilities: ReadonlySet<Ability>;
  readonly carriers: ReadonlySet<Carrier>;
  /** How much faster the clients' time runs than the wall clock, which its pushes go by. Default 50. */
  readonly pace?: number;
  /** Where it answers; may differ after a restart. */
  url(): string;
  /** An API key with all scopes. */
  readonly key: string;
  /** Takes events as AWS sends them, and resolves after the commit. */
  feed(events: readonly unknown[]): Promise<void>;
  start(workflow: string, id: string, input: Json): Promise<void>;
  /** The log as the service has it, from the first update that is left. */
  read(execution: Execution): Promise<readonly Update[]>;
  /** `GET /status`: the latest seq; 0 when there is none. */
  latest(execution: Execution): Promise<{ readonly epoch: string; readonly seq: number }>;
  /** Removes the updates up to this seq. */
  trim(execution: Execution, upTo: number): Promise<void>;
  token(execution: Execution, ttlSeconds: number): Promise<string>;
  /** Whether the service still takes this token. */
  accepts(token: string, execution: Execution): Promise<boolean>;
  addWebhook(url: string, workflow: string): Promise<{ readonly id: string; readonly secret: string }>;
  removeWebhook(id: string): Promise<void>;
  stop(): Promise<void>;
  /** After `stop`. @param rebuilt with new epochs */
  startAgain(rebuilt: boolean): Promise<void>;
  /** Stops it and removes what it stored. */
  discard(): Promise<void>;
}

/** Brings up a deployment with nothing stored. */
export type OpenDeployment = () => Promise<Deployment>;
