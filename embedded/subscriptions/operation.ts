import type { Caller } from '../../core/access.ts';
import type { Update } from '../../core/contract.ts';
import { type Account, accountOf } from '../../handlers/admission/account.ts';
import type { Selection } from '../../handlers/graphql/selections.ts';
import type { Target } from '../../handlers/graphql/subscription-plan.ts';
import { type Render, renderFitting } from '../../handlers/subscriptions/fit-rendering.ts';
import type { Connection } from './connection.ts';
import { type ByteText, utf8 } from './frame.ts';
import type { HubSubscription } from './hub.ts';
import type { Kept } from './kept-bytes.ts';

/** A subscription as either protocol plans it. */
export interface Plan {
  readonly target: Target;
  /** Plans with one key and one target render every update alike. */
  readonly key: string;
  readonly render: Render;
  readonly selection: Selection | null;
  /** What it was given. */
  readonly variables: object;
}

/** An operation under way on a connection. */
export interface Operation {
  readonly id: string;
  /** Whose it is. */
  readonly caller: Caller;
}

/** For the objects of a subscription themselves, rounded up: the rest is counted character by character. */
const bytesEach = 256;

/** A subscription of a connection: all that is kept of one. */
export class LiveSubscription implements Operation, HubSubscription<ByteText>, Kept {
  readonly id: string;
  readonly caller: Caller;
  readonly bytes: number;
  readonly target: Target;
  readonly key: string;
  readonly selection: Selection | null;
  private readonly connection: Connection;
  private readonly renderPlanned: Render;
  /** Of the message that carries an update. */
  private readonly prefix: ByteText;

  constructor(connection: Connection, id: string, type: 'next' | 'data', plan: Plan, caller: Caller) {
    this.connection = connection;
    this.id = id;
    this.caller = caller;
    this.target = plan.target;
    this.key = plan.key;
    this.selection = plan.selection;
    this.renderPlanned = plan.render;
    this.prefix = utf8(`{"id":${JSON.stringify(id)},"type":"${type}","payload":`);
    this.bytes = bytesEach + 2 * (this.prefix.length + JSON.stringify([plan.target, plan.variables]).length);
  }

  get account(): Account {
    return accountOf(this.caller);
  }

  render(update: Update): ByteText | null {
    const payload = renderFitting(this.renderPlanned, update, this.connection.updateBytes);
    return payload === null ? null : utf8(`${payload}}`);
  }

  deliver(payload: ByteText): void {
    this.connection.writer.push(this.prefix, payload);
  }

  fail(error: unknown): void {
    this.connection.fail(this, error);
  }
}
